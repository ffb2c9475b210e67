import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryDelay } from '../../src/main/ssh/backoff.ts';

const longest = () => 1 - Number.EPSILON;

test('an unreachable host is tried after a second at most, then twice as long each time, up to two minutes', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 100].map((failures) => retryDelay('unreachable', failures, longest))).toEqual([
    1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 120_000, 120_000,
  ]);
});

test('a refused login is tried far less often, so that nobody is banned for it', () => {
  expect([1, 2, 10].map((failures) => retryDelay('auth-failed', failures, longest))).toEqual([30_000, 60_000, 600_000]);
});

test('hosts that went away together do not come back together: the delay spreads over three quarters of its bound', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (failures, random) => {
      const bound = retryDelay('unreachable', failures, longest);
      const delay = retryDelay('unreachable', failures, () => random);
      expect(delay).toBeGreaterThanOrEqual(bound / 4);
      expect(delay).toBeLessThanOrEqual(bound);
    }),
  );
  expect(retryDelay('unreachable', 8, () => 0)).toBe(30_000);
});
