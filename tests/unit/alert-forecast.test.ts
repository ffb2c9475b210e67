import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forecast, MemoryPast, robustLine } from '../../src/main/alerts/forecast.ts';
import { cases, precision, recall, score } from '../support/forecast-backtest.ts';

const gib = 2 ** 30;
const minutes = (count: number) => Array.from({ length: count }, (_, index) => index);

test('the line goes through the points however wild a few of them are', () => {
  const times = minutes(31);
  const values = times.map((time) => (time % 7 === 3 ? 1e9 : 5 + 2 * time));
  const line = robustLine(times, values);
  expect(line?.slope).toBeCloseTo(2, 9);
  expect(line?.intercept).toBeCloseTo(5, 9);
  expect(line?.noise).toBeCloseTo(0, 6);
  expect(robustLine([1], [1])).toBeUndefined();
  expect(robustLine([1, 1], [1, 2])).toBeUndefined();
});

test('a steady leak is foreseen with a band that has the truth in it, whatever the noise', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.05, max: 0.3, noNaN: true }),
      fc.array(fc.double({ min: -0.15, max: 0.15, noNaN: true }), { minLength: 30, maxLength: 30 }),
      (perMinute, noise) => {
        const values = noise.map((rest, time) => (4 + perMinute * time + rest) * gib);
        const found = forecast(minutes(30), values, 16 * gib, 30);
        if (found === null) return;
        const truth = (12 - perMinute * 29) / perMinute;
        expect(found.from).toBeLessThanOrEqual(found.minutes);
        expect(found.to).toBeGreaterThanOrEqual(found.minutes);
        expect(found.minutes).toBeGreaterThan(truth * 0.6);
        expect(found.minutes).toBeLessThan(truth * 1.4);
      },
    ),
    { numRuns: 100 },
  );
  const clear = forecast(
    minutes(30),
    minutes(30).map((time) => (8 + 0.1 * time) * gib),
    16 * gib,
    30,
  );
  expect(clear?.minutes).toBeCloseTo((8 - 2.9) / 0.1, 3);
});

test('there is no forecast without growth, from too little, of what has stopped, or of a time that is too far away', () => {
  const times = minutes(30);
  const of = (value: (time: number) => number, at = times) => forecast(at, at.map(value), 16 * gib, 30);
  expect(of(() => 8 * gib)).toBeNull();
  expect(of((time) => (12 - 0.1 * time) * gib)).toBeNull();
  expect(of((time) => (8 + 0.1 * time) * gib, minutes(15))).toBeNull();
  expect(of((time) => (8 + 0.2 * Math.min(time, 18)) * gib)).toBeNull();
  expect(of((time) => (8 + 0.001 * time) * gib)).toBeNull();
  expect(of((time) => (8 + (time % 10) * 0.4) * gib)).toBeNull();
  expect(of((time) => (8 + (time < 15 ? 0 : 4)) * gib)).toBeNull();
});

test('whatever the series, an answer is none or a time that is not negative, within its band', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 2e12, noNaN: true }), { maxLength: 40 }), (values) => {
      const found = forecast(minutes(values.length), values, 1e12, 30);
      if (found === null) return;
      expect(found.from).toBeGreaterThanOrEqual(0);
      expect(found.from).toBeLessThanOrEqual(found.minutes);
      expect(found.minutes).toBeLessThanOrEqual(found.to);
      expect(Number.isFinite(found.to)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('the past of a host forgets what was before its memory changed, and goes by the last day where half an hour is too short', () => {
  const day = 24 * 60;
  const begin = 1_800_000_000_000;
  const past = new MemoryPast();
  for (let minute = 0; minute < day; minute += 1) past.add(begin + minute * 60_000, (4 + (9 * minute) / day) * gib, 16 * gib);
  const slow = past.forecast();
  expect(slow).toMatchObject({ windowMinutes: day });
  expect((slow?.minutes ?? 0) / 60).toBeCloseTo((16 * 0.98 - 13) / (9 / 24), 0);
  for (let minute = 0; minute < 30; minute += 1) past.add(begin + (day + minute) * 60_000, (13 + 0.05 * minute) * gib, 16 * gib);
  expect(past.forecast()).toMatchObject({ windowMinutes: 30 });
  past.add(begin + (day + 31) * 60_000, 14 * gib, 32 * gib);
  expect(past.forecast()).toBeNull();
});

test('on recorded series it announces nearly every end, long before a level does, and cries wolf seldom enough', () => {
  const all = cases();
  const foreseen = score('memory-forecast', all);
  const level = score('memory-used', all);
  expect(foreseen.ends).toBeGreaterThanOrEqual(15);
  expect(recall(foreseen)).toBeGreaterThanOrEqual(0.9);
  expect(precision(foreseen)).toBeGreaterThanOrEqual(0.6);
  expect(foreseen.leadMinutes).toBeGreaterThan(2 * level.leadMinutes);
  // A machine that breathes, builds or runs jobs is not foreseen to die.
  const quiet = all.filter(({ name }) => /^(breath|build|jobs)/.test(name));
  expect(score('memory-forecast', quiet).alarms).toBe(0);
});
