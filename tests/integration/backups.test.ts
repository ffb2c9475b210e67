import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HostBackups, hostBackups } from '../../src/main/backups/host-backups.ts';
import type { Runner } from '../../src/main/ssh/session.ts';
import type { BackupJob } from '../../src/shared/contract/backups.ts';
import { localRunner } from '../support/local-runner.ts';
import { patience } from '../support/patience.ts';

/** collect.sh, as a host would run it, on a host made of folders. */

let root: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hum-backups-'));
  file('etc/timezone', 'UTC\n');
  file('etc/passwd', 'root:x:0:0::/root:/bin/sh\nbackup:x:34:34::/var/backups:/bin/sh\n');
  file('usr/sbin/cron', '', 0o755);
  file('usr/sbin/sendmail', '', 0o755);
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

function file(path: string, text: string | Buffer, mode = 0o644): string {
  const whole = join(root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  chmodSync(whole, mode);
  return whole;
}

async function read(backups: HostBackups = hostBackups('h1', { root }), runner: Runner = localRunner()): Promise<readonly BackupJob[]> {
  await backups.read(runner);
  expect(backups.view.problem).toBeUndefined();
  return backups.view.jobs;
}

const shells = ['dash', 'bash', 'busybox'].filter((shell) => ['/bin', '/usr/bin'].some((folder) => existsSync(join(folder, shell))));
const under = (shell: string) => (shell === 'busybox' ? busybox() : localRunner(shell));

test.each(shells)(
  'under %s drop-ins, masks and the units of accounts are found, and nothing is read through a link of an account',
  async (shell) => {
    file(
      'etc/passwd',
      'root:x:0:0::/root:/bin/sh\nme:x:1000:1000::/home/me:/bin/sh\nodd name:x:1001:1001::/home/odd:/bin/sh\nx:x:1002:1002::/home/x:/bin/sh\n',
    );
    const rsync = (to: string) => `[Service]\nExecStart=/usr/bin/rsync -a /a/ v:${to}\n`;
    file('usr/lib/systemd/system/vendor.service', '[Service]\nExecStart=/usr/bin/true\n');
    file('usr/lib/systemd/system/vendor.timer', '[Timer]\nOnCalendar=daily\n');
    const dropIn = file('etc/systemd/system/vendor.service.d/o.conf', '[Service]\nExecStart=\nExecStart=/usr/bin/rsync -a /a/ v:/one\n');
    file('run/systemd/system/vendor.timer.d/t.conf', '[Timer]\nOnCalendar=\nOnCalendar=weekly\n');
    file('usr/lib/systemd/system/gone.service', rsync('/gone'));
    symlinkSync('/dev/null', join(root, 'etc/systemd/system/gone.service'));
    file('home/me/.config/systemd/user/mine.service', rsync('/mine'));
    file('home/me/.config/systemd/user/mine.timer', '[Timer]\nOnCalendar=hourly\n');
    file('home/me/.config/systemd/user/all.service.d/own name.conf', '[Service]\nExecStart=/usr/bin/rsync -a /b/ v:/more\n');
    file('etc/systemd/user/all.service', rsync('/all'));
    file('home/odd/.config/systemd/user/odd.service', rsync('/odd'));
    file('srv/secret.service', rsync('/secret'));
    file('srv/folder/secret.service', rsync('/secret'));
    symlinkSync(join(root, 'srv/secret.service'), join(root, 'home/me/.config/systemd/user/link.service'));
    mkdirSync(join(root, 'home/x/.config/systemd'), { recursive: true });
    symlinkSync(join(root, 'srv/folder'), join(root, 'home/x/.config/systemd/user'));
    file('home/me/.config/systemd/user/a\nroot:.service', rsync('/forged'));
    execFileSync('mkfifo', [join(root, 'home/me/.config/systemd/user/pipe.service')]);
    const backups = hostBackups('h1', { root });
    const told = async () =>
      (await read(backups, under(shell)))
        .map(
          ({ name, user, schedule, origin, rsync: { destination } }) =>
            `${name} ${user} ${schedule} ${origin.manager ?? '-'} ${destination?.path}`,
        )
        .sort();
    expect(await told()).toEqual([
      'all me null me /all',
      'all me null me /more',
      'all null null * /all',
      'mine me hourly me /mine',
      'vendor root weekly - /one',
    ]);
    // What is changed in its place is read again.
    writeFileSync(dropIn, '[Service]\nExecStart=\nExecStart=/usr/bin/rsync -a /a/ v:/two\n');
    file('home/me/.config/systemd/user/mine.timer', '[Timer]\nOnCalendar=monthly\n');
    expect((await told()).slice(-2)).toEqual(['mine me monthly me /mine', 'vendor root weekly - /two']);
    rmSync(join(root, 'home/me/.config/systemd/user/mine.service'));
    expect(await told()).toHaveLength(4);
  },
);

test('a host with very many drop-ins and units of accounts is still answered, with a bounded part of them', async () => {
  file('etc/passwd', 'root:x:0:0::/root:/bin/sh\nme:x:1000:1000::/home/me:/bin/sh\n');
  file('etc/systemd/system/b.service', '[Service]\nExecStart=/usr/bin/rsync -a /a/ v:/a\n');
  for (let at = 0; at < 500; at += 1) {
    file(`etc/systemd/system/b.service.d/${at}.conf`, '[Service]\nNice=1\n');
    file(`home/me/.config/systemd/user/u${at}.service`, '[Service]\nExecStart=/usr/bin/rsync -a /a/ v:/a\n');
  }
  const jobs = await read();
  expect(jobs.filter(({ origin }) => origin.manager === undefined)).toHaveLength(1);
  expect(jobs.filter(({ origin }) => origin.manager === 'me')).toHaveLength(200);
});

test('of the unit of an account the journal is asked, and not its own manager, which that might start', async () => {
  file('etc/passwd', 'root:x:0:0::/root:/bin/sh\nnobody:x:1000:1000::/home/me:/bin/sh\n');
  file('home/me/.config/systemd/user/mine.service', '[Service]\nExecStart=/usr/bin/rsync -a /a/ v:/a\n');
  const runner = localRunner();
  const uid = execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }).trim();
  const program = (name: string, text: string) => file(`bin/${name}`, `#!/bin/sh\n${text}\n`, 0o755);
  program('systemctl', `echo "$*" >> ${join(root, 'asked')}`);
  const nowS = Math.floor(Date.now() / 1000);
  const line = (at: number, text: string) => `${nowS - at}.000000 host systemd[812]: ${text}`;
  program(
    'journalctl',
    `case "$*" in *" USER_UNIT=mine.service _UID=${uid} "*) cat <<'E'\n${line(120, 'Starting mine.service - Mine...')}\n${line(60, 'Finished mine.service - Mine.')}\nE\n;; esac`,
  );
  const [job] = await read(hostBackups('h1', { root }), {
    ...runner,
    run: (script, args, options) => runner.run(`PATH=${join(root, 'bin')}:$PATH\nexport PATH\n${script}`, args, options),
  });
  expect(job).toMatchObject({ user: 'nobody', evidence: 'journal', lastRun: { exit: 0, seconds: 60 } });
  expect(existsSync(join(root, 'asked'))).toBe(false);
});

