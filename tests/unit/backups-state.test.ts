import { describe, expect, test } from 'vitest';
import { readAnswer } from '../../src/main/backups/collect/answer.ts';
import { readSchedule } from '../../src/main/backups/parse/schedule.ts';
import { type Evidence, judgeJob } from '../../src/main/backups/state/job-state.ts';
import { cronStarts, readUnitState } from '../../src/main/backups/state/journal-runs.ts';
import { logRuns } from '../../src/main/backups/state/log-runs.ts';
import { dayOf, wallClock } from '../../src/main/backups/state/wall-clock.ts';
import type { Timing } from '../../src/main/backups/timing.ts';
import type { BackupRun } from '../../src/shared/contract/backups.ts';
import { exitMeaning, knownExitCodes } from '../../src/shared/rsync-exit-codes.ts';

const hour = 3_600_000;
const now = Date.parse('2026-11-29T14:30:00Z');

function timing(text: string): Timing {
  const schedule = readSchedule(text);
  return { text, words: text, schedule: typeof schedule === 'object' ? schedule : null, zone: null, everyMs: null, delayMs: 0, bad: false };
}

const nothing: Evidence = { from: 'log', runs: [], starts: [], lastSuccessAt: null, running: null, nextAt: null };
const run = (ago: number, exit: number | null, seconds = 60): BackupRun => ({
  startedAt: now - ago - seconds * 1000,
  endedAt: now - ago,
  exit,
  bytes: 5,
  seconds,
});
const judge = (text: string, evidence: Partial<Evidence>, disabled: string | null = null) =>
  judgeJob(timing(text), disabled, { ...nothing, ...evidence }, now, 'UTC');

describe('the state of a job', () => {
  test.each([
    ['healthy', '0 2 * * *', { runs: [run(12 * hour, 0)] }, 'The last run went well.'],
    ['healthy', '0 2 * * *', { runs: [run(12 * hour, 24)] }, 'Some files vanished while it ran.'],
    ['failing', '0 2 * * *', { runs: [run(36 * hour, 0), run(12 * hour, 12)] }, 'Status 12: The other side hung up in the middle.'],
    ['overdue', '0 2 * * *', { runs: [run(36 * hour, 0)] }, 'No success for 1 d 12 h, expected every 1 d.'],
    // Friday's run is what is there on a Sunday.
    ['healthy', '0 2 * * 1-5', { runs: [run(60 * hour, 0)] }, 'The last run went well.'],
    ['overdue', '*/15 * * * *', { starts: [now - 2 * hour] }, 'No start for 2 h, expected every 15 min.'],
    ['unknown', '*/15 * * * *', { starts: [now - 60_000] }, 'It was started; nothing tells how it ended.'],
    [
      'failing',
      '0 2 * * *',
      { runs: [run(36 * hour, 0), run(12 * hour, null)] },
      'The run that began 12 h 1 min ago was cut off: nothing tells of its end.',
    ],
    ['unknown', '0 2 * * *', {}, 'Nothing on the host tells whether it ever ran.'],
    ['running', '0 2 * * *', { running: { pid: 7, since: now - hour, bytes: 1 } }, 'It has been running for 1 h.'],
    [
      'running',
      '0 * * * *',
      { running: { pid: 7, since: now - 1.5 * hour, bytes: 1 } },
      'It has been running for 1 h 30 min, and was still running at the next start.',
    ],
  ] as const)('%s at %s', (state, text, evidence, words) => {
    expect(judge(text, evidence)).toMatchObject({ state, stateWords: words });
  });

  test('a run that was left out for the lock is no success and no failure', () => {
    const judged = judge('0 * * * *', { runs: [run(hour, 0), run(60_000, 75, 0)] });
    expect(judged).toMatchObject({ state: 'healthy', lastSuccessAt: now - hour });
  });

  test('a disabled job has a reason and no next start', () => {
    expect(judge('0 2 * * *', { runs: [run(hour, 1)] }, 'moved')).toMatchObject({
      state: 'disabled',
      nextAt: null,
      stateWords: 'It is disabled: moved',
    });
  });

  test('each of the last 30 days has the worst that happened on it, by the calendar of the host', () => {
    const day = 24 * hour;
    const { days } = judge('0 2 * * *', {
      runs: [run(2 * day, 0), run(2 * day + hour, 23), run(day, 24), run(0, 0), run(45 * day, 0)],
      starts: [now - 3 * day],
    });
    expect(days).toHaveLength(30);
    expect(days.slice(-5)).toBe('.sfwo');
    expect(days.slice(0, 25)).toBe('.'.repeat(25));
    // 23:30 UTC is the next day in Tokyo.
    expect(dayOf(Date.parse('2026-11-29T23:30:00Z'), 'Asia/Tokyo') - dayOf(Date.parse('2026-11-29T12:00:00Z'), 'UTC')).toBe(1);
  });
});

