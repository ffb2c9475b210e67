import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Session } from '../../src/main/ssh/session.ts';
import { HumError } from '../../src/shared/errors.ts';
import { apply, file, fixOf, jobs, openFixRooms, refusedUndo, room, seen, textOf } from '../support/fix-room.ts';
import { patience } from '../support/patience.ts';
import { becomes } from '../support/plans.ts';
import { openRig, type Rig, type Server } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

/** Fixes through a real journal, on a host made of folders; some of them over a real sshd. */

let sshds: Rig;
let session: Session;
let sshd: Server;

beforeAll(async () => {
  sshds = await openRig();
  sshd = await sshds.sshd();
  session = await online(sessionFor(await targetFor(sshds, sshd, { key: await sshds.clientKey() })));
});

openFixRooms();

afterAll(async () => {
  await stopSessions();
  await sshds.close();
});

async function refusal(doing: Promise<unknown>): Promise<string> {
  const error = await doing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof HumError ? error.problem.code : `no refusal: ${String(error)}`;
}

test('the line from the notes is found, explained and made whole, one fix after the other', async () => {
  room.way = session;
  file('etc/cron.d/web', '* * * * * rsync -avz /var/www/html/ user@backupserver:/backup/web01');
  const [job] = await jobs();
  expect(job).toMatchObject({ state: 'failing', user: null });
  expect(job?.findings.map(({ id }) => id).sort()).toEqual(['host-key-unknown', 'no-final-newline', 'no-lock', 'no-user', 'too-often']);
  const preview = await room.backups.previewFix(await fixOf('no-user'));
  expect(preview.file).toMatchObject({ path: '/etc/cron.d/web' });
  expect(textOf('etc/cron.d/web')).toBe(preview.file?.before);
  for (const finding of ['no-user', 'no-final-newline', 'no-lock'] as const) await apply(await fixOf(finding));
  expect(textOf('etc/cron.d/web')).toBe(
    '* * * * * root flock -n /run/lock/hum-html-backupserver.lock rsync -avz /var/www/html/ user@backupserver:/backup/web01\n',
  );
  // Beside it lies nothing that cron would read; each of the texts before is kept elsewhere.
  expect(readdirSync(join(room.root, 'etc/cron.d'))).toEqual(['web']);
  expect(readdirSync(join(room.root, 'var/lib/hum/kept')).length).toBeGreaterThanOrEqual(1);
  expect(statSync(join(room.root, 'etc/cron.d/web')).mode & 0o777).toBe(0o644);
});

test('what somebody else changed since is not overwritten: told, and read anew', async () => {
  file('etc/cron.d/web', '* * * * * rsync -a /a/ v::a\n');
  const ref = await fixOf('no-user');
  const { digest } = await room.backups.previewFix(ref);
  file('etc/cron.d/web', '* * * * * rsync -a /a/ v::a\n0 1 * * * root true\n');
  expect(await refusal(room.backups.applyFix({ ...ref, digest }))).toBe('config-changed');
  // It is read anew by itself; what is shown then is another change than the one that was looked at.
  await vi.waitFor(async () => expect((await room.backups.previewFix(ref)).file?.before).toContain('root true'), patience);
  expect(await refusal(room.backups.applyFix({ ...ref, digest }))).toBe('plan-changed');
  expect(textOf('etc/cron.d/web')).toBe('* * * * * rsync -a /a/ v::a\n0 1 * * * root true\n');
});