test.each(shells)('under %s every kind of job is found: crontabs, folders, users, timers, scripts', async (shell) => {
  file('etc/crontab', 'SHELL=/bin/sh\n25 6 * * * root run-parts --report /etc/cron.daily\n0 1 * * * root rsync -a /home/ /backup/home\n');
  file('etc/cron.d/web', 'MAILTO=ops@example.org\n*/30 * * * * backup flock -n /run/w rsync -az /var/www/ vault:/b/www\n');
  file('etc/cron.d/by-script', '@daily root /opt/backup/run.sh --all >/dev/null 2>&1\n');
  file('opt/backup/run.sh', '#!/bin/sh\nDEST=vault::mod\nrsync -aH --delete /srv/data/ "$DEST/data"\n', 0o755);
  file('etc/cron.d/other', '0 0 * * * root /usr/bin/true\n');
  file('etc/cron.daily/photos', '#!/bin/sh\nrsync -a /srv/photos/ /mnt/disk/photos\n', 0o755);
  file('var/spool/cron/crontabs/backup', '@hourly rsync -a /var/lib/x/ rsync://vault/x\n');
  file('etc/systemd/system/db.timer', '[Timer]\nOnCalendar=*-*-* 03:00\nRandomizedDelaySec=10min\n');
  file('etc/systemd/system/db.service', '[Service]\nUser=postgres\nExecStart=/usr/bin/rsync -a /var/lib/pg/ vault:/b/pg\n');
  file('usr/lib/systemd/system/rsync.service', '[Service]\nExecStart=/usr/bin/rsync --daemon --no-detach\n');
  symlinkSync('/etc/systemd/system/db.timer', join(root, 'etc/systemd/system/alias.timer'));
  file('etc/rsyncd.conf', 'secrets file = /etc/rsyncd.secrets\n[www]\npath = /srv/www\nread only = no\n[pub]\npath=/srv/pub\n');
  file('etc/rsyncd.secrets', 'u:p\n', 0o644);
  const backups = hostBackups('h1', { root });
  const jobs = await read(backups, under(shell));
  const told = jobs.map(
    (job) =>
      `${job.origin.kind} ${job.user} ${job.schedule} ${job.rsync.sources[0]?.path} ${job.rsync.destination?.host ?? ''}:${job.rsync.destination?.path}`,
  );
  expect(told.sort()).toEqual([
    'cron.d backup */30 * * * * /var/www/ vault:/b/www',
    'cron.d root @daily /srv/data/ vault:mod/data',
    'crontab root 0 1 * * * /home/ :/backup/home',
    'periodic root 25 6 * * * /srv/photos/ :/mnt/disk/photos',
    'timer postgres *-*-* 03:00 /var/lib/pg/ vault:/b/pg',
    'user-crontab backup @hourly /var/lib/x/ vault:x',
  ]);
  expect(jobs.find(({ origin }) => origin.script !== null)?.origin.script).toBe('/opt/backup/run.sh');
  expect(jobs.find(({ origin }) => origin.kind === 'timer')?.scheduleWords).toBe('Every day at 03:00, up to 10 min later');
  expect(backups.view.daemon?.modules).toEqual([
    { name: 'www', path: '/srv/www', readOnly: false, users: null },
    { name: 'pub', path: '/srv/pub', readOnly: true, users: null },
  ]);
  expect(backups.view.daemon?.findings.map(({ id }) => id)).toEqual(['secret-readable']);
});

