import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BackupJobs, createBackupJobs } from '../../src/main/backups/managed/backup-jobs.ts';
import { jobTexts, readJob } from '../../src/main/backups/managed/job-files.ts';
import { jobStepHandlers } from '../../src/main/backups/managed/job-steps.ts';
import type { Plans } from '../../src/main/plans/plans.ts';
import type { Runner, Session } from '../../src/main/ssh/session.ts';
import type {
  DryItem,
  HostChange,
  JobChange,
  JobCheck,
  JobDefinition,
  JobRunView,
  TestEvent,
} from '../../src/shared/contract/backup-jobs.ts';
import { HumError } from '../../src/shared/errors.ts';
import { type BackupHost, backupHost, giveKey } from '../support/backup-host.ts';
import { type JobStatus, plainOptions, someJob } from '../support/backup-jobs.ts';
import { patience } from '../support/patience.ts';
import { becomes, type PlansRig, plansRig } from '../support/plans.ts';
import { type KeyPair, openRig, type Rig } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';
import { canMakeHosts } from '../support/trash-host.ts';

/** Jobs on a real sshd with an /etc of its own, going to another one by the real rsync. */

let rig: Rig;
let key: KeyPair;
let near: BackupHost;
let far: BackupHost;
let session: Session;
let plansAt: PlansRig;
let plans: Plans;
let jobs: BackupJobs;
/** What stands between Hum and the host. */
let between: (runner: Pick<Runner, 'run'>) => Pick<Runner, 'run'>;

const root = (host: string): Pick<Runner, 'run'> => {
  if (host !== 'near') throw new HumError({ code: 'connection-lost', message: 'There is no connection.', hint: 'Wait.', host });
  return between(session);
};
const names: Readonly<Record<string, string>> = { near: 'web 01', gone: 'gone', twin: 'web_01' };

/** A job from the host to the other one. */
const toFar = (change: Partial<JobDefinition> = {}): JobDefinition =>
  someJob({
    sources: ['/srv/www/'],
    destination: {
      kind: 'ssh',
      host: '127.0.0.1',
      user: 'root',
      port: far.server.port,
      keyFile: null,
      path: '/srv/it\'s "the" copy of {host}',
    },
    ...change,
  });

const save = (definition: JobDefinition, version: string | null = null): JobChange => ({ kind: 'save', definition, version, adopt: null });

async function previewed(change: JobChange): Promise<{ view: HostChange; digest: string }> {
  const { hosts, digest } = await jobs.preview(['near'], change);
  return { view: hosts[0] ?? expect.fail('no host'), digest };
}

/** Does it and waits for the end of its plan. */
async function done(change: JobChange): Promise<void> {
  const { view, digest } = await previewed(change);
  expect(view.kind).toBe('ready');
  const { plans: ids } = await jobs.start(['near'], change, digest);
  await becomes(plans, ids[0] ?? '', 'done');
}

async function tested(definition: JobDefinition) {
  const checks: JobCheck[] = [];
  const items: DryItem[] = [];
  let end: Extract<TestEvent, { kind: 'end' }> | undefined;
  for await (const event of jobs.test('near', definition)) {
    if (event.kind === 'check') checks.push(event.check);
    else if (event.kind === 'dry') items.push(...event.items);
    else end = event;
  }
  return { checks, items, end, failed: checks.find(({ state }) => state === 'failed') };
}

async function ended(id: string): Promise<JobRunView> {
  let last: JobRunView | undefined;
  for await (const view of jobs.watchRun(id)) last = view;
  return last ?? expect.fail('no run');
}

const text = (path: string) => readFileSync(near.at(path), 'utf8');
const status = () => JSON.parse(text('/var/lib/hum/jobs/web/status.json')) as JobStatus;

