import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type BackupJobs, createBackupJobs } from '../../src/main/backups/managed/backup-jobs.ts';
import { jobStepHandlers } from '../../src/main/backups/managed/job-steps.ts';
import type { Plans } from '../../src/main/plans/plans.ts';
import type { JobChange, JobDefinition } from '../../src/shared/contract/backup-jobs.ts';
import { type JobStatus, someJob } from '../support/backup-jobs.ts';
import { type Lab, openLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';
import { becomes, type PlansRig, plansRig } from '../support/plans.ts';

/** Backup jobs that a real cron and a real systemd start: dom0 copies to itself by its own sshd, as root with a key of its own. */

/** cron looks at its files once a minute. */
const untilCronRuns = { ...patience, interval: 1_000 };
let lab: Lab;
let rig: PlansRig;
let plans: Plans;
let jobs: BackupJobs;

const clean = `
  if [ -e /etc/systemd/system/hum-timed.timer ]; then systemctl disable --now hum-timed.timer; fi
  rm -rf /etc/hum /etc/cron.d/hum-* /etc/cron.d/notes /etc/systemd/system/hum-timed.* /var/lib/hum/jobs /srv/lab/backup /srv/lab/www`;

beforeAll(async () => {
  lab = await openLab();
  await lab.sure(`
    mkdir -p /root/.ssh && chmod 700 /root/.ssh
    cp /root/.ssh/authorized_keys /root/.ssh/authorized_keys.before-backups 2>/dev/null || : >/root/.ssh/authorized_keys.before-backups
    ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_backups
    cat /root/.ssh/id_backups.pub >>/root/.ssh/authorized_keys
    ssh-keyscan -t ed25519 127.0.0.1 >>/root/.ssh/known_hosts`);
});
beforeEach(async () => {
  await lab.run(clean);
  await lab.sure('mkdir -p /srv/lab/www && echo hello >/srv/lab/www/index.html');
  rig = plansRig();
  plans = await rig.open({ handlers: jobStepHandlers(() => lab.root), runner: () => lab.root });
  jobs = createBackupJobs({ plans, root: () => lab.root, hostName: () => 'dom0' });
});
afterEach(async () => {
  jobs.stop();
  await rig.close();
});
afterAll(async () => {
  await lab.run(`${clean}
    mv -f /root/.ssh/authorized_keys.before-backups /root/.ssh/authorized_keys
    rm -f /root/.ssh/id_backups /root/.ssh/id_backups.pub`);
  await lab.close();
});

const into = (folder: string): JobDefinition['destination'] => ({
  kind: 'ssh',
  host: '127.0.0.1',
  user: 'root',
  port: null,
  keyFile: '/root/.ssh/id_backups',
  path: `/srv/lab/backup/${folder}`,
});
const everyMinute = (change: Partial<JobDefinition> = {}): JobDefinition =>
  someJob({
    sources: ['/srv/lab/www/'],
    destination: into('web'),
    schedule: '* * * * *',
    keep: { kind: 'snapshots', daily: 2, weekly: 0, monthly: 0 },
    ...change,
  });

async function done(change: JobChange): Promise<void> {
  const { digest, hosts } = await jobs.preview(['dom0'], change);
  expect(hosts[0]?.kind).toBe('ready');
  const { plans: ids } = await jobs.start(['dom0'], change, digest);
  await becomes(plans, ids[0] ?? '', 'done');
}

const save = (definition: JobDefinition): JobChange => ({ kind: 'save', definition, version: null, adopt: null });

/** The runs that have ended. On a slow host the next one may be under way already. */
async function runs(name: string): Promise<readonly JobStatus[]> {
  const { stdout } = await lab.run('cat "/var/lib/hum/jobs/$1/runs.jsonl"', [name]);
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as JobStatus]));
}

test('what Hum makes is run by cron and by systemd within a minute, and so is the line from the notes once it was taken over', {
  timeout: 900_000,
}, async () => {
  await done(save(everyMinute()));
  await done(save(everyMinute({ name: 'timed', scheduler: 'timer', destination: into('timed') })));
  expect(await lab.sure('systemctl is-enabled hum-timed.timer')).toBe('enabled\n');
  await lab.sure('echo "* * * * * rsync -av /srv/lab/www/ root@127.0.0.1:/srv/lab/backup/notes" >/etc/cron.d/notes');
  const { definition, line, notes } = await jobs.adopt('dom0', '/etc/cron.d/notes', 1);
  expect(notes.join(' ')).toContain('no user');
  await done({ kind: 'save', definition: { ...definition, name: 'taken', destination: into('taken') }, version: null, adopt: line });

  // While cron's minute passes.
  const checks: string[] = [];
  for await (const event of jobs.test('dom0', everyMinute({ destination: into('tested') }))) {
    if (event.kind === 'check' && event.check.state === 'failed') checks.push(event.check.text);
    if (event.kind === 'end') expect(event.summary?.created).toBeGreaterThan(0);
  }
  expect(checks).toEqual([]);

  await vi.waitFor(async () => {
    expect(await runs('web')).toContainEqual(expect.objectContaining({ trigger: 'cron', exit: 0, files: 1 }));
    expect(await runs('timed')).toContainEqual(expect.objectContaining({ trigger: 'timer', exit: 0, files: 1 }));
    expect(await runs('taken')).toContainEqual(expect.objectContaining({ trigger: 'cron', exit: 0, files: 1 }));
  }, untilCronRuns);
  expect(await lab.sure('cat /srv/lab/backup/web/latest/index.html')).toBe('hello\n');
  expect(await lab.sure('cat /etc/cron.d/notes')).toMatch(/^# Taken over by Hum as taken: /);

  await done({ kind: 'remove', name: 'timed' });
  expect((await lab.run('systemctl cat hum-timed.timer hum-timed.service')).code).not.toBe(0);
  await done({ kind: 'disable', name: 'web', reason: 'it has been seen' });
  await done({ kind: 'remove', name: 'web' });
  expect(await lab.sure('ls /etc/cron.d /etc/hum/jobs')).not.toContain('web');
  // What is known of it stays.
  expect(await runs('web')).toContainEqual(expect.objectContaining({ trigger: 'cron', exit: 0, files: 1 }));
});