/** Runs everything with the applets of busybox alone. */
function busybox(): Runner {
  const runner = localRunner();
  const bin = join(root, 'busybox-bin');
  mkdirSync(bin, { recursive: true });
  execFileSync('busybox', ['--install', '-s', bin]);
  return {
    ...runner,
    run: (script, args, options) =>
      runner.run(`PATH=${bin}\nexport PATH\nexec "${bin}/sh" -c '${script.replaceAll("'", "'\\''")}' sh "$@"`, args, options),
  };
}

test('files that have not changed are not sent again, and a new one is found', async () => {
  file('etc/cron.d/web', `# ${'x'.repeat(20_000)}\n0 2 * * * root /opt/b.sh\n`);
  file('opt/b.sh', '#!/bin/sh\nrsync -a /a/ v:/a\n', 0o755);
  const backups = hostBackups('h1', { root });
  const runner = localRunner();
  expect(await read(backups, runner)).toHaveLength(1);
  const first = runner.bytes;
  runner.calls = 0;
  expect(await read(backups, runner)).toHaveLength(1);
  expect(runner.calls).toBe(1);
  expect(runner.bytes - first).toBeLessThan(2_000);
  file('etc/cron.d/more', '0 3 * * * root rsync -a /b/ v:/b\n');
  expect(await read(backups, runner)).toHaveLength(2);
});

