import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { HumError } from '../../src/shared/errors.ts';
import { apply, file, fixOf, jobs, openFixRooms, refusedUndo, room, seen, textOf } from '../support/fix-room.ts';
import { patience } from '../support/patience.ts';
import { becomes } from '../support/plans.ts';
import { freePort } from '../support/sshd.ts';

/** Passwords that are moved into files, on a host made of folders. */

openFixRooms();

test('a password moves into a file of its own, and stands in no journal', async () => {
  file('etc/cron.d/m', "0 2 * * * root RSYNC_PASSWORD='s3cr3t-Ünï' flock -n /run/m rsync -a /a/ u@v::m\n");
  const ref = await fixOf('password-in-command');
  expect(JSON.stringify(await room.backups.previewFix(ref))).not.toContain('s3cr3t');
  await apply(ref);
  const [job] = await jobs();
  expect(textOf('etc/cron.d/m')).toMatch(
    /^0 2 \* \* \* root flock -n \/run\/m rsync --password-file=\/etc\/hum\/secrets\/\S+ -a \/a\/ u@v::m\n$/,
  );
  const secret = /--password-file=(\S+)/.exec(textOf('etc/cron.d/m'))?.[1] ?? '';
  expect(textOf(secret)).toBe('s3cr3t-Ünï\n');
  expect(statSync(join(room.root, secret)).mode & 0o777).toBe(0o600);
  expect(job?.findings.map(({ id }) => id)).not.toContain('secret-readable');
  for (const name of readdirSync(room.rig.dataDir)) expect(readFileSync(join(room.rig.dataDir, name)).includes('s3cr3t')).toBe(false);
});

const canary = 'canary-secret-7d1';

/** Nothing that Hum wrote, logged, said or showed has the password. */
async function keptQuiet(...said: readonly unknown[]): Promise<void> {
  for (const name of readdirSync(room.rig.dataDir)) expect(readFileSync(join(room.rig.dataDir, name)).includes(canary), name).toBe(false);
  const stream = room.plans.watch();
  const { value } = await stream.next();
  await stream.return();
  expect(
    JSON.stringify([said, room.logged, value, await seen(), room.plans.exportAudit({ text: '', states: [], format: 'json' })]),
  ).not.toContain(canary);
}

test.each<[string, string, string]>([
  [
    'before the command',
    `0 2 * * * root RSYNC_PASSWORD=${canary} flock -n /l rsync -a /a/ u@v::m\n`,
    'rsync --password-file=F -a /a/ u@v::m',
  ],
  ['in a URL', `0 2 * * * root flock -n /l rsync -a /a/ rsync://u:${canary}@v/m\n`, 'rsync --password-file=F -a /a/ rsync://u@v/m'],
  ['for sshpass', `0 2 * * * root flock -n /l sshpass -p '${canary}' rsync -a /a/ v:/a\n`, 'sshpass -f F rsync -a /a/ v:/a'],
  [
    'for the remote shell',
    `0 2 * * * root flock -n /l rsync -a -e 'sshpass -p ${canary} ssh' /a/ v:/a\n`,
    "rsync -a -e 'sshpass -f F ssh' /a/ v:/a",
  ],
  [
    'in a variable of the crontab',
    `RSYNC_PASSWORD="${canary}"\n0 2 * * * root flock -n /l rsync -a /a/ u@v::m\n`,
    'rsync --password-file=F -a /a/ u@v::m',
  ],
])('a password %s moves into a file of its own and back, and stands in no journal, log, error or answer', async (_where, text, after) => {
  file('etc/cron.d/m', text);
  const ref = await fixOf('password-in-command');
  const preview = await room.backups.previewFix(ref);
  expect(preview.file?.before).toContain('••••••');
  const plan = await apply(ref);
  const secret = /\/etc\/hum\/secrets\/[\w-]+/.exec(textOf('etc/cron.d/m'))?.[0] ?? '';
  expect(textOf('etc/cron.d/m')).toBe(`0 2 * * * root flock -n /l ${after.replace('F', secret)}\n`);
  expect([textOf(secret), statSync(join(room.root, secret)).mode & 0o777]).toEqual([`${canary}\n`, 0o600]);
  expect((await jobs())[0]?.findings.map(({ id }) => id)).not.toContain('password-in-command');
  room.plans.undo(plan);
  await becomes(room.plans, plan, 'undone');
  expect([textOf('etc/cron.d/m'), existsSync(join(room.root, secret))]).toEqual([text, false]);
  const again = await apply(await fixOf('password-in-command'));
  file('etc/cron.d/m', `# ${canary}\n`);
  const refused = await refusedUndo(again);
  const gone = await room.backups.previewFix(ref).catch((error: HumError) => error.problem);
  await keptQuiet(preview, refused, gone);
});

