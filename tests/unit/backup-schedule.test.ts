import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarLines, needsBothDays, plainSchedule, readSchedule } from '../../src/shared/backup-schedule.ts';

describe('a schedule', () => {
  it.each([
    ['*/20 * * * *', { minutes: [0, 20, 40], hours: null, days: null, months: null, weekdays: null }],
    ['@weekly', { minutes: [0], hours: [0], days: null, months: null, weekdays: [0] }],
    ['5,10 1-3 1 jan,Mar mon-fri', { minutes: [5, 10], hours: [1, 2, 3], days: [1], months: [1, 3], weekdays: [1, 2, 3, 4, 5] }],
    ['0 0 * * 7', { minutes: [0], hours: [0], days: null, months: null, weekdays: [0] }],
    ['0 0 * * 0-7', { minutes: [0], hours: [0], days: null, months: null, weekdays: null }],
  ])('%s is read as crontab(5) has it', (text, fields) => {
    expect(readSchedule(text)).toEqual(fields);
  });

  it.each([
    ['* * * *', 'five fields'],
    ['60 * * * *', 'no minute'],
    ['5-2 * * * *', 'backwards'],
    ['0 0 31 4,jun *', 'No year'],
    ['@reboot', 'no time'],
    ['*/0 * * * *', 'no minute'],
    ['0 0 * * mon;reboot', 'no day of the week'],
    ['0 0 * *\n* root', 'no month'],
  ])('%j is refused with a reason', (text, reason) => {
    expect(readSchedule(text)).toEqual(expect.stringContaining(reason));
  });

  it('never throws, and what it accepts has nothing in it that could end a line or a field', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'*0123456789,-/ @\n\tmonja%#') })), (text) => {
        if (typeof readSchedule(text) !== 'string') expect(plainSchedule(text)).toMatch(/^(?:[a-z0-9*,/-]+ ){4}[a-z0-9*,/-]+$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is two lines of systemd where cron takes either of two days', () => {
    const lines = (text: string) => {
      const fields = readSchedule(text);
      return typeof fields === 'string' ? fields : calendarLines(fields, needsBothDays(text));
    };
    expect(lines('30 4 1,15 * fri')).toEqual(['Fri *-*-* 04:30:00', '*-*-01,15 04:30:00']);
    expect(lines('30 4 */10 * fri')).toEqual(['Fri *-*-01,11,21,31 04:30:00']);
    expect(lines('30 4 * * fri')).toEqual(['Fri *-*-* 04:30:00']);
    expect(lines('30 4 1 * *')).toEqual(['*-*-01 04:30:00']);
  });
});