test('every status of rsync has words and something to do', () => {
  for (const code of [1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 25, 30, 35, 127, 255]) {
    expect(knownExitCodes).toContain(code);
    expect(exitMeaning(code).words).toMatch(/^\S.*\.$/);
    expect(exitMeaning(code).hint).toMatch(/\S/);
  }
  expect(exitMeaning(24).kind).toBe('warning');
  expect(exitMeaning(23).kind).toBe('error');
  expect(exitMeaning(139).hint).toContain('signal 11');
});

test('a wall clock is read in its zone, in summer and in winter, and on the night between', () => {
  expect(wallClock([2026, 7, 1, 12, 0, 0], 'Europe/Berlin')).toBe(Date.parse('2026-07-01T10:00:00Z'));
  expect(wallClock([2026, 12, 1, 12, 0, 0], 'Europe/Berlin')).toBe(Date.parse('2026-12-01T11:00:00Z'));
  expect(wallClock([2026, 3, 29, 4, 0, 0], 'Europe/Berlin')).toBe(Date.parse('2026-03-29T02:00:00Z'));
});

test('a log with times tells of each run, one without only of the last', () => {
  const lines = [
    '2026/11/28 02:00:00 [41] building file list',
    '2026/11/28 02:10:00 [41] sent 1,234,567 bytes  received 35 bytes  2,538.00 bytes/sec',
    '2026/11/29 02:00:00 [52] building file list',
    '2026/11/29 02:00:09 [52] sent 1.23M bytes  received 35 bytes  2,538.00 bytes/sec',
    '2026/11/29 02:00:10 [52] rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1338) [sender=3.2.7]',
    '2026/11/29 03:00:00 [60] building file list',
  ];
  expect(logRuns(lines, 'UTC', now)).toEqual([
    { startedAt: Date.parse('2026-11-28T02:00:00Z'), endedAt: Date.parse('2026-11-28T02:10:00Z'), exit: 0, bytes: 1_234_567, seconds: 600 },
    { startedAt: Date.parse('2026-11-29T02:00:00Z'), endedAt: Date.parse('2026-11-29T02:00:10Z'), exit: 23, bytes: 1_230_000, seconds: 9 },
    { startedAt: Date.parse('2026-11-29T03:00:00Z'), endedAt: null, exit: null, bytes: null, seconds: null },
  ]);
  const plain = [
    'sending incremental file list',
    'sent 100 bytes  received 12 bytes',
    'sending incremental file list',
    'rsync error: error in rsync protocol data stream (code 12) at io.c(231)',
  ];
  expect(logRuns(plain, 'UTC', now)).toEqual([{ startedAt: null, endedAt: now, exit: 12, bytes: null, seconds: null }]);
});

test('the journal of a unit tells of runs, in the words of old and new systemds', () => {
  const lines = [
    'ActiveState=activating',
    'MainPID=77',
    'NextElapseUSecRealtime=Mon 2026-11-30 02:00:00 CET',
    'journal',
    '1764300000.100000 h systemd[1]: Starting Backup...',
    '1764300060.100000 h systemd[1]: b.service: Succeeded.',
    '1764300060.100000 h systemd[1]: Started Backup.',
    '1764386400.100000 h systemd[1]: Starting Backup...',
    '1764386410.100000 h systemd[1]: b.service: Main process exited, code=exited, status=23/n/a',
    "1764386410.100000 h systemd[1]: b.service: Failed with result 'exit-code'.",
    '1764386410.100000 h systemd[1]: Failed to start Backup.',
  ];
  const state = readUnitState(lines, 'Europe/Berlin');
  expect(state.runs.map(({ exit, seconds }) => [exit, seconds])).toEqual([
    [0, 60],
    [23, 10],
  ]);
  expect(state).toMatchObject({ nextAt: Date.parse('2026-11-30T01:00:00Z'), runningPid: 77 });
});

test('starts are read from each kind of syslog line; a month ahead is one of last year', () => {
  const january = Date.parse('2027-01-02T00:00:00Z');
  const lines = [
    'Dec 31 02:00:01 h CRON[5]: (root) CMD (rsync -a /a /b)',
    '2027-01-01T02:00:01.5+00:00 h CROND[5]: (root) CMD (rsync -a /a /b)',
    '1798768801.25 h crond[5]: (me) CMD (x)',
  ];
  expect(cronStarts(lines, 'UTC', january).map(({ at }) => new Date(at).toISOString().slice(0, 19))).toEqual([
    '2026-12-31T02:00:01',
    '2027-01-01T02:00:01',
    '2027-01-01T02:00:01',
  ]);
});

test('what a host puts into its files makes no part of the answer, and a cut answer is none', () => {
  const told =
    '\nN now 1764426600 0 UTC cron yes\n\nN static 1.2\n\nN file cron.d - 644 0 9 0 /etc/cron.d/a\nx\nM end\nN status evil\n\nN end\n';
  const answer = readAnswer(told, 'N');
  expect(answer?.fixed?.files.map(({ path }) => path)).toEqual(['/etc/cron.d/a']);
  expect(readAnswer(told.slice(0, -8), 'N')).toBeUndefined();
  expect(readAnswer('', 'N')).toBeUndefined();
});
