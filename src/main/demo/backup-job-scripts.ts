import { createHash } from 'node:crypto';
import { hostFiles } from './host-files.ts';
import type { Script, ScriptCall } from './script-call.ts';
import type { SimulatedHost } from './simulated-host.ts';
import { type Answer, failed, printed } from './xen/answer.ts';

/** What the scripts of main/backups/managed do on a simulated host: the same arguments, the same answers. Its login has root's rights, or it has none. */

/** The exit statuses that the scripts choose. */
const [changed, noAccount, noFolder] = [81, 86, 81];

interface Room {
  /** The copies that are there already, by destination. */
  readonly copied: Set<string>;
  /** Ends the run under way. */
  stop: (() => void) | undefined;
}

const rooms = new WeakMap<SimulatedHost, Room>();

function roomOf(host: SimulatedHost): Room {
  const room = rooms.get(host) ?? { copied: new Set(), stop: undefined };
  rooms.set(host, room);
  return room;
}

/** What there is to copy on every host: bytes by path. */
const goods: readonly (readonly [path: string, bytes: number])[] = [
  ['/etc/fstab', 612],
  ['/etc/hosts', 221],
  ['/etc/ssh/sshd_config', 3_301],
  ['/home/op/notes.txt', 1_840],
  ['/srv/data/2026-10.csv', 48_211_004],
  ['/srv/data/2026-11.csv', 31_960_388],
  ['/var/lib/postgresql/dump.sql.gz', 913_337_021],
  ['/var/www/html/index.html', 5_120],
  ['/var/www/html/logo.svg', 18_733],
  ['/var/www/html/shop/catalogue.json', 2_230_411],
  ...Array.from(
    { length: 40 },
    (_, at) => [`/var/www/html/images/product-${String(at + 1).padStart(3, '0')}.webp`, 180_000 + at * 7_919] as const,
  ),
];

export const lookAtJob: Script = ({ host, args }) => {
  const [name = '', user = '', foreign = ''] = args;
  const files = hostFiles(host);
  const show = (part: string, path: string) => {
    const text = files.get(path);
    return text === undefined ? '' : `file ${part} ${Buffer.byteLength(text)}\n${text}\n`;
  };
  const facts = [
    ...(user === 'root' ? ['account 0 /root'] : user === host.profile.user ? [`account 1000 /home/${user}`] : []),
    ...['rsync 3.2.7', 'has flock', 'has ssh', 'has crontab', 'has cron.d', 'has systemctl', 'has systemd', 'runs cron', 'zone Etc/UTC'],
    `clock ${Math.floor(Date.now() / 1000)}`,
    'end',
  ];
  const parts = [
    show('script', `/etc/hum/jobs/${name}.sh`),
    show('cron', `/etc/cron.d/hum-${name}`),
    show('service', `/etc/systemd/system/hum-${name}.service`),
    show('timer', `/etc/systemd/system/hum-${name}.timer`),
    foreign === '' ? '' : show('foreign', foreign),
  ];
  return printed(`${parts.join('')}${facts.join('\n')}\n`);
};

export const placeFile: Script = ({ host, args, stdin }) => {
  const [path = '', , from = '', to = ''] = args;
  const files = hostFiles(host);
  const text = files.get(path);
  const now = text === undefined ? '' : createHash('sha256').update(text).digest('hex');
  if (now === to) return printed('', 60);
  if (now !== from) return failed(changed);
  if (to === '') files.delete(path);
  else files.set(path, stdin.toString());
  return printed('', 120);
};

export const keepState: Script = () => printed('', 40);
export const turnTimer: Script = () => printed('', 200);

export const browseFolder: Script = ({ args }) => {
  const folder = (args[0] ?? '/').replace(/\/+$/, '');
  const inside = new Map<string, 'd' | 'f'>();
  for (const [path] of goods) {
    if (!path.startsWith(`${folder}/`)) continue;
    const [name = '', ...rest] = path.slice(folder.length + 1).split('/');
    inside.set(name, rest.length > 0 ? 'd' : 'f');
  }
  if (inside.size === 0) return failed(noFolder);
  return printed(`${[...inside].map(([name, kind]) => `${kind}${name}\0`).join('')}left0`);
};

