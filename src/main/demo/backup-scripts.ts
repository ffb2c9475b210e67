import { createHash } from 'node:crypto';
import { backupsOf, type DemoBackups, type DemoRun } from './backup-cast.ts';
import { hostFiles } from './host-files.ts';
import type { ScriptCall } from './script-call.ts';
import { type Answer, failed, printed } from './xen/answer.ts';

/** What main/backups/collect/collect.sh prints of a simulated host: the same parts in the same order. */

const known = new WeakSet<object>();

/** The host's files of cron, systemd and Hum: there from the first question on, and changed by fixes from then on. */
function filesWith(host: ScriptCall['host'], backups: DemoBackups): Map<string, string> {
  const files = hostFiles(host);
  if (known.has(files)) return files;
  known.add(files);
  for (const [path, text] of backups.files) files.set(path, text);
  return files;
}

const unix = (seconds: number) => new Date(seconds * 1000).toISOString();

export function tellBackups({ host, args, stdin }: ScriptCall): Answer {
  const [, nonce = '', , sum = '', since = '0'] = args;
  const nowS = Math.floor(Date.now() / 1000);
  const backups = backupsOf(host, nowS);
  const files = filesWith(host, backups);
  const root = host.profile.user === 'root';
  const wants = stdin
    .toString()
    .split('\n')
    .map((line) => line.split(' '));
  const out: string[] = [];
  const say = (head: string, body = '') => out.push(`\n${nonce} ${head}\n${body}`);
  say(`now ${nowS} ${root ? 0 : 1000} UTC cron yes`);

  const scripts = wants.filter(([what]) => what === 'file').map(([, path = '']) => path);
  const sent = [...files].flatMap(([path, text]) => {
    const kind = kindOf(path);
    const wanted = kind ?? (scripts.includes(path) ? 'script' : null);
    return wanted === null
      ? []
      : [{ head: `file ${wanted} - ${/\.sh$|cron\.daily/.test(path) ? 755 : 644} 0 ${text.length} ${nowS - 9e6} ${path}`, text }];
  });
  const now = createHash('sha256')
    .update(JSON.stringify(sent.map(({ text, head }) => [head.slice(-40), text])))
    .digest('hex')
    .slice(0, 16);
  if (now === sum) say('same');
  else {
    say(`static ${now}`);
    for (const { head, text } of sent) say(head, text);
    say('mounts', '/\n');
  }
  for (const [job, runs] of backups.managed) {
    const last = runs.at(-1);
    if (last !== undefined)
      say(
        `status ${job}`,
        JSON.stringify({ ...told(last), lastSuccess: runs.findLast(({ exit }) => exit === 0)?.ended ?? null, pid: 4711 }),
      );
    say(
      `runs ${job}`,
      runs
        .filter(({ ended }) => ended > Number(since))
        .map((run) => `${JSON.stringify(told(run))}\n`)
        .join(''),
    );
  }
  if (backups.running !== null) {
    const { args: line, since: ago } = backups.running;
    say(`process 20417 20416 ${nowS - ago} ${Math.round(ago * 19.3e6)} ${Math.round(ago * 18.9e6)} root`, line.join('\n'));
  }
  if (files.has('/etc/rsyncd.conf')) say(`process 812 1 ${nowS - 4e6} - - root`, 'rsync\n--daemon\n--no-detach');
  for (const [what, first = '', ...rest] of wants) {
    const path = [first, ...rest].join(' ');
    if (what === 'log')
      say(
        `log 100 ${backups.logs.get(rest.join(' '))?.at(-1)?.ended ?? nowS} ${rest.join(' ')}`,
        logText(backups.logs.get(rest.join(' ')) ?? []),
      );
    else if (what === 'unit') say(`unit ${first}`, `ActiveState=inactive\njournal\n${journalText(backups.units.get(first) ?? [])}`);
    else if (what === 'place') say(`place directory ${path.startsWith('/mnt') ? 2065 : 2049} no ${path}`, '/\n');
    else if (what === 'secret') say(`secret 600 root ${path}`);
    else if (what === 'hostkey') say(`hostkey ${first} ${rest[0]} ${backups.knowsHostKey ? 'yes' : 'no'} ${rest.slice(1).join(' ')}`);
    else if (what === 'key') say(`key ${first} open ${rest.join(' ')}`);
  }
  say('end');
  return printed(out.join(''));
}

