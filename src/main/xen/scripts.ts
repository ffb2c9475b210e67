import autostart from './scripts/autostart.sh?raw';
import checkConfig from './scripts/check-config.sh?raw';
import claim from './scripts/claim.sh?raw';
import deployLook from './scripts/deploy-look.sh?raw';
import destination from './scripts/destination.sh?raw';
import disk from './scripts/disk.sh?raw';
import diskLook from './scripts/disk-look.sh?raw';
import domain from './scripts/domain.sh?raw';
import grow from './scripts/grow.sh?raw';
import ledger from './scripts/ledger.sh?raw';
import reader from './scripts/reader.sh?raw';
import save from './scripts/save.sh?raw';
import seed from './scripts/seed.sh?raw';
import selinux from './scripts/selinux.sh?raw';
import start from './scripts/start.sh?raw';
import toolstack from './scripts/toolstack.sh?raw';
import volume from './scripts/volume.sh?raw';
import watch from './scripts/watch.sh?raw';

/** What each script consists of, after toolstack.sh. */
const parts = {
  autostart: [autostart],
  'check-config': [checkConfig],
  claim: [ledger, claim],
  'deploy-look': [deployLook],
  destination: [destination],
  disk: [ledger, grow, disk],
  'disk-look': [ledger, diskLook],
  domain: [domain],
  save: [save],
  seed: [ledger, seed],
  selinux: [ledger, selinux],
  start: [ledger, reader, start],
  volume: [ledger, grow, volume],
  watch: [ledger, reader, watch],
} as const;

export type ScriptName = keyof typeof parts;

/** One of the scripts that change or ask something about domains, whole. Its first line names it, so that the demo fleet knows what it is asked. */
export function xenScript(name: ScriptName): string {
  return [`# hum ${name}`, toolstack, ...parts[name]].join('\n');
}
