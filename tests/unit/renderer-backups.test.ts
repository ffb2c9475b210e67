import { expect, test } from 'vitest';
import { applied } from '../../src/renderer/backups/backup-events.ts';
import { notesOf } from '../../src/renderer/backups/host-notes.ts';
import {
  answers,
  inOrder,
  type ListedJob,
  namedFiles,
  nextWords,
  sharedDestinations,
  stripWords,
  withoutJobs,
} from '../../src/renderer/backups/job-words.ts';
import type { BackupHost, BackupJob } from '../../src/shared/contract/backups.ts';

const hour = 3_600_000;
const now = Date.parse('2026-11-29T14:30:00Z');

const job = (change: Partial<BackupJob>): BackupJob =>
  ({
    id: '1',
    host: 'h',
    name: 'www',
    state: 'healthy',
    user: 'root',
    scheduleWords: 'Every day at 02:00',
    findings: [],
    origin: { file: '/etc/cron.d/www' },
    ...change,
  }) as BackupJob;
const local = (path: string) => ({ kind: 'local', host: null, user: null, port: null, path }) as const;
const remote = (path: string) => ({ kind: 'ssh', host: 'Vault', user: 'b', port: null, path }) as const;
const to = (id: string, host: string, destination: BackupJob['rsync']['destination']): ListedJob => ({
  job: job({ id, host, rsync: { sources: [local('/a')], destination } as unknown as BackupJob['rsync'] }),
  hostName: host,
});

test('a destination counts as shared across hosts where it is remote, and only on its host where it is local', () => {
  const jobs = [
    to('1', 'h1', remote('/b/www/')),
    to('2', 'h2', remote('/b//www')),
    to('3', 'h1', local('/mnt')),
    to('4', 'h2', local('/mnt')),
  ];
  expect(sharedDestinations(jobs).map(({ jobs: those }) => those.map((each) => each.job.id))).toEqual([['1', '2']]);
});

test('what is wrong comes first, and each word of a filter must be answered', () => {
  const [well, bad] = [
    to('1', 'web2', remote('/b')),
    { ...to('2', 'web10', remote('/c')), job: job({ id: '2', state: 'failing', rsync: to('2', 'web10', remote('/c')).job.rsync }) },
  ];
  expect([well, bad].sort(inOrder).map(({ job: { id } }) => id)).toEqual(['2', '1']);
  expect(answers(bad, 'WEB10 vault')).toBe(true);
  expect(answers(bad, 'web10 nothing')).toBe(false);
  expect(nextWords(now - 1, now)).toBe('due');
});

test('hosts that see little, or whose clock is off, are named; an event takes hosts away', () => {
  const host = (id: string, change: Partial<BackupHost>): BackupHost => ({
    host: id,
    readAt: 1,
    rights: 'root',
    clockOffsetMs: 0,
    timeZone: 'UTC',
    daemon: null,
    jobs: [],
    ...change,
  });
  const hosts = [
    host('a', { rights: 'account' }),
    host('b', { clockOffsetMs: -25 * hour }),
    host('c', { readAt: null, rights: 'account' }),
    host('d', { rights: 'crontabs' }),
  ];
  expect(notesOf(hosts).map(({ hosts: about, words }) => [about.map((each) => each.host).join(), words.slice(0, 27)])).toEqual([
    ['a', 'The crontabs of other users'],
    ['d', 'The account may read all cr'],
    ['b', 'Its clock is 1 d 1 h slow.'],
  ]);
  expect(withoutJobs(hosts)).toEqual(['a', 'b', 'd']);
  const shown = applied(new Map(), { kind: 'snapshot', hosts });
  expect([...applied(shown, { kind: 'patch', hosts: [], gone: ['b'] }).keys()]).toEqual(['a', 'c', 'd']);
});

test('the files that a log complains of are told with the reason', () => {
  const log =
    'x\nrsync: [sender] send_files failed to open "/srv/a b": Permission denied (13)\nrsync: link_stat "/nope" failed: No such file or directory (2)\nfile has vanished: "/tmp/x"\n';
  expect(namedFiles(log)).toEqual([
    { path: '/srv/a b', why: 'Permission denied' },
    { path: '/nope', why: 'No such file or directory' },
    { path: '/tmp/x', why: 'it vanished' },
  ]);
});

test('a strip is told in words to who cannot see it', () => {
  expect(stripWords(`${'.'.repeat(26)}sfwo`)).toBe('30 days: 1 went well, 1 a warning, 1 failed, 1 started');
  expect(stripWords('.'.repeat(30))).toBe('30 days: nothing is known of them');
});
