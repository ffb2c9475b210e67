import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import { parseArgs } from 'node:util';
import { HumError, messageOf } from '../../shared/errors.ts';
import { isLoopback } from './security.ts';

/** What the launcher (scripts/start.mjs) hands to either shell on its command line. */
export interface ShellFlags {
  readonly dataDir: string;
  /** Hosts of the demo fleet to start with; 0 for none. */
  readonly demoHosts: number;
  /** On each of them; undefined leaves it to the demo. */
  readonly demoDomains: number | undefined;
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly allowRemote: boolean;
  readonly openBrowser: boolean;
}

const mostDemoHosts = 2000;
const mostDemoDomains = 500;

/**
 * Reads the flags of a shell; `args` are those after the program's own name.
 * @throws HumError `bad-input` for an unknown flag, a bad number, or an address that others can reach without `--allow-remote`.
 */
export function readShellFlags(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): ShellFlags {
  const values = parse(args);
  const domains = values['demo-domains'];
  const host = values.host ?? '127.0.0.1';
  const allowRemote = values['allow-remote'] ?? false;
  if (!allowRemote && !isLoopback(host)) {
    throw refused(
      `${host} is not a loopback address.`,
      'Others could reach the console over plain HTTP. If you mean it, add --allow-remote.',
    );
  }
  return {
    dataDir: values.data ?? defaultDataDir(environment),
    demoHosts: values.demo === undefined ? 0 : wholeNumber('--demo', values.demo, 1, mostDemoHosts),
    demoDomains: domains === undefined ? undefined : wholeNumber('--demo-domains', domains, 1, mostDemoDomains),
    host,
    port: wholeNumber('--port', values.port ?? '0', 0, 65_535),
    allowRemote,
    openBrowser: values.open ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: 'string' },
        demo: { type: 'string' },
        'demo-domains': { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        'allow-remote': { type: 'boolean' },
        open: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw refused(messageOf(error), 'npm start -- --help lists the flags.');
  }
}

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw refused(`${flag} needs a whole number from ${least} to ${most}, not “${text}”.`, 'npm start -- --help lists the flags.');
}

function refused(message: string, hint: string): HumError {
  return new HumError({ code: 'bad-input', message, hint });
}

/** Where the console keeps its files unless told otherwise; one place for both shells, by each platform's custom. */
export function defaultDataDir(environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string {
  const { join } = platform === 'win32' ? win32 : posix;
  const home = environment.HOME ?? homedir();
  if (platform === 'win32') return join(environment.APPDATA ?? join(home, 'AppData', 'Roaming'), 'hum');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'hum');
  return join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'hum');
}