test('a log of rsync tells of runs, their ends and their sizes, and a real rsync writes such a log', async () => {
  const [source, target, log] = [join(root, 'src/'), join(root, 'dst'), join(root, 'var/log/b.log')];
  file('src/one', 'x'.repeat(5_000));
  mkdirSync(dirname(log), { recursive: true });
  const now = new Date();
  file('etc/cron.d/b', `${now.getUTCMinutes()} ${now.getUTCHours()} * * * root rsync -a --log-file=/var/log/b.log /src/ /dst\n`);
  execFileSync('rsync', ['-a', `--log-file=${log}`, source, target], { env: { ...process.env, TZ: 'UTC' } });
  const backups = hostBackups('h1', { root });
  const [well] = await read(backups);
  expect(well).toMatchObject({ state: 'healthy', evidence: 'log' });
  expect(well?.lastRun?.bytes).toBeGreaterThan(4_000);
  expect(Math.abs((well?.lastSuccessAt ?? 0) - Date.now())).toBeLessThan(60_000);
  // Of today, or of a yesterday that has just ended.
  expect(well?.days.slice(-2)).toContain('o');
  try {
    execFileSync('rsync', ['-a', `--log-file=${log}`, `${source}nothing`, target], { env: { ...process.env, TZ: 'UTC' }, stdio: 'ignore' });
  } catch {
    // It ends with 23, as it should.
  }
  const [failing] = await read(backups);
  expect(failing).toMatchObject({ state: 'failing', stateWords: 'Status 23: Some files were not transferred.' });
  expect(failing?.lastSuccessAt).toBe(well?.lastSuccessAt);
  expect(failing?.days.slice(-2)).toContain('f');
});

test('a job of Hum is known by its status file; what is late is overdue, what was left out is told', async () => {
  const nowS = Math.floor(Date.now() / 1000);
  file('etc/cron.d/hum-web', '# Written by Hum; edit it there.\nMAILTO=""\n0 * * * * root /etc/hum/jobs/web.sh\n');
  file('etc/hum/jobs/web.sh', '#!/bin/sh\n# hum-job 1 e30\nflock -n 9 || exit 75\nrsync -a /srv/ vault::b\n', 0o755);
  const status = {
    version: 1,
    job: 'web',
    pid: 1,
    started: nowS - 8000,
    ended: nowS - 7900,
    exit: 0,
    lastSuccess: nowS - 7900,
    bytes: 10,
    files: 1,
    seconds: 100,
    trigger: 'cron',
  };
  file('var/lib/hum/jobs/web/status.json', JSON.stringify(status));
  file('var/lib/hum/jobs/web/runs.jsonl', `${JSON.stringify(status)}\n{"ended": broken\n`);
  const backups = hostBackups('h1', { root });
  const [late] = await read(backups);
  expect(late).toMatchObject({ name: 'web', managed: 'web', state: 'overdue', evidence: 'status', findings: [] });
  expect(late?.stateWords).toMatch(/^No success for 2 h/);
  const next = { ...status, started: nowS - 60, ended: nowS - 50, lastSuccess: nowS - 50, seconds: 10, bytes: 99 };
  file('var/lib/hum/jobs/web/status.json', JSON.stringify(next));
  const skipped = { ...next, started: nowS - 5, ended: nowS - 4, exit: 75, skipped: true };
  file('var/lib/hum/jobs/web/runs.jsonl', [status, next, skipped].map((each) => JSON.stringify(each)).join('\n'));
  const [well] = await read(backups);
  expect(well).toMatchObject({ state: 'healthy', lastSuccessAt: next.ended * 1000 });
  expect(well?.stateWords).toContain('left out');
  expect(well?.trend.map(({ bytes }) => bytes)).toEqual([10, 99, 99]);
  file('etc/cron.d/hum-web', '# Written by Hum; edit it there.\n# hum-disabled moved away: 0 * * * * root /etc/hum/jobs/web.sh\n');
  expect((await read(backups))[0]).toMatchObject({ state: 'disabled', disabled: 'moved away', nextAt: null });
});