test.skipIf(process.getuid?.() !== 0)(
  'a job gets a key of its own, made by its account; undone, the key and the option are gone',
  async () => {
    room.way = session;
    const locked = await sshds.clientKey({ passphrase: 'secret' });
    const account = await sshds.account({ shell: '/bin/sh', files: { '.ssh/id_ed25519': readFileSync(locked.path, 'utf8') } });
    file('etc/passwd', `root:x:0:0::/root:/bin/sh\n${account.name}:x:${account.uid}:${account.uid}::${account.home}:/bin/sh\n`);
    mkdirSync(dirname(join(room.root, account.home)), { recursive: true });
    symlinkSync(account.home, join(room.root, account.home));
    const line = `0 2 * * * ${account.name} flock -n /l rsync -a /a/ 127.0.0.1:/a\n`;
    file('etc/cron.d/k', line);
    const ref = await fixOf('key-passphrase');
    const { note, steps } = await room.backups.previewFix(ref);
    expect(note).toContain('authorized_keys on 127.0.0.1');
    expect(steps.map(({ title }) => title)).toEqual([`Make the key ~${account.name}/.ssh/hum-a-127-0-0-1`, 'Write /etc/cron.d/k']);
    const plan = await apply(ref);
    const key = join(account.home, '.ssh/hum-a-127-0-0-1');
    expect([statSync(key).uid, statSync(key).mode & 0o777, statSync(`${key}.pub`).uid]).toEqual([account.uid, 0o600, account.uid]);
    expect(textOf('etc/cron.d/k')).toContain("rsync -e 'ssh -i ~/.ssh/hum-a-127-0-0-1' -a");
    expect((await jobs())[0]?.findings.map(({ id }) => id)).not.toContain('key-passphrase');
    const printed = (await becomes(room.plans, plan, 'done')).steps[0]?.output;
    expect(printed).toBe(readFileSync(`${key}.pub`, 'utf8'));
    room.plans.undo(plan);
    await becomes(room.plans, plan, 'undone');
    expect([textOf('etc/cron.d/k'), existsSync(key), existsSync(`${key}.pub`)]).toEqual([line, false, false]);
    expect(readFileSync(join(account.home, '.ssh/id_ed25519'), 'utf8')).toBe(readFileSync(locked.path, 'utf8'));
  },
);

test('a host key that is not known is shown with its fingerprint, and known after', async () => {
  const line = `0 2 * * * root flock -n /l rsync -a -e 'ssh -p ${sshd.port}' /a/ 127.0.0.1:/a\n`;
  file('etc/cron.d/k', line);
  file('root/.ssh/known_hosts', '# mine\n', 0o600);
  const ref = await fixOf('host-key-unknown');
  const preview = await room.backups.previewFix(ref);
  expect(preview.note).toMatch(/SHA256:\S{43}/);
  expect(preview.file?.after).toMatch(new RegExp(`^# mine\n\\[127\\.0\\.0\\.1\\]:${sshd.port} ssh-ed25519 `));
  await apply(ref);
  expect((await jobs())[0]?.findings.map(({ id }) => id)).not.toContain('host-key-unknown');
  expect(statSync(join(room.root, 'root/.ssh/known_hosts')).mode & 0o777).toBe(0o600);
});

test('names, modes and doubles are put right; the log of a job is read', async () => {
  file('etc/cron.d/a.sh', '0 2 * * * root flock -n /l rsync -a --log-file=/var/log/a.log /a/ v::a\n');
  await apply(await fixOf('ignored-name'));
  expect(existsSync(join(room.root, 'etc/cron.d/a'))).toBe(true);
  file('etc/cron.d/a', `${textOf('etc/cron.d/a')}`.repeat(2));
  await apply(await fixOf('duplicate-line', 1));
  expect(textOf('etc/cron.d/a').split('\n')).toHaveLength(2);
  file('etc/cron.daily/b', '#!/bin/sh\nrsync -a /b/ v::b\n');
  const daily = await fixOf('ignored-name', 1);
  await apply(daily);
  expect(statSync(join(room.root, 'etc/cron.daily/b')).mode & 0o777).toBe(0o755);
  file('var/log/a.log', Array.from({ length: 300 }, (_, index) => `line ${index}\n`).join(''));
  const [job] = await jobs();
  const log = await room.backups.log('h1', job?.id ?? '');
  expect(log?.path).toBe('/var/log/a.log');
  expect(log?.text.split('\n').slice(0, 1)).toEqual(['line 100']);
  expect(await refusal(room.backups.log('h1', '0123456789abcdef'))).toBe('not-found');
});