/** `wayIn` and `stop`: the texts of those scripts; any other is a job's own. */
export function runAsAccount(wayIn: string, stop: string): Script {
  return (call) => {
    const [user = '', script = '', ...args] = call.args;
    if (user !== 'root' && user !== call.host.profile.user) return failed(noAccount);
    if (script === wayIn) return lookAtTheWay(args);
    if (script === stop) return stopRun(call);
    return args[0] === 'dry' ? dryRun(call, script) : run(call, script);
  };
}

function lookAtTheWay([kind = '', , count = '0', ...rest]: readonly string[]): Answer {
  const sources = rest.slice(0, Number(count)).map((source, at) => `source ${at + 1} ${below(source).length > 0 ? 'ok 2049' : 'missing'}`);
  const far = ['far in yes', 'far rsync 3.2.7', 'far there no', 'far rights yes', `far free ${800 * 1024 ** 2}`, 'far device 2065'];
  const way = kind === 'daemon' ? ['daemon 0'] : [...far, ...(kind === 'ssh' ? ['ssh 0'] : [])];
  return printed(`${[...sources, 'sources-end', ...way, 'end'].join('\n')}\n`, 700);
}

function stopRun({ host }: ScriptCall): Answer {
  const { stop } = roomOf(host);
  if (stop === undefined) return failed(81);
  stop();
  return printed('');
}

/** What a job would copy, from the line of its script that holds the definition. */
function wish(script: string): { readonly sources: readonly string[]; readonly to: string } {
  try {
    const line = /^# hum-job 1 (\S+)$/m.exec(script)?.[1] ?? '';
    const { sources, destination } = JSON.parse(Buffer.from(line, 'base64url').toString());
    return { sources: sources.map(String), to: JSON.stringify(destination) };
  } catch {
    return { sources: [], to: '' };
  }
}

function below(source: string): readonly (readonly [path: string, bytes: number])[] {
  const folder = source.replace(/\/+$/, '');
  return goods.filter(([path]) => path === folder || path.startsWith(`${folder}/`));
}

function toMove({ host }: ScriptCall, script: string) {
  const { sources, to } = wish(script);
  const files = roomOf(host).copied.has(to) ? [] : sources.flatMap(below);
  return { files, to, bytes: files.reduce((sum, [, bytes]) => sum + bytes, 0) };
}

function dryRun(call: ScriptCall, script: string): Answer {
  const { files, bytes } = toMove(call, script);
  const items = files.map(([path, size]) => `>f+++++++++ ${size} ${path.slice(1)}\n`);
  return printed(`${items.join('')}\nNumber of files: ${files.length}\nTotal transferred file size: ${bytes} bytes\n`, 900);
}

/** How fast the demo copies, bytes per ms. */
const rate = 120_000;
const tickMs = 250;

function run(call: ScriptCall, script: string): Answer {
  const { files, bytes, to } = toMove(call, script);
  const room = roomOf(call.host);
  return {
    ...printed(''),
    live(say, end) {
      let sent = 0;
      const over = (code: number) => {
        clearInterval(timer);
        room.stop = undefined;
        if (code === 0) {
          room.copied.add(to);
          say(`\nNumber of regular files transferred: ${files.length}\nTotal transferred file size: ${bytes} bytes\n`);
        }
        end(code);
      };
      const timer = setInterval(() => {
        sent = Math.min(bytes, sent + rate * tickMs);
        const share = bytes === 0 ? 1 : sent / bytes;
        const left = Math.ceil((bytes - sent) / rate / 1000);
        say(
          `\r${sent.toLocaleString('en')} ${Math.floor(share * 100)}% ${(rate / 1048.576).toFixed(2)}MB/s 0:00:${String(Math.min(59, left)).padStart(2, '0')} (xfr#${Math.floor(share * files.length)}, to-chk=0/${files.length})`,
        );
        if (sent >= bytes) over(0);
      }, tickMs);
      room.stop = () => over(20);
      return () => clearInterval(timer);
    },
  };
}
