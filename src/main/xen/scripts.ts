import autostart from './scripts/autostart.sh?raw';
import checkConfig from './scripts/check-config.sh?raw';
import deployLook from './scripts/deploy-look.sh?raw';
import destination from './scripts/destination.sh?raw';
import domain from './scripts/domain.sh?raw';
import save from './scripts/save.sh?raw';
import start from './scripts/start.sh?raw';
import toolstack from './scripts/toolstack.sh?raw';

const bodies = { autostart, 'check-config': checkConfig, 'deploy-look': deployLook, destination, domain, save, start } as const;

export type ScriptName = keyof typeof bodies;

/** One of the scripts that change or ask something about domains, whole. Its first line names it, so that the demo fleet knows what it is asked. */
export function xenScript(name: ScriptName): string {
  return `# hum ${name}\n${toolstack}\n${bodies[name]}`;
}
