import { quote } from '../ssh/quote.ts';
import asRoot from './scripts/as-root.sh?raw';
import autostart from './scripts/autostart.sh?raw';
import checkConfig from './scripts/check-config.sh?raw';
import destination from './scripts/destination.sh?raw';
import domain from './scripts/domain.sh?raw';
import removal from './scripts/removal.sh?raw';
import removalLook from './scripts/removal-look.sh?raw';
import save from './scripts/save.sh?raw';
import start from './scripts/start.sh?raw';
import toolstack from './scripts/toolstack.sh?raw';
import trash from './scripts/trash.sh?raw';
import trashParts from './scripts/trash-parts.sh?raw';

const bodies = { autostart, 'check-config': checkConfig, destination, domain, save, start } as const;

export type ScriptName = keyof typeof bodies;

/** One of the scripts that change or ask something about domains, whole. Its first line names it, so that the demo fleet knows what it is asked. */
export function xenScript(name: ScriptName): string {
  return `# hum ${name}\n${toolstack}\n${bodies[name]}`;
}

const rootBodies = { removal, 'removal-look': removalLook, trash } as const;

export type RootScriptName = keyof typeof rootBodies;

/**
 * One of the scripts that look after disks and the trash, whole. Its body is root's from the first line to the last, also where an account
 * becomes root by `sudo -n`. Its first argument is what `hold` of toolstack.sh holds meanwhile, empty for one that only looks.
 */
export function xenRootScript(name: RootScriptName): string {
  return `# hum ${name}\n${toolstack}\nbody=${quote(`${trashParts}\n${rootBodies[name]}`)}\n${asRoot}`;
}