describe.skipIf(!canMakeHosts)('backup jobs (only root can make the mounts of this test)', () => {
  beforeAll(async () => {
    rig = await openRig();
    key = await rig.clientKey();
    [near, far] = await Promise.all([backupHost(rig, 'near'), backupHost(rig, 'far')]);
    session = await online(sessionFor({ ...(await targetFor(rig, near.server, { key })), id: 'near' }));
  });
  afterAll(async () => {
    await stopSessions();
    await rig.close();
  });

  beforeEach(async () => {
    between = (runner) => runner;
    for (const path of ['/etc/hum', '/var/lib/hum', '/etc/cron.d/hum-web', '/etc/cron.d/notes', '/srv/www']) {
      rmSync(near.at(path), { recursive: true, force: true });
    }
    // The folder itself is what is mounted.
    for (const each of readdirSync(far.at('/srv/'))) rmSync(far.at(`/srv/${each}`), { recursive: true });
    mkdirSync(near.at('/srv/www/sub'), { recursive: true });
    writeFileSync(near.at('/srv/www/index.html'), 'hello');
    writeFileSync(near.at('/srv/www/sub/odd\nname'), 'odd');
    giveKey(near, key, far.server);
    plansAt = plansRig();
    plans = await plansAt.open({ handlers: jobStepHandlers(root), runner: () => session });
    jobs = createBackupJobs({ plans, root, hostName: (host) => names[host] ?? host });
    return async () => {
      jobs.stop();
      await plansAt.close();
    };
  });

  it('is written whole, with the rights that cron wants, and read back as the same job', async () => {
    const job = toFar();
    const { view, digest } = await previewed(save(job));
    if (view.kind !== 'ready') return expect.fail(JSON.stringify(view));
    expect(view.files.map(({ path, mode, before }) => [path, mode, before])).toEqual([
      ['/etc/hum/jobs/web.sh', '0755', null],
      ['/etc/cron.d/hum-web', '0644', null],
    ]);
    expect(view.nextRuns).toHaveLength(5);
    expect(existsSync(near.at('/etc/hum'))).toBe(false);
    const { plans: ids } = await jobs.start(['near'], save(job), digest);
    await becomes(plans, ids[0] ?? '', 'done');
    for (const { path, after } of view.files) expect(text(path)).toBe(after);
    const modes = ['/etc/hum/jobs/web.sh', '/etc/cron.d/hum-web', '/var/lib/hum/jobs/web'].map(
      (path) => statSync(near.at(path)).mode & 0o777,
    );
    expect(modes).toEqual([0o755, 0o644, 0o755]);
    expect(text('/etc/cron.d/hum-web')).toMatch(
      /^# Written by Hum; edit it there\.\n[\s\S]*\n15 3 \* \* \* root \/etc\/hum\/jobs\/web\.sh\n$/,
    );
    const read = await jobs.read('near', 'web');
    expect(read).toMatchObject({ disabled: null, byHand: false, definition: view.definition });
    expect(read.definition.destination.path).toBe('/srv/it\'s "the" copy of web_01');
  });

  it('is tested, run now with its progress, and has its status on the host', async () => {
    const { checks, items, end } = await tested(toFar());
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual(['account', 'tools', 'clock', 'source', 'login', 'far-rsync', 'rights', 'space']);
    expect(items).toContainEqual({ what: 'created', path: 'index.html', bytes: 5 });
    expect(items).toContainEqual({ what: 'created', path: 'sub/odd\\#012name', bytes: 3 });
    expect(end?.summary).toMatchObject({ created: 4, changed: 0, deleted: 0, bytes: 8, unlisted: 0, exit: 0 });
    expect(existsSync(far.at('/srv/it\'s "the" copy of web_01'))).toBe(false);
    const run = await ended(jobs.run('near', toFar()).id);
    expect(run).toMatchObject({ state: 'ended', exit: 0, progress: { bytes: 8, share: 1, files: 2 } });
    expect(readFileSync(far.at('/srv/it\'s "the" copy of web_01/sub/odd\nname'), 'utf8')).toBe('odd');
    expect(status()).toMatchObject({ exit: 0, files: 2, bytes: 8, trigger: 'hum' });
  });

  it('keeps snapshots on the other host, and tells beforehand what the next one would delete', async () => {
    const job = toFar({ keep: { kind: 'snapshots', daily: 7, weekly: 4, monthly: 12 } });
    const copies = '/srv/it\'s "the" copy of web_01/';
    expect((await ended(jobs.run('near', job).id)).exit).toBe(0);
    expect(readFileSync(far.at(`${copies}latest/index.html`), 'utf8')).toBe('hello');
    const mirror = toFar({
      options: { ...plainOptions, delete: true },
      destination: { ...job.destination, path: `${copies}latest` } as JobDefinition['destination'],
    });
    rmSync(near.at('/srv/www/index.html'));
    const { items, end } = await tested(mirror);
    expect(items).toContainEqual({ what: 'deleted', path: 'index.html', bytes: 0 });
    expect(end?.summary).toMatchObject({ deleted: 1, there: 4 });
  });

  it.each<[string, string, () => void]>([
    ['host-key', 'does not know the host key', () => giveKey(near, key)],
    ['login', 'has no key', () => rmSync(near.at('/root/.ssh/id_ed25519'))],
    ['source', 'is not there', () => rmSync(near.at('/srv/www'), { recursive: true })],
    [
      'source',
      'is its disk mounted?',
      () => {
        rmSync(near.at('/srv/www'), { recursive: true });
        mkdirSync(near.at('/srv/www'));
      },
    ],
    ['rights', 'is no folder', () => writeFileSync(far.at('/srv/it\'s "the" copy of web_01'), '')],
  ])('says of %s what is wrong (%s), and copies nothing', async (id, words, breakIt) => {
    breakIt();
    const { failed, end, items } = await tested(toFar());
    expect(failed).toMatchObject({ id, text: expect.stringContaining(words) });
    expect([end?.summary, items]).toEqual([null, []]);
  });

  it('says that a key has a passphrase, that nobody is at the port, and that there is no rsync', async () => {
    const locked = await rig.clientKey({ passphrase: 'secret' });
    giveKey(near, locked, far.server);
    expect((await tested(toFar())).failed).toMatchObject({ id: 'login', text: expect.stringContaining('has a passphrase') });
    const nobody = toFar({ destination: { kind: 'ssh', host: '127.0.0.1', user: null, port: 1, keyFile: null, path: 'x' } });
    expect((await tested(nobody)).failed).toMatchObject({ id: 'login', text: expect.stringContaining('is sshd running there') });
    expect((await tested(toFar({ user: 'nobody-of-hum' }))).failed).toMatchObject({ id: 'account' });
    between = (runner) => ({ run: (script, ...rest) => runner.run(`rsync() { return 127; }\n${script}`, ...rest) });
    expect((await tested(toFar())).failed).toMatchObject({ id: 'tools', text: expect.stringContaining('rsync is missing') });
  });

  it('says what rsync says when it does not understand an option', async () => {
    const { end, failed } = await tested(toFar({ extra: ['--no-such-option'] }));
    expect(failed).toBe(undefined);
    expect(end).toMatchObject({
      problem: {
        message: expect.stringMatching(/status 1: .*options/),
        detail: expect.stringContaining('--no-such-option: unknown option'),
      },
    });
  });

  it('says that a password is asked for, that the other side has no rsync, and that the clock is off by a day', async () => {
    giveKey(near, await rig.clientKey({ accepted: false }), far.server);
    expect((await tested(toFar())).failed).toMatchObject({ id: 'login', text: expect.stringContaining('wants a password') });
    const bare = await backupHost(rig, 'bare', '/usr/bin/rsync');
    giveKey(near, key, bare.server);
    const toBare = toFar({ destination: { kind: 'ssh', host: '127.0.0.1', user: null, port: bare.server.port, keyFile: null, path: 'x' } });
    expect((await tested(toBare)).failed).toMatchObject({ id: 'far-rsync', text: expect.stringContaining('no rsync') });
    const { exit } = await ended(jobs.run('near', toBare).id);
    // Which one it is is a matter of who notices first.
    expect([12, 126, 127]).toContain(exit);
    expect(status()).toMatchObject({ exit, lastSuccess: null });
    between = (runner) => ({
      run: (script, ...rest) => runner.run(`date() { echo $(($(command date +%s) - 86400)); }\n${script}`, ...rest),
    });
    expect((await tested(toFar())).checks).toContainEqual(
      expect.objectContaining({ id: 'clock', state: 'note', text: expect.stringMatching(/off by (?:1 d|23 h)/) }),
    );
    const { view } = await previewed(save(toFar()));
    expect(view.kind === 'ready' ? view.notes.join(' ') : view).toMatch(/clock of the host is off by/);
  });

  it('runs as another account, with its home and its rights', async () => {
    const account = await rig.account({ shell: '/bin/sh' });
    for (const each of ['passwd', 'group', 'shadow']) writeFileSync(near.at(`/etc/${each}`), readFileSync(`/etc/${each}`));
    const job = someJob({
      user: account.name,
      sources: ['/srv/www/'],
      destination: { kind: 'local', path: `${account.home}/copy` },
      after: 'id -un >"$HOME/who"; pwd >>"$HOME/who"',
    });
    mkdirSync(near.at('/var/lib/hum/jobs/web'), { recursive: true });
    writeFileSync(near.at('/var/lib/hum/jobs/web/log'), 'of root\n');
    await done(save(job));
    expect((await ended(jobs.run('near', job).id)).exit).toBe(0);
    expect(readFileSync(`${account.home}/who`, 'utf8')).toBe(`${account.name}\n${account.home}\n`);
    expect(statSync(near.at('/var/lib/hum/jobs/web/status.json')).uid).toBe(account.uid);
    expect(text('/var/lib/hum/jobs/web/log')).not.toContain('of root');
    // Where there is no setpriv, su does it.
    between = (runner) => ({ run: (script, ...rest) => runner.run(`setpriv() { :; }\n${script}`, ...rest) });
    rmSync(`${account.home}/who`);
    expect((await ended(jobs.run('near', job).id)).exit).toBe(0);
    expect(readFileSync(`${account.home}/who`, 'utf8')).toBe(`${account.name}\n${account.home}\n`);
    expect((await tested({ ...job, destination: { kind: 'local', path: '/root/copy' } })).failed).toMatchObject({ id: 'rights' });
  });

  it('stops a run that is under way, on the host too', async () => {
    writeFileSync(near.at('/srv/www/large'), Buffer.alloc(8 * 1024 * 1024, 'x'));
    const { id } = jobs.run('near', toFar({ bandwidthKib: 64 }));
    await vi.waitFor(() => expect(status().ended).toBe(null), patience);
    await vi.waitFor(async () => expect((await jobs.watchRun(id).next()).value?.progress?.bytes ?? 0).toBeGreaterThan(0), patience);
    await jobs.stopRun(id);
    expect(await ended(id)).toMatchObject({ state: 'ended', exit: 20 });
    expect(status()).toMatchObject({ exit: 20, lastSuccess: null });
  });

  it('runs on on the host when the connection goes, and tells there how it ended', async () => {
    writeFileSync(near.at('/srv/www/large'), Buffer.alloc(512 * 1024, 'x'));
    const own = await online(sessionFor({ ...(await targetFor(rig, near.server, { key })), id: 'near' }));
    between = () => own;
    const { id } = jobs.run('near', toFar({ bandwidthKib: 64 }));
    await vi.waitFor(async () => expect((await jobs.watchRun(id).next()).value?.progress?.bytes ?? 0).toBeGreaterThan(0), patience);
    await own.stop();
    expect(await ended(id)).toMatchObject({
      exit: null,
      problem: { code: 'connection-lost', hint: expect.stringContaining('goes on on the host') },
    });
    await vi.waitFor(() => expect(status()).toMatchObject({ exit: 0, trigger: 'hum' }), patience);
    expect(statSync(far.at('/srv/it\'s "the" copy of web_01/large')).size).toBe(512 * 1024);
  });

  it('is not overwritten when somebody else changed it: both versions are shown', async () => {
    await done(save(toFar()));
    const { version } = await jobs.read('near', 'web');
    writeFileSync(near.at('/etc/cron.d/hum-web'), text('/etc/cron.d/hum-web').replace('15 3', '45 4'));
    expect((await jobs.read('near', 'web')).byHand).toBe(true);
    const change = save(toFar({ schedule: '0 5 * * *' }), version);
    const { view, digest } = await previewed(change);
    expect(view).toMatchObject({
      kind: 'changed',
      files: expect.arrayContaining([{ path: '/etc/cron.d/hum-web', text: expect.stringContaining('45 4') }]),
    });
    await expect(jobs.start(['near'], change, digest)).rejects.toMatchObject({ problem: { code: 'wrong-state' } });
    expect(text('/etc/cron.d/hum-web')).toContain('45 4');
    if (view.kind === 'changed') await done({ ...change, version: view.version } as JobChange);
    expect(text('/etc/cron.d/hum-web')).toContain('\n0 5 * * * root');
  });

  it('is left alone, and the plan taken back, when a file changes between the look and the writing', async () => {
    await done(save(toFar()));
    const { version, files } = await jobs.read('near', 'web');
    const change = save(toFar({ schedule: '0 5 * * *', excludes: ['*.tmp'] }), version);
    const { digest } = await previewed(change);
    const { plans: ids } = await jobs.start(['near'], change, digest);
    writeFileSync(near.at('/etc/cron.d/hum-web'), '# by somebody else\n');
    const plan = await becomes(plans, ids[0] ?? '', 'failed');
    expect(plan.problem?.code).toBe('config-changed');
    expect(text('/etc/cron.d/hum-web')).toBe('# by somebody else\n');
    expect(text('/etc/hum/jobs/web.sh')).toBe(files.find(({ path }) => path.endsWith('.sh'))?.text);
  });

  it('is whole or not there after a connection that is cut in the middle of writing', async () => {
    const change = save(toFar());
    const { digest } = await previewed(change);
    let cuts = 0;
    between = (runner) => ({
      run: async (script, args, options) => {
        const result = await runner.run(script, args, options);
        if (!script.startsWith('# Puts a file') || cuts > 0) return result;
        cuts += 1;
        // It was done, and nobody heard of it.
        throw new HumError({ code: 'connection-lost', message: 'The connection is lost.', hint: 'Wait.' });
      },
    });
    const { plans: ids } = await jobs.start(['near'], change, digest);
    await becomes(plans, ids[0] ?? '', 'failed');
    expect(cuts).toBe(1);
    expect(['/etc/hum', '/etc/cron.d/hum-web', '/var/lib/hum/jobs/web'].filter((path) => existsSync(near.at(path)))).toEqual([]);
  });

  it('is disabled with a reason, enabled, and removed with what was made for it', async () => {
    await done(save(toFar()));
    await done({ kind: 'disable', name: 'web', reason: 'disk of: the box $(reboot) is full' });
    expect(text('/etc/cron.d/hum-web')).toContain(
      '\n# hum-disabled disk of: the box $(reboot) is full: 15 3 * * * root /etc/hum/jobs/web.sh\n',
    );
    expect(await jobs.read('near', 'web')).toMatchObject({ disabled: 'disk of: the box $(reboot) is full', byHand: false });
    await done({ kind: 'enable', name: 'web' });
    expect((await jobs.read('near', 'web')).disabled).toBe(null);
    await done({ kind: 'remove', name: 'web' });
    expect(existsSync(near.at('/etc/cron.d/hum-web')) || existsSync(near.at('/etc/hum'))).toBe(false);
    await expect(jobs.read('near', 'web')).rejects.toMatchObject({ problem: { code: 'not-found' } });
    expect((await previewed({ kind: 'remove', name: 'web' })).view).toMatchObject({ kind: 'refused', problem: { code: 'not-found' } });
  });

  it('takes the place of the line from the notes, which is commented, and of no other line', async () => {
    const line = '* * * * * rsync -avz /var/www/html/ user@backupserver:/backup/web01';
    const crontab = `# mine\n\n${line}\n# and more\n`;
    writeFileSync(near.at('/etc/cron.d/notes'), crontab, { mode: 0o600 });
    const { definition, notes, line: found } = await jobs.adopt('near', '/etc/cron.d/notes', 3);
    expect(definition).toMatchObject({
      name: 'notes',
      user: 'root',
      sources: ['/var/www/html/'],
      destination: { kind: 'ssh', user: 'user', host: 'backupserver', path: '/backup/web01' },
      options: { archive: true, compress: true, listFiles: true, delete: false },
    });
    expect(notes.join(' ')).toMatch(/no user[\s\S]*every minute/);
    const change: JobChange = {
      kind: 'save',
      definition: { ...definition, name: 'web', schedule: '0 3 * * *' },
      version: null,
      adopt: found,
    };
    await done(change);
    expect(text('/etc/cron.d/notes')).toBe(crontab.replace(line, `# Taken over by Hum as web: ${line}`));
    expect(statSync(near.at('/etc/cron.d/notes')).mode & 0o777).toBe(0o600);
    rmSync(near.at('/etc/cron.d/hum-web'));
    rmSync(near.at('/etc/hum'), { recursive: true });
    expect((await previewed(change)).view).toMatchObject({ kind: 'refused', problem: { code: 'config-changed' } });
  });

  it('takes over no line of a file with a password in it: the journal would keep it', async () => {
    const line = '0 3 * * * root rsync -a /srv/www/ v:/a';
    writeFileSync(near.at('/etc/cron.d/notes'), `${line}\n`);
    const { definition, line: found } = await jobs.adopt('near', '/etc/cron.d/notes', 1);
    writeFileSync(near.at('/etc/cron.d/notes'), `${line}\n0 4 * * * root RSYNC_PASSWORD=canary-secret rsync -a /a/ u@v::m\n`);
    for (const each of [1, 2]) {
      const refused: HumError = await jobs.adopt('near', '/etc/cron.d/notes', each).then(Promise.reject, (error) => error);
      expect(refused.problem.code).toBe('config-invalid');
      expect(JSON.stringify(refused.problem)).not.toContain('canary');
    }
    const change: JobChange = { kind: 'save', definition: { ...definition, name: 'web' }, version: null, adopt: found };
    const { view } = await previewed(change);
    expect(view).toMatchObject({ kind: 'refused', problem: { code: 'config-invalid' } });
    expect(JSON.stringify(view)).not.toContain('canary');
  });

  it('refuses what stands in the way, and asks of many hosts each for itself', async () => {
    mkdirSync(near.at('/etc/hum/jobs'), { recursive: true });
    symlinkSync('/etc/shadow', near.at('/etc/hum/jobs/web.sh'));
    expect((await previewed(save(toFar()))).view).toMatchObject({ kind: 'refused', problem: { code: 'conflict' } });
    rmSync(near.at('/etc/hum/jobs/web.sh'));
    spawnSync('chmod', ['777', near.at('/etc/hum/jobs')]);
    const { hosts, digest } = await jobs.preview(['near', 'gone'], save(toFar()));
    expect(hosts.map(({ kind }) => kind)).toEqual(['ready', 'refused']);
    const { plans: ids } = await jobs.start(['near', 'gone'], save(toFar()), digest);
    const plan = await becomes(plans, ids[0] ?? '', 'failed');
    expect(plan.problem).toMatchObject({ code: 'conflict', detail: expect.stringContaining('does not belong to root alone') });
    writeFileSync(near.at('/etc/cron.d/hum-web'), '# mine\n');
    expect((await previewed(save(toFar()))).view).toMatchObject({ kind: 'refused', problem: { code: 'name-taken' } });
  });

  it('is refused where several hosts would put their copies into one folder, by no name or by names that are one in a path', async () => {
    const into = (path: string) => save(toFar({ destination: { ...toFar().destination, path } as JobDefinition['destination'] }));
    const refusal = (hosts: readonly string[], change: JobChange) => jobs.preview(hosts, change).catch(({ problem }: HumError) => problem);
    expect(await refusal(['near', 'gone'], into('/srv/copy'))).toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('All of these hosts'),
    });
    expect(await refusal(['near', 'twin'], into('/srv/copy/{host}'))).toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('the same name in a path'),
    });
    await expect(jobs.start(['near', 'gone'], into('/srv/copy'), '')).rejects.toMatchObject({ problem: { code: 'bad-input' } });
    for (const [hosts, path] of [
      [['near'], '/srv/copy'],
      [['near', 'near'], '/srv/copy'],
      [['near', 'gone'], '/srv/copy/{host}'],
    ] as const)
      expect(await refusal(hosts, into(path))).toMatchObject({
        hosts: expect.arrayContaining([expect.objectContaining({ kind: 'ready' })]),
      });
    const onItsOwn = save(someJob());
    expect(await refusal(['near', 'gone'], onItsOwn)).toHaveProperty('hosts');
    expect(existsSync(near.at('/etc/cron.d/hum-web'))).toBe(false);
  });

  it('lists a folder for choosing, whatever the names are', async () => {
    writeFileSync(near.at('/srv/www/$(reboot) "x"'), '');
    writeFileSync(Buffer.concat([Buffer.from(near.at('/srv/www/')), Buffer.from([0xff, 0xfe])]), '');
    expect(await jobs.browse('near', '/srv/www')).toEqual({
      path: '/srv/www',
      entries: [
        { name: 'sub', folder: true },
        { name: '$(reboot) "x"', folder: false },
        { name: 'index.html', folder: false },
      ],
      left: 1,
    });
    await expect(jobs.browse('near', '/srv/nothing')).rejects.toMatchObject({ problem: { code: 'not-found' } });
  });

  it('reads back every job as the same one, disabled or not, by cron or timer', () => {
    for (const scheduler of ['cron', 'timer'] as const) {
      for (const disabled of [null, 'because: 1 2 3 4 5 root /etc/hum/jobs/web.sh']) {
        const job = { definition: toFar({ scheduler }), disabled };
        expect(readJob(jobTexts(job))).toEqual({ ...job, byHand: false });
      }
    }
  });
});