test('a host that goes keeps what was known of it, one that is removed leaves, and a window hears of both', async () => {
  file('etc/cron.d/a', '0 2 * * * root rsync -a /a/ v::a\n');
  await jobs();
  const stream = room.backups.watch();
  expect((await stream.next()).value).toMatchObject({ kind: 'snapshot' });
  room.backups.disconnected('h1', false);
  expect(await refusal(room.backups.log('h1', (await seen())?.jobs[0]?.id ?? ''))).toBe('connection-lost');
  expect((await seen())?.jobs).toHaveLength(1);
  room.backups.disconnected('h1', true);
  await vi.waitFor(async () => expect((await stream.next()).value).toMatchObject({ gone: ['h1'] }), patience);
  await stream.return();
  expect(await seen()).toBeUndefined();
});

test('a fix that is done is undone from the page: the file, its mode and the finding are what they were', async () => {
  room.way = session;
  const line = '30 2 * * * rsync -a /a/ v::a\n';
  file('etc/cron.d/web', line, 0o640);
  const plan = await apply(await fixOf('no-user'));
  expect(textOf('etc/cron.d/web')).toContain('root rsync');
  room.plans.undo(plan);
  await becomes(room.plans, plan, 'undone');
  expect(textOf('etc/cron.d/web')).toBe(line);
  expect(statSync(join(room.root, 'etc/cron.d/web')).mode & 0o777).toBe(0o640);
  expect(readdirSync(join(room.root, 'var/lib/hum/kept'))).toEqual([]);
  await fixOf('no-user');
});

test('an undo is refused with its reason where the file was changed since, and the fix stays', async () => {
  file('etc/cron.d/web', '30 2 * * * rsync -a /a/ v::a\n');
  const plan = await apply(await fixOf('no-user'));
  const theirs = `${textOf('etc/cron.d/web')}# by somebody else\n`;
  file('etc/cron.d/web', theirs);
  expect(await refusedUndo(plan)).toMatch(/^It was not undone: \/etc\/cron\.d\/web is not the file that it was/);
  expect(textOf('etc/cron.d/web')).toBe(theirs);

  file('etc/cron.d/a.sh', '0 2 * * * root flock -n /l rsync -a /b/ v::b\n');
  rmSync(join(room.root, 'etc/cron.d/web'));
  const named = await apply(await fixOf('ignored-name'));
  file('etc/cron.d/a.sh', '# a new one\n');
  expect(await refusedUndo(named)).toContain('is taken');
  expect([textOf('etc/cron.d/a.sh'), existsSync(join(room.root, 'etc/cron.d/a'))]).toEqual(['# a new one\n', true]);
  rmSync(join(room.root, 'etc/cron.d/a.sh'));
  room.plans.undo(named);
  await becomes(room.plans, named, 'undone');
  expect(existsSync(join(room.root, 'etc/cron.d/a.sh'))).toBe(true);
});

test('an undo that fails after a part of it says what was undone, and what was not', async () => {
  file('etc/cron.d/m', "0 2 * * * root RSYNC_PASSWORD='s3cr3t' flock -n /run/m rsync -a /a/ u@v::m\n");
  const plan = await apply(await fixOf('password-in-command'));
  const secret = /--password-file=(\S+)/.exec(textOf('etc/cron.d/m'))?.[1] ?? '';
  // It cannot be removed: a folder stands in its place.
  rmSync(join(room.root, secret));
  mkdirSync(join(room.root, secret, 'x'), { recursive: true });
  room.plans.undo(plan);
  const view = await becomes(room.plans, plan, 'stuck');
  expect(view.problem?.message).toMatch(/Undoing “Put the password into \S+” did not work: .*“Write \S+” was undone\.$/);
  expect(textOf('etc/cron.d/m')).toContain('s3cr3t');
  rmSync(join(room.root, secret), { recursive: true });
  room.plans.undo(plan);
  await becomes(room.plans, plan, 'cancelled');
});
