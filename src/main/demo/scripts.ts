import evidence from '../alerts/evidence.sh?raw';
import collectBackups from '../backups/collect/collect.sh?raw';
import wrapBackups from '../backups/collect/wrap.sh?raw';
import hostKey from '../backups/lint/host-key.sh?raw';
import readBackupFile from '../backups/lint/read-file.sh?raw';
import renameFile from '../backups/lint/rename.sh?raw';
import logTail from '../backups/log-tail.sh?raw';
import asUser from '../backups/managed/scripts/as-user.sh?raw';
import browse from '../backups/managed/scripts/browse.sh?raw';
import jobLook from '../backups/managed/scripts/look.sh?raw';
import place from '../backups/managed/scripts/place.sh?raw';
import jobState from '../backups/managed/scripts/state.sh?raw';
import stopJob from '../backups/managed/scripts/stop.sh?raw';
import jobTimer from '../backups/managed/scripts/timer.sh?raw';
import wayIn from '../backups/managed/scripts/way-in.sh?raw';
import readStatus from '../channels/nagios/read-status.sh?raw';
import nagiosCommand from '../channels/senders/nagios-command.sh?raw';
import { commandScript } from '../plans/command-step.ts';
import fileRestore from '../plans/file-restore.sh?raw';
import fileWrite from '../plans/file-write.sh?raw';
import { quote } from '../ssh/quote.ts';
import vmList from '../terminals/vm-list.sh?raw';
import vnc from '../terminals/vnc.sh?raw';
import asRoot from '../xen/scripts/as-root.sh?raw';
import autostart from '../xen/scripts/autostart.sh?raw';
import buildScript from '../xen/scripts/build.sh?raw';
import chain from '../xen/scripts/chain.sh?raw';
import check from '../xen/scripts/check-config.sh?raw';
import claimScript from '../xen/scripts/claim.sh?raw';
import configuration from '../xen/scripts/configuration.sh?raw';
import deployLook from '../xen/scripts/deploy-look.sh?raw';
import destination from '../xen/scripts/destination.sh?raw';
import disk from '../xen/scripts/disk.sh?raw';
import diskLook from '../xen/scripts/disk-look.sh?raw';
import domain from '../xen/scripts/domain.sh?raw';
import grow from '../xen/scripts/grow.sh?raw';
import images from '../xen/scripts/images.sh?raw';
import ledger from '../xen/scripts/ledger.sh?raw';
import note from '../xen/scripts/note.sh?raw';
import qcow2 from '../xen/scripts/qcow2.sh?raw';
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
import watchdog from '../xen/scripts/watchdog.sh?raw';
import writeConfig from '../xen/scripts/write-config.sh?raw';
import { browseFolder, keepState, lookAtJob, placeFile, runAsAccount, turnTimer } from './backup-job-scripts.ts';
import { readFile, tellBackups, tellHostKey, tellLog } from './backup-scripts.ts';
import { tellEvidence } from './evidence.ts';
import { rename, restoreFile, writeFile } from './file-scripts.ts';
import { readNagiosStatus, writeNagiosCommand } from './nagios.ts';
import { runProgram } from './programs.ts';
import type { Script } from './script-call.ts';
import type { SimulatedHost } from './simulated-host.ts';
import { type Answer, printed } from './xen/answer.ts';
import { lookForDeployment } from './xen/deploy-look.ts';
import { build, claim, lookAtDisk, makeDisk, makeVolume, setBoolean, watch, writeSeed } from './xen/deployment-scripts.ts';
import { lookAfterImages } from './xen/image-scripts.ts';
import { checkConfig, lookAtDestination, onDomain, saveOrRestore, setAutostart, start } from './xen/lifecycle-scripts.ts';

import { emptyTrash, lookForRemoval, moveToTrash } from './xen/removal-scripts.ts';
import { tellConfiguration } from './xen/tell-configuration.ts';

/** As main/xen/scripts.ts puts them together. */
const onXen = (name: string, ...parts: readonly string[]) => [`# hum ${name}`, toolstack, ...parts].join('\n');

const rootOnXen = (name: string, ...bodies: readonly string[]) =>
  `# hum ${name}\n${toolstack}\nbody=${quote(bodies.join('\n'))}\n${asRoot}`;

/** What the demo's hosts can run, by the very text that Hum sends. */
export const scripts: ReadonlyMap<string, Script> = new Map<string, Script>([
  [`# hum backups\nbody=${quote(collectBackups)}\n${wrapBackups}`, tellBackups],
  [`body=${quote(logTail)}\n${wrapBackups}`, tellLog],
  [readBackupFile, readFile],
  [renameFile, rename],
  [hostKey, tellHostKey],
  [commandScript, ({ host, args }) => runProgram(host, args)],
  [vmList, ({ host }) => runProgram(host, ['xl', 'vm-list'])],
  [vnc, ({ host, args }) => tellVnc(host, Number(args[0]))],
  [evidence, tellEvidence],
  [fileWrite, writeFile],
  [fileRestore, restoreFile],
  [readStatus, readNagiosStatus],
  [nagiosCommand, writeNagiosCommand],
  [configuration, tellConfiguration],
  [onXen('domain', domain), onDomain],
  [onXen('start', startScript), start],
  [onXen('build', ledger, reader, buildScript), build],
  [onXen('claim', ledger, claimScript), claim],
  [onXen('disk', ledger, grow, qcow2, disk), makeDisk],
  [onXen('disk-look', ledger, diskLook), lookAtDisk],
  [onXen('seed', ledger, seed), writeSeed],
  [onXen('selinux', ledger, selinux), setBoolean],
  [onXen('volume', ledger, grow, volume), makeVolume],
  [onXen('watch', ledger, reader, watchScript), watch],
  [
    onXen('write-config', ledger, `write=${quote(fileWrite)}\nrestore=${quote(fileRestore)}`, writeConfig),
    ({ args: [what, , ...args], ...call }) => (what === 'undo' ? restoreFile : writeFile)({ ...call, args }),
  ],
  [onXen('save', save), saveOrRestore],
  [onXen('autostart', ledger, autostart), setAutostart],
  [onXen('check-config', check), checkConfig],
  [onXen('destination', destination), lookAtDestination],
  [onXen('deploy-look', note, qcow2, deployLook), lookForDeployment],
  [rootOnXen('removal-look', trashParts, removalLook), lookForRemoval],
  [rootOnXen('removal', trashParts, removal), moveToTrash],
  [rootOnXen('trash', trashParts, trash), emptyTrash],
  [rootOnXen('images', note, watchdog, chain, images), lookAfterImages],
  [jobLook, lookAtJob],
  [place, placeFile],
  [jobState, keepState],
  [jobTimer, turnTimer],
  [browse, browseFolder],
  [asUser, runAsAccount(wayIn, stopJob)],
]);

/** Every display of a demo's host is one of its own, by the id of its domain. */
function tellVnc({ xen, now }: SimulatedHost, id: number): Answer {
  const domain = xen?.machine.domain(id, now());
  return printed(domain?.guest.type === 'hvm' ? `127.0.0.1\n${5900 + (id % 100)}\n` : '');
}