function kindOf(path: string): string | null {
  if (path === '/etc/crontab') return 'crontab';
  if (path === '/etc/rsyncd.conf') return 'rsyncd';
  if (path.startsWith('/etc/cron.d/')) return 'cron.d';
  if (path.startsWith('/etc/cron.daily/')) return 'periodic';
  return /\.(?:timer|service)$/.test(path) ? 'unit' : null;
}

function told({ started, ended, exit, bytes }: DemoRun): object {
  return { started, ended, exit, bytes, files: Math.round(bytes / 4e5), seconds: ended - started };
}

function stamp(seconds: number): string {
  return unix(seconds).slice(0, 19).replaceAll('-', '/').replace('T', ' ');
}

function logText(runs: readonly DemoRun[]): string {
  return runs
    .map(({ started, ended, exit, bytes }) => {
      const end =
        exit === 0
          ? ''
          : `${stamp(ended)} [77] rsync error: some files/attrs were not transferred (see previous errors) (code ${exit}) at main.c(1338) [sender=3.2.7]\n`;
      return `${stamp(started)} [77] building file list\n${stamp(ended)} [77] sent ${bytes} bytes  received 935 bytes  total size ${bytes * 9}\n${end}`;
    })
    .join('');
}

function journalText(runs: readonly DemoRun[]): string {
  return runs
    .map(({ started, ended, exit }) => {
      const line = (at: number, text: string) => `${at}.000000 host systemd[1]: ${text}\n`;
      const end =
        exit === 0
          ? line(ended, 'Finished Base backup.')
          : `${line(ended, `pg-base.service: Main process exited, code=exited, status=${exit}/n/a`)}${line(ended, "pg-base.service: Failed with result 'exit-code'.")}`;
      return line(started, 'Starting Base backup...') + end;
    })
    .join('');
}

/** main/backups/log-tail.sh. */
export function tellLog({ host, args: [, path = '', unit = ''] }: ScriptCall): Answer {
  const backups = backupsOf(host, Math.floor(Date.now() / 1000));
  if (path === '') return printed(journalText(backups.units.get(unit) ?? []));
  const job = /^\/var\/lib\/hum\/jobs\/([a-z0-9-]+)\/log$/.exec(path)?.[1];
  const runs = backups.logs.get(path) ?? (job === undefined ? undefined : backups.managed.get(job));
  return runs === undefined ? failed(3) : printed(logText(runs.slice(-60)));
}

/** main/backups/lint/read-file.sh. */
export function readFile({ host, args: [path = ''] }: ScriptCall): Answer {
  const text = hostFiles(host).get(path);
  return text === undefined ? failed(3) : printed(`${createHash('sha256').update(text).digest('hex')}\n${text}`);
}

/** main/backups/lint/host-key.sh: a key that a host of the demo might have. */
export function tellHostKey({ host, args: [name = ''] }: ScriptCall): Answer {
  const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIFj3k0m5bJXHbA8Ck0mN0dT0a6m3bq0c0sQdXh5Jq8eT';
  const home = host.profile.user === 'root' ? '/root' : `/home/${host.profile.user}`;
  return printed(
    `--keys\n${name} ssh-ed25519 ${key}\n--fingerprints\n256 SHA256:Qm5vdGFyZWFsa2V5YnV0aXRsb29rc2xpa2VvbmU ${name} (ED25519)\n--home\n${home}\n`,
  );
}