test('what runs is told with its process, and since when', async () => {
  file('src/big', 'x'.repeat(1_000_000));
  file('etc/cron.d/b', `* * * * * root rsync -a --bwlimit=1 ${join(root, 'src/')} ${join(root, 'dst')}\n`);
  const backups = hostBackups('h1', { root });
  expect((await read(backups))[0]).toMatchObject({ state: 'unknown', running: null });
  const child = spawn('rsync', ['-a', '--bwlimit=1', join(root, 'src/'), join(root, 'dst')], { stdio: 'ignore' });
  children.push(child);
  await expect.poll(async () => (await read(backups))[0]?.running?.pid, patience).toBe(child.pid);
  const [job] = backups.view.jobs;
  expect(job?.state).toBe('running');
  expect(Math.abs((job?.running?.since ?? 0) - Date.now())).toBeLessThan(60_000);
});

test('starts come from syslog where nothing else tells of them', async () => {
  const stamp = new Date(Date.now() - 120_000);
  const day = `${stamp.toLocaleString('en', { month: 'short', timeZone: 'UTC' })} ${String(stamp.getUTCDate()).padStart(2)}`;
  const clock = stamp.toISOString().slice(11, 19);
  file('etc/cron.d/b', '0 2 * * * root rsync -a /a/ v:/a\n');
  file('var/log/syslog', `${day} ${clock} h CRON[77]: (root) CMD (rsync -a /a/ v:/a)\n${day} ${clock} h CRON[78]: (root) CMD (other)\n`);
  const [job] = await read();
  expect(job).toMatchObject({ evidence: 'syslog', state: 'unknown', lastSuccessAt: null });
  expect(job?.lastStartAt).toBe(Math.floor(stamp.getTime() / 1000) * 1000);
  expect(job?.days.slice(-1)).toMatch(/[s.]/);
});

test('binary junk, a hundred thousand lines, odd names and odd statuses end well', async () => {
  file(
    'etc/cron.d/junk',
    Buffer.concat([
      Buffer.from(Array.from({ length: 9_000 }, (_, index) => (index * 7919) % 256)),
      Buffer.from('\n0 2 * * * root rsync -a /a/ v:/a\n'),
    ]),
  );
  file('etc/cron.d/long', '0 2 * * * root rsync -a /a/ v:/a\n'.repeat(100_000));
  file('etc/cron.d/a b;$(touch x)\'"', '0 5 * * * root rsync -a "/a;$(id)/" v:/q\n');
  file('etc/cron.d/line\nend', '0 5 * * * root rsync -a /x v:/q\n');
  file('var/lib/hum/jobs/bad/status.json', '{"pid":');
  file('var/lib/hum/jobs/bad/runs.jsonl', '[]\n');
  const backups = hostBackups('h1', { root });
  const jobs = await read(backups);
  expect(jobs.some(({ origin }) => origin.file === '/etc/cron.d/a b;$(touch x)\'"')).toBe(true);
  expect(jobs.length).toBeLessThanOrEqual(500);
  expect(existsSync('x')).toBe(false);
});

