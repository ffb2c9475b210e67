import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstForm, formOf, nameFor, readForm } from '../../src/renderer/backups/make/job-form.ts';
import { readSchedule } from '../../src/shared/backup-schedule.ts';
import { scheduleOf, scheduleWords } from '../../src/shared/schedule-words.ts';
import { someJob } from '../support/backup-jobs.ts';

describe('a schedule in words', () => {
  it.each([
    ['15 3 * * *', 'every day at 03:15'],
    ['*/15 * * * *', 'every 15 minutes'],
    ['20 */6 * * *', 'every 6 hours at :20'],
    ['0 * * * *', 'every hour'],
    ['30 22 * * 1-5', 'every weekday at 22:30'],
    ['0 4 1,15 * *', 'on the 1st and 15th of every month at 04:00'],
    ['0 2,14 * * mon,thu', 'every Monday and Thursday at 02:00 and 14:00'],
    ['* * * * *', 'every minute'],
  ])('%s is “%s”, and the other way round', (schedule, words) => {
    expect(scheduleWords(schedule)).toBe(words);
    expect(readSchedule(scheduleOf(words) ?? '')).toEqual(readSchedule(schedule));
  });

  it.each([
    ['nightly at 3:15', '15 3 * * *'],
    ['at midnight', '0 0 * * *'],
    ['Fridays at 18', '0 18 * * 5'],
    ['@weekly', '0 0 * * 0'],
    ['0 3 * * Mon', '0 3 * * mon'],
    ['monthly', '0 0 1 * *'],
  ])('understands “%s”', (text, schedule) => expect(scheduleOf(text)).toBe(schedule));

  it.each([
    '',
    'now and then',
    'every 7 minutes',
    'at 25:00',
    'every day at 3:15 and 4:20',
    'on the 32nd at 3:00',
    'every blueday at 3:00',
  ])('does not guess at “%s”', (text) => expect(scheduleOf(text)).toBe(null));

  it('never reads its own words as another schedule', () => {
    const some = (from: number, to: number) =>
      fc.option(
        fc.uniqueArray(fc.integer({ min: from, max: to }), { minLength: 1, maxLength: 4 }).map((values) => values.join(',')),
        { nil: '*' },
      );
    fc.assert(
      fc.property(fc.tuple(some(0, 59), some(0, 23), some(1, 28), some(1, 12), some(0, 6)), (fields) => {
        const schedule = fields.join(' ');
        const back = scheduleOf(scheduleWords(schedule));
        if (back !== null) expect(readSchedule(back)).toEqual(readSchedule(schedule));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the form of a job', () => {
  it.each([
    someJob({ nice: 19, ionice: 'idle' }),
    someJob({
      destination: { kind: 'ssh', host: '{host}.example', user: 'backup', port: 2222, keyFile: '/root/.ssh/key', path: 'of {host}/x' },
      schedule: '5,10 1-3 1 1 mon',
      scheduler: 'timer',
      keep: { kind: 'snapshots', daily: 3, weekly: 2, monthly: 0 },
      excludes: ['*.tmp', '/cache/'],
      extra: ['--fuzzy'],
      bandwidthKib: 512,
      nice: 5,
      ionice: 'low',
      mailTo: 'ops@example.org',
      before: 'pg_dump >x\necho done',
    }),
    someJob({
      destination: { kind: 'daemon', host: '::1', user: 'me', port: null, path: 'module/path', passwordFile: '/root/secret' },
      keep: { kind: 'mirror' },
    }),
    someJob({ keep: { kind: 'changed', days: 14 } }),
  ])('gives the same job back', (job) => {
    expect(readForm(formOf(job), job)).toEqual({ definition: job, errors: null });
  });

  it('says of each field what is missing', () => {
    expect(readForm({ ...firstForm, when: 'sometimes', user: 'a b', port: 'x' }, null).errors).toMatchObject({
      name: 'Give it a name.',
      user: 'That is no name of an account.',
      sources: 'What is to be copied?',
      host: expect.any(String),
      path: expect.any(String),
      port: expect.any(String),
      when: expect.stringContaining('Say when'),
    });
    const daemon = { ...firstForm, name: 'x', sources: ['/a'], to: 'daemon', host: 'h', path: 'm' } as const;
    expect(readForm(daemon, null).errors).toEqual({ keep: expect.stringContaining('daemon runs no commands') });
    expect(nameFor('/srv/My Data/')).toBe('my-data');
  });
});
