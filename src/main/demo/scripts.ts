import { commandScript } from '../plans/command-step.ts';
import fileRestore from '../plans/file-restore.sh?raw';
import fileWrite from '../plans/file-write.sh?raw';
import { quote } from '../ssh/quote.ts';
import vmList from '../terminals/vm-list.sh?raw';
import asRoot from '../xen/scripts/as-root.sh?raw';
import autostart from '../xen/scripts/autostart.sh?raw';
import check from '../xen/scripts/check-config.sh?raw';
import claimScript from '../xen/scripts/claim.sh?raw';
import configuration from '../xen/scripts/configuration.sh?raw';
import deployLook from '../xen/scripts/deploy-look.sh?raw';
import destination from '../xen/scripts/destination.sh?raw';
import disk from '../xen/scripts/disk.sh?raw';
import diskLook from '../xen/scripts/disk-look.sh?raw';
import domain from '../xen/scripts/domain.sh?raw';
import grow from '../xen/scripts/grow.sh?raw';
import ledger from '../xen/scripts/ledger.sh?raw';
import reader from '../xen/scripts/reader.sh?raw';
import removal from '../xen/scripts/removal.sh?raw';
import removalLook from '../xen/scripts/removal-look.sh?raw';
import save from '../xen/scripts/save.sh?raw';
import seed from '../xen/scripts/seed.sh?raw';
import selinux from '../xen/scripts/selinux.sh?raw';
import startScript from '../xen/scripts/start.sh?raw';
import toolstack from '../xen/scripts/toolstack.sh?raw';
import trash from '../xen/scripts/trash.sh?raw';
import trashParts from '../xen/scripts/trash-parts.sh?raw';
import volume from '../xen/scripts/volume.sh?raw';
import watchScript from '../xen/scripts/watch.sh?raw';
import { restoreFile, writeFile } from './file-scripts.ts';
import { runProgram } from './programs.ts';
import type { Script } from './script-call.ts';
import { lookForDeployment } from './xen/deploy-look.ts';
import { claim, lookAtDisk, makeDisk, makeVolume, setBoolean, watch, writeSeed } from './xen/deployment-scripts.ts';
import { checkConfig, lookAtDestination, onDomain, saveOrRestore, setAutostart, start } from './xen/lifecycle-scripts.ts';

import { emptyTrash, lookForRemoval, moveToTrash } from './xen/removal-scripts.ts';
import { tellConfiguration } from './xen/tell-configuration.ts';

/** As main/xen/scripts.ts puts them together. */
const onXen = (name: string, ...parts: readonly string[]) => [`# hum ${name}`, toolstack, ...parts].join('\n');

const rootOnXen = (name: string, body: string) => `# hum ${name}\n${toolstack}\nbody=${quote(`${trashParts}\n${body}`)}\n${asRoot}`;

/** What the demo's hosts can run, by the very text that Hum sends. */
export const scripts: ReadonlyMap<string, Script> = new Map<string, Script>([
  [commandScript, ({ host, args }) => runProgram(host, args)],
  [vmList, ({ host }) => runProgram(host, ['xl', 'vm-list'])],
  [fileWrite, writeFile],
  [fileRestore, restoreFile],
  [configuration, tellConfiguration],
  [onXen('domain', domain), onDomain],
  [onXen('start', ledger, reader, startScript), start],
  [onXen('claim', ledger, claimScript), claim],
  [onXen('disk', ledger, grow, disk), makeDisk],
  [onXen('disk-look', ledger, diskLook), lookAtDisk],
  [onXen('seed', ledger, seed), writeSeed],
  [onXen('selinux', ledger, selinux), setBoolean],
  [onXen('volume', ledger, grow, volume), makeVolume],
  [onXen('watch', ledger, reader, watchScript), watch],
  [onXen('save', save), saveOrRestore],
  [onXen('autostart', autostart), setAutostart],
  [onXen('check-config', check), checkConfig],
  [onXen('destination', destination), lookAtDestination],
  [onXen('deploy-look', deployLook), lookForDeployment],
  [rootOnXen('removal-look', removalLook), lookForRemoval],
  [rootOnXen('removal', removal), moveToTrash],
  [rootOnXen('trash', trash), emptyTrash],
]);