test('a log of a gigabyte is read at its end, and a file that is no UTF-8 is not offered to be changed', async () => {
  const stamp = new Date().toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
  const log = file('var/log/huge.log', '');
  truncateSync(log, 2 ** 30);
  appendFileSync(log, `\n${stamp} [9] building file list\n${stamp} [9] sent 1,200 bytes  received 35 bytes  total size 9\n`);
  const line = Buffer.from('* * * * * root rsync -a --log-file=/var/log/huge.log /srv/M\xfcller/ v::a\n', 'latin1');
  file('etc/cron.d/b', line);
  const [job] = await read();
  expect(job).toMatchObject({ state: 'healthy', evidence: 'log' });
  expect(job?.findings.map(({ id, fix }) => [id, fix])).toEqual([
    ['too-often', null],
    ['no-lock', null],
  ]);
});

test('a job of Hum that is still before its rsync runs, and one that was killed has failed', async () => {
  const nowS = Math.floor(Date.now() / 1000);
  file('etc/cron.d/hum-web', '0 * * * * root /etc/hum/jobs/web.sh\n');
  const script = file('etc/hum/jobs/web.sh', '#!/bin/sh\nsleep 600\nrsync -a /srv/ v::b\n', 0o755);
  const child = spawn('sh', [script], { stdio: 'ignore', detached: true });
  children.push(child);
  const status = {
    version: 1,
    job: 'web',
    pid: child.pid,
    started: nowS - 600,
    ended: null,
    exit: null,
    lastSuccess: nowS - 900,
    bytes: null,
    files: null,
    seconds: null,
    trigger: 'hum',
  };
  file('var/lib/hum/jobs/web/status.json', JSON.stringify(status));
  const backups = hostBackups('h1', { root });
  await expect.poll(async () => (await read(backups))[0]?.state, patience).toBe('running');
  expect(backups.view.jobs[0]?.running).toMatchObject({ pid: child.pid, since: status.started * 1000 });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await gone;
  const [killed] = await read(backups);
  expect(killed).toMatchObject({ state: 'failing', running: null });
  expect(killed?.stateWords).toContain('was cut off');
});

test('a host whose clock is off by a day is judged by its own clock, and the difference is told', async () => {
  const log = file('var/log/b.log', '');
  const host = Date.now() - 3_600_000;
  const stamp = new Date(host).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
  writeFileSync(log, `${stamp} [9] building file list\n${stamp} [9] sent 1,200 bytes  received 35 bytes  total size 9\n`);
  utimesSync(log, host / 1000, host / 1000);
  file('etc/cron.d/b', '0 2 * * * root rsync -a --log-file=/var/log/b.log /a/ v:/a\n');
  const ahead = hostBackups('h1', { root, now: () => Date.now() + 86_400_000 });
  const [job] = await read(ahead);
  expect(job).toMatchObject({ state: 'healthy' });
  expect(Math.round(ahead.view.clockOffsetMs / 3_600_000)).toBe(-24);
});

test('a key, a log or a script that is a pipe holds nothing up', async () => {
  for (const path of ['root/.ssh/id_rsa', 'root/.ssh/known_hosts', 'root/.ssh/config', 'var/log/b.log', 'opt/b.sh']) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    execFileSync('mkfifo', [join(root, path)]);
  }
  file('etc/cron.d/b', '0 2 * * * root rsync -a --log-file=/var/log/b.log /a/ v:/a\n0 3 * * * root /opt/b.sh\n');
  const jobs = await read();
  expect(jobs.map(({ findings }) => findings.map(({ id }) => id).sort())).toEqual([['host-key-unknown', 'no-lock']]);
});

test('an answer that is cut, or none, is told as such and what was known stays', async () => {
  file('etc/cron.d/b', '0 2 * * * root rsync -a /a/ v:/a\n');
  const backups = hostBackups('h1', { root });
  const runner = localRunner();
  await read(backups, runner);
  const cut: Runner = { ...runner, run: async (...call) => ({ ...(await runner.run(...call)), stdout: Buffer.from('garbage\n') }) };
  await backups.read(cut);
  expect(backups.view.problem?.code).toBe('bad-answer');
  expect(backups.view.jobs).toHaveLength(1);
  expect(readFileSync(join(root, 'etc/cron.d/b'), 'utf8')).toContain('rsync');
});
