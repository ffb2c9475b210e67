import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const usage = `Usage: npm start -- [flags]

  --web             serve Hum to a browser instead of opening its window
  --host ADDR       where the browser shell listens (127.0.0.1)
  --port N          its port (a free one)
  --allow-remote    allow a --host that other machines can reach; what passes is plain HTTP
  --no-open         do not open a browser
  --data DIR        keep settings and inventory here
  --demo [N]        start with a demo fleet of N hosts (12)
  --demo-domains N  make each of them a Xen host with N domains
  --help            show this
`;

/** A command line that cannot be followed; its message is for the person. */
export class UsageError extends Error {}

/**
 * @typedef {object} Flags
 * @property {boolean} help
 * @property {boolean} web
 * @property {boolean} open
 * @property {string[]} webFlags the flags that only the browser shell has, as that shell reads them
 * @property {string[]} shellFlags the flags that both shells have, likewise
 */

/**
 * Reads the person's flags. Values are checked for form here, so that a slip costs no build; what they may be is the shells' own decision
 * (src/main/web/flags.ts).
 * @param {readonly string[]} args
 * @param {string} from what a relative --data is relative to
 * @returns {Flags}
 */
export function readFlags(args, from) {
  const values = parse(withDemoCount(args));
  const port = values.port === undefined ? undefined : wholeNumber('--port', values.port, 0, 65535);
  const demo = values.demo === undefined ? undefined : wholeNumber('--demo', values.demo, 1, 2000);
  const domains = values['demo-domains'] === undefined ? undefined : wholeNumber('--demo-domains', values['demo-domains'], 1, 500);
  if (values.host === '') throw new UsageError('--host needs an address.');
  if (values.data === '') throw new UsageError('--data needs a folder.');
  return {
    help: values.help ?? false,
    web: values.web ?? false,
    open: !(values['no-open'] ?? false),
    webFlags: [
      ...(values.host === undefined ? [] : ['--host', values.host]),
      ...(port === undefined ? [] : ['--port', port]),
      ...(values['allow-remote'] ? ['--allow-remote'] : []),
    ],
    shellFlags: [
      ...(values.data === undefined ? [] : ['--data', resolve(from, values.data)]),
      ...(demo === undefined ? [] : ['--demo', demo]),
      ...(domains === undefined ? [] : ['--demo-domains', domains]),
    ],
  };
}

/** parseArgs knows no flag whose value may be left out: `--demo` alone becomes `--demo 12`. */
function withDemoCount(args) {
  return args.flatMap((arg, index) => (arg === '--demo' && !/^\d+$/.test(args[index + 1] ?? '') ? ['--demo', '12'] : [arg]));
}

function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: 'boolean' },
        web: { type: 'boolean' },
        'no-open': { type: 'boolean' },
        host: { type: 'string' },
        port: { type: 'string' },
        'allow-remote': { type: 'boolean' },
        data: { type: 'string' },
        demo: { type: 'string' },
        'demo-domains': { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function wholeNumber(flag, text, least, most) {
  if (/^\d{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most) return text;
  throw new UsageError(`${flag} needs a whole number from ${least} to ${most}, not “${text}”.`);
}
