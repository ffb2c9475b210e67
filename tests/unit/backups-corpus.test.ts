import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SentFile } from '../../src/main/backups/collect/answer.ts';
import { type FoundJob, findJobs } from '../../src/main/backups/jobs.ts';
import { edited } from '../../src/main/backups/lint/edit.ts';
import { lintJob } from '../../src/main/backups/lint/lint.ts';
import { masked } from '../../src/main/backups/lint/masked.ts';
import type { Facts } from '../../src/main/backups/lint/rule.ts';
import { placeWords } from '../../src/renderer/backups/job-words.ts';

/** Crontabs, timers and scripts as Debian, RHEL, Ansible and people write them, each with what is in it: tests/fixtures/cron/expected.tsv. */

const folder = join(import.meta.dirname, '../fixtures/cron');
const names = readdirSync(folder).filter((name) => name !== 'expected.tsv');
const expected = Map.groupBy(
  readFileSync(join(folder, 'expected.tsv'), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t')),
  ([file]) => file ?? '',
);
/** Nothing that a host would tell of itself: all keys are known, nothing is mounted but what fstab names. */
const facts: Facts = {
  now: Date.parse('2026-11-29T14:00:00Z'),
  cron: 'cron',
  mail: true,
  places: new Map(),
  secrets: new Map(),
  hostKeys: new Map(),
  keys: new Map(),
  mounts: ['/', '/mnt/usb'],
};

function sent(name: string, text = readFileSync(join(folder, name), 'utf8')): SentFile {
  const stem = name.replace(/\.[a-z]+$/, '');
  const plain = { user: '-', mode: '755', owner: '0', text, cut: false };
  if (name.endsWith('.cron')) return { ...plain, kind: 'cron.d', path: `/etc/cron.d/${stem}` };
  if (name.endsWith('.user')) return { ...plain, kind: 'user', user: 'me', path: '/var/spool/cron/crontabs/me' };
  if (name.endsWith('.daily')) return { ...plain, kind: 'periodic', path: `/etc/cron.daily/${stem}` };
  if (name.endsWith('.sh')) return { ...plain, kind: 'script', path: `/${name}` };
  // A drop-in is called `UNIT.d@FOLDER@NAME`; `home-` is an account's own unit, `every-` one that all accounts have.
  const [folder, place, own] = name.split('@');
  if (place !== undefined)
    return { ...plain, kind: 'drop-in', path: `/${place === 'usr' ? 'usr/lib' : place}/systemd/system/${folder}/${own}` };
  if (name.startsWith('home-')) return { ...plain, kind: 'unit', user: 'me', path: `/home/me/.config/systemd/user/${name}` };
  if (name.startsWith('every-')) return { ...plain, kind: 'unit', user: '*', path: `/etc/systemd/user/${name}` };
  return { ...plain, kind: 'unit', path: `/etc/systemd/system/${name}` };
}

/** The file with those that are read with it: a service's timer, the drop-ins of both, and every script. */
function withOthers(file: SentFile, name: string): readonly SentFile[] {
  const scripts = names.filter((each) => each.endsWith('.sh')).map((each) => sent(each));
  const timer = name.replace(/\.service$/, '.timer');
  const dropIns = names.filter((each) => {
    const stem = /^(.+)\.(?:service|timer)\.d@/.exec(each)?.[1];
    return stem !== undefined && name.startsWith(stem.endsWith('-') ? stem : `${stem}.`);
  });
  return [file, ...scripts, ...(timer !== name && names.includes(timer) ? [sent(timer)] : []), ...dropIns.map((each) => sent(each))];
}

function told(job: FoundJob, jobs: readonly FoundJob[]): readonly string[] {
  const line = job.rsyncs[0]?.line;
  const way = `${line?.sources.map(placeWords).join(' ')} > ${line?.destination == null ? '-' : placeWords(line.destination)}`;
  const findings = lintJob({ job, jobs, facts, usualMs: null, zone: 'UTC' }).map(({ finding }) => finding.id);
  return [job.timing.text ?? '-', job.user ?? '-', way, findings.sort().join(' ') || '-'];
}

test('the corpus has files of every kind', () => {
  expect(names.length).toBeGreaterThanOrEqual(80);
  expect(new Set(names.map((name) => name.slice(name.lastIndexOf('.'))))).toEqual(
    new Set(['.conf', '.cron', '.daily', '.service', '.sh', '.timer', '.user']),
  );
});

test.each([...expected.keys()])('%s', (name) => {
  const { jobs } = findJobs({ files: withOthers(sent(name), name) });
  const wanted = (expected.get(name) ?? [])
    .map((row) => row.slice(1))
    .filter(([schedule, user, way]) => `${schedule}${user}${way}` !== '---');
  expect(jobs.map((job) => told(job, jobs))).toEqual(wanted);
});

describe('a fix takes its finding away, and leaves the job what it is', () => {
  const cases = [...expected].flatMap(([name, rows]) =>
    rows.flatMap((row, at) => (row[4] === '-' ? [] : (row[4] ?? '').split(' ').map((id) => [name, at, id] as const))),
  );

  test.each(cases)('%s, job %i: %s', (name, at, id) => {
    const file = sent(name);
    const before = findJobs({ files: withOthers(file, name) }).jobs;
    const job = before[at];
    if (job === undefined) throw new Error('no job');
    const fix = lintJob({ job, jobs: before, facts, usualMs: null, zone: 'UTC' }).find(({ finding }) => finding.id === id)?.fix ?? null;
    if (fix === null) {
      // Only a person can say when it is to run, who else needs a password, or whose file it would be.
      if (id !== 'bad-schedule') {
        const toPeople = ['variable-script.cron', 'ssh.cron', 'sudo.cron', 'unit-others.service', 'drop.service'];
        expect(toPeople.map((each) => `lint-password-${each}`)).toContain(name);
        const { finding } = lintJob({ job, jobs: before, facts, usualMs: null, zone: 'UTC' }).find((each) => each.finding.id === id) ?? {};
        expect(finding?.message).toMatch(/mode 600.*--password-file=.*sshpass -f/);
      }
      return;
    }
    if (fix.kind === 'rename') {
      expect(fix.to).toMatch(/^\/etc\/cron\.(?:d|daily)\/[A-Za-z0-9_-]+$/);
      return;
    }
    if (fix.kind !== 'text' && fix.kind !== 'secret') throw new Error(fix.kind);
    const text = edited(file.text, fix.edits);
    const after = findJobs({ files: withOthers(sent(name, text), name) }).jobs;
    const same = after[id === 'duplicate-line' ? 0 : at];
    if (same === undefined) throw new Error(`no job is left in: ${text}`);
    expect(lintJob({ job: same, jobs: after, facts, usualMs: null, zone: 'UTC' }).map(({ finding }) => finding.id)).not.toContain(id);
    const kept = ({ rsyncs }: FoundJob) => {
      const line = rsyncs[0]?.line;
      const flat = (path: string) => path.replace(/\/$/, '');
      return [line?.sources.map((place) => flat(placeWords(place))), line?.destination, line?.delete, line?.logFile];
    };
    expect(kept(same)).toEqual(kept(job));
    if (fix.kind === 'secret') {
      expect(file.text.slice(fix.at, fix.at + fix.length)).toBe('hunter2');
      expect(text).not.toContain('hunter2');
      const { line, wrappers } = same.rsyncs[0] ?? {};
      const bySsh = wrappers?.includes('sshpass') === true || line?.remoteShell?.includes('sshpass') === true;
      // rsync refuses --password-file where no daemon is asked.
      expect(line?.passwordFile).toBe(line?.destination?.kind === 'daemon' ? fix.target : null);
      if (bySsh) expect(text).toContain(`sshpass -f ${fix.target} `);
      expect(fix.owner).toBe(job.user);
      expect(masked(file.text)).not.toContain('hunter2');
      expect(fix.edits.some(({ insert }) => insert.includes('hunter2'))).toBe(false);
    }
  });
});

describe('what a host tells of keys, secrets, disks and mail', () => {
  const lint = (line: string, change: Partial<Facts>) => {
    const { jobs } = findJobs({ files: [sent('x.cron', `0 2 * * * root ${line}\n`)] });
    return lintJob({ job: jobs[0] as FoundJob, jobs, facts: { ...facts, ...change }, usualMs: null, zone: 'UTC' });
  };
  const ids = (...found: Parameters<typeof lint>) => lint(...found).map(({ finding }) => finding.id);
  const place = (path: string, kind: string, device: string, empty = false) => [path, { kind, device, empty, mount: '/' }] as const;
  const remote = "flock -n /l rsync -a -e 'ssh -p 2222 -i /k' /a/ u@v:/a";
  const plain = 'flock -n /l rsync -a /a/ u@v:/a';

  test('a key with a passphrase is one where nothing helps it; a job can have a key of its own', () => {
    expect(ids(remote, { keys: new Map([['root /k', 'locked']]) })).toEqual(['key-passphrase']);
    expect(ids(`SSH_AUTH_SOCK=/run/agent ${remote}`, { keys: new Map([['root /k', 'locked']]) })).toEqual([]);
    const [own] = lint(plain, { keys: new Map([['root ', 'locked']]) });
    expect(own?.fix).toMatchObject({ kind: 'new-key', user: 'root', name: 'hum-a-v' });
    if (own?.fix?.kind !== 'new-key') throw new Error('no fix');
    const text = edited(own.fix.file.text, own.fix.edits);
    expect(text).toBe("0 2 * * * root flock -n /l rsync -e 'ssh -i ~/.ssh/hum-a-v' -a /a/ u@v:/a\n");
    expect(findJobs({ files: [sent('x.cron', text)] }).jobs[0]?.rsyncs[0]?.line).toMatchObject({ remoteShell: 'ssh -i ~/.ssh/hum-a-v' });
  });

  test('an unknown host key counts by user, port and host, unless the line does not ask for it', () => {
    expect(ids(remote, { hostKeys: new Map([['root 2222 v', 'no']]) })).toEqual(['host-key-unknown']);
    expect(ids(remote, { hostKeys: new Map([['root 22 v', 'no']]) })).toEqual([]);
    expect(ids(remote.replace('-p 2222', '-o StrictHostKeyChecking=no -p 2222'), { hostKeys: new Map([['root 2222 v', 'no']]) })).toEqual(
      [],
    );
  });

  test('a password file that all may read, a source that is empty or gone, a copy beside its source', () => {
    expect(ids('flock -n /l rsync -a --password-file=/p /a/ v::m', { secrets: new Map([['/p', { mode: '644', owner: 'root' }]]) })).toEqual(
      ['secret-readable'],
    );
    expect(ids('flock -n /l rsync -a --password-file=/p /a/ v::m', { secrets: new Map([['/p', { mode: '640', owner: 'root' }]]) })).toEqual(
      [],
    );
    const copy = 'flock -n /l rsync -a --delete /a/ /b/';
    expect(ids(copy, { places: new Map([place('/a/', 'directory', '1', true), place('/b/', 'directory', '2')]) })).toEqual([
      'delete-empty-source',
    ]);
    expect(ids(copy, { places: new Map([place('/a/', 'none', 'near.1'), place('/b/', 'directory', '2')]) })).toEqual([
      'delete-empty-source',
    ]);
    expect(ids(copy, { places: new Map([place('/a/', 'directory', '1'), place('/b/', 'none', 'near.1')]) })).toEqual(['same-file-system']);
  });

  test('what cron mails where nothing takes mail goes nowhere', () => {
    expect(ids(plain, { mail: false })).toEqual(['output-nowhere']);
    expect(ids(`${plain} >> /var/log/x 2>&1`, { mail: false })).toEqual([]);
  });
});