test('a password elsewhere in a file that is changed gets into no journal, and a change that would bring it along is refused', async () => {
  const other = `0 1 * * * root RSYNC_PASSWORD=${canary} nice rsync -a /a/ u@v::m\n`;
  file('etc/cron.d/m', `${other}0 2 * * * root rsync -a /b/ v:/b\n`);
  const first = await fixOf('no-lock');
  const refused = await room.backups.previewFix(first).catch((error: HumError) => error.problem);
  expect(refused).toMatchObject({ code: 'config-invalid', message: expect.stringContaining('A password stands in') });
  const preview = await room.backups.previewFix(await fixOf('no-lock', 1));
  await apply(await fixOf('no-lock', 1));
  expect(textOf('etc/cron.d/m')).toBe(`${other}0 2 * * * root flock -n /run/lock/hum-b-v.lock rsync -a /b/ v:/b\n`);
  await keptQuiet(refused, preview);
});

test('a real daemon takes the password from the file that it was moved into', async () => {
  const port = await freePort();
  mkdirSync(join(room.root, 'module'));
  file('data/one', 'hello');
  file('daemon.secrets', `u:${canary}\n`, 0o600);
  const owner = process.getuid?.() === 0 ? 'uid = 0\ngid = 0\n' : '';
  const conf = file(
    'daemon.conf',
    `use chroot = no\n${owner}[m]\npath = ${room.root}/module\nread only = no\nauth users = u\nsecrets file = ${room.root}/daemon.secrets\n`,
  );
  const daemon = spawn('rsync', ['--daemon', '--no-detach', `--config=${conf}`, `--port=${port}`, '--address=127.0.0.1'], {
    stdio: 'ignore',
  });
  try {
    file('etc/cron.d/m', `0 2 * * * root flock -n ${room.root}/l rsync -a ${room.root}/data/ rsync://u:${canary}@127.0.0.1:${port}/m/\n`);
    await apply(await fixOf('password-in-command'));
    const command = textOf('etc/cron.d/m')
      .replace(/^\S+ \S+ \S+ \S+ \S+ root /, '')
      .replace('=/etc/', `=${room.root}/etc/`);
    await vi.waitFor(() => execFileSync('sh', ['-c', command], { stdio: 'pipe' }), patience);
    expect(readFileSync(join(room.root, 'module/one'), 'utf8')).toBe('hello');
  } finally {
    daemon.kill();
  }
});

test('a password that was moved is moved back when the fix is undone, and its file is gone', async () => {
  const line = "0 2 * * * root RSYNC_PASSWORD='s3cr3t' flock -n /run/m rsync -a /a/ u@v::m\n";
  file('etc/cron.d/m', line, 0o600);
  const plan = await apply(await fixOf('password-in-command'));
  const secret = /--password-file=(\S+)/.exec(textOf('etc/cron.d/m'))?.[1] ?? '';
  expect(existsSync(join(room.root, secret))).toBe(true);
  room.plans.undo(plan);
  const view = await becomes(room.plans, plan, 'undone');
  expect(view.steps.map(({ state }) => state)).toEqual(['undone', 'undone']);
  expect([textOf('etc/cron.d/m'), existsSync(join(room.root, secret))]).toEqual([line, false]);
  expect(statSync(join(room.root, 'etc/cron.d/m')).mode & 0o777).toBe(0o600);
});
