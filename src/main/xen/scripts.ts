import fileRestore from '../plans/file-restore.sh?raw';
import fileWrite from '../plans/file-write.sh?raw';
import { quote } from '../ssh/quote.ts';
import asRoot from './scripts/as-root.sh?raw';
import autostart from './scripts/autostart.sh?raw';
import build from './scripts/build.sh?raw';
import chain from './scripts/chain.sh?raw';
import checkConfig from './scripts/check-config.sh?raw';
import claim from './scripts/claim.sh?raw';
import deployLook from './scripts/deploy-look.sh?raw';
import destination from './scripts/destination.sh?raw';
import disk from './scripts/disk.sh?raw';
import diskLook from './scripts/disk-look.sh?raw';
import domain from './scripts/domain.sh?raw';
import grow from './scripts/grow.sh?raw';
import images from './scripts/images.sh?raw';
import ledger from './scripts/ledger.sh?raw';
import note from './scripts/note.sh?raw';
import qcow2 from './scripts/qcow2.sh?raw';
import reader from './scripts/reader.sh?raw';
import removal from './scripts/removal.sh?raw';
import removalLook from './scripts/removal-look.sh?raw';
import save from './scripts/save.sh?raw';
import seed from './scripts/seed.sh?raw';
import selinux from './scripts/selinux.sh?raw';
import start from './scripts/start.sh?raw';
import toolstack from './scripts/toolstack.sh?raw';
import trash from './scripts/trash.sh?raw';
import trashParts from './scripts/trash-parts.sh?raw';
import volume from './scripts/volume.sh?raw';
import watch from './scripts/watch.sh?raw';
import watchdog from './scripts/watchdog.sh?raw';
import writeConfig from './scripts/write-config.sh?raw';

/** What each script consists of, after toolstack.sh. */
const parts = {
  autostart: [ledger, autostart],
  build: [ledger, reader, build],
  'check-config': [checkConfig],
  claim: [ledger, claim],
  'deploy-look': [note, qcow2, deployLook],
  destination: [destination],
  disk: [ledger, grow, qcow2, disk],
  'disk-look': [ledger, diskLook],
  domain: [domain],
  save: [save],
  seed: [ledger, seed],
  selinux: [ledger, selinux],
  start: [start],
  volume: [ledger, grow, volume],
  watch: [ledger, reader, watch],
  'write-config': [ledger, `write=${quote(fileWrite)}\nrestore=${quote(fileRestore)}`, writeConfig],
} as const;

export type ScriptName = keyof typeof parts;

/** One of the scripts that change or ask something about domains, whole. Its first line names it, so that the demo fleet knows what it is asked. */
export function xenScript(name: ScriptName): string {
  return [`# hum ${name}`, toolstack, ...parts[name]].join('\n');
}

const rootBodies = {
  images: [note, watchdog, chain, images],
  removal: [trashParts, removal],
  'removal-look': [trashParts, removalLook],
  trash: [trashParts, trash],
} as const;

export type RootScriptName = keyof typeof rootBodies;

/**
 * One of the scripts that look after disks, images and the trash, whole. Its body is root's from the first line to the last, also where an account
 * becomes root by `sudo -n`. Its first argument is what `hold` of toolstack.sh holds meanwhile, empty for one that only looks.
 */
export function xenRootScript(name: RootScriptName): string {
  return `# hum ${name}\n${toolstack}\nbody=${quote(rootBodies[name].join('\n'))}\n${asRoot}`;
}
