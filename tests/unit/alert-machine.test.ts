import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freely, gapMs, step, unwatched, type Watch, type WatchEvent } from '../../src/main/alerts/machine.ts';
import { Window } from '../../src/main/alerts/readings.ts';
import { type RuleSettings, ruleKinds } from '../../src/shared/alert-rules.ts';

const kind = ruleKinds['memory-used'];
const begin = Date.UTC(2026, 10, 20);
const minute = 60_000;

interface Told {
  readonly at: number;
  readonly event: WatchEvent;
}

type Sample = readonly [afterMs: number, value: number, held: boolean];

/** What a series comes to; the watch goes through JSON before the sample `restartAt`, as it does when Hum was killed. */
function told(samples: readonly Sample[], rule: RuleSettings, restartAt = -1): { readonly events: Told[]; readonly watch: Watch } {
  let watch = unwatched;
  let at = begin;
  const events: Told[] = [];
  for (const [index, [afterMs, value, held]] of samples.entries()) {
    if (index === restartAt) watch = JSON.parse(JSON.stringify(watch)) as Watch;
    at += afterMs;
    const next = step(watch, kind, rule, { at, value, holds: { warning: held, critical: held } });
    watch = next.watch;
    if (next.event !== null) events.push({ at, event: next.event });
  }
  return { events, watch };
}

const levels = (set: number, clear: number) => ({ set, clear });
const someRule: fc.Arbitrary<RuleSettings> = fc
  .record({
    forMs: fc.constantFrom(0, 10_000, minute),
    clearForMs: fc.constantFrom(5_000, minute, 5 * minute),
    of: fc.integer({ min: 1, max: 6 }),
    hits: fc.integer({ min: 1, max: 6 }),
    warning: fc.constantFrom(null, levels(0.6, 0.5), levels(0.6, 0.6)),
    critical: fc.constantFrom(levels(0.8, 0.7), levels(0.8, 0.8)),
  })
  .map((some) => ({ ...kind.defaults, ...some, hits: Math.min(some.hits, some.of) }));
const value = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0.5, 0.6, 0.7, 0.8, 0.9, 0.1));
const someSamples: fc.Arbitrary<Sample[]> = fc.array(
  fc.tuple(fc.oneof(fc.integer({ min: 1_000, max: 20_000 }), fc.constantFrom(5_000, gapMs + 1, 40 * minute)), value, fc.boolean()),
  { maxLength: 300, size: 'max' },
);

test('whatever comes, an incident that has cleared does not fire within the clear time, nor clears before as much clear time', () => {
  fc.assert(
    fc.property(someSamples, someRule, (samples, rule) => {
      const { events } = told(samples, rule);
      const lowest = rule.warning ?? rule.critical;
      let at = begin;
      const times = samples.map(([afterMs, figure]) => {
        at += afterMs;
        return { at, figure };
      });
      let open = false;
      let quietUntil = 0;
      for (const { at: when, event } of events) {
        expect(event === 'opened').toBe(!open);
        if (event === 'opened' || event === 'worsened') expect(when).toBeGreaterThanOrEqual(quietUntil);
        if (event === 'resolved') {
          const during = times.filter(({ at: time }) => time > when - rule.clearForMs && time <= when);
          expect(during.every(({ figure }) => figure <= (lowest?.clear ?? 0))).toBe(true);
        }
        if (event === 'resolved' || event === 'eased') quietUntil = when + rule.clearForMs;
        open = event !== 'resolved';
      }
    }),
    { numRuns: 400 },
  );
});

test('a restart in the middle changes nothing, wherever it is', () => {
  fc.assert(
    fc.property(someSamples, someRule, fc.nat(300), (samples, rule, restartAt) => {
      expect(told(samples, rule, restartAt)).toEqual(told(samples, rule));
    }),
    { numRuns: 200 },
  );
});

test('nothing fires while it is held, and what is bad long enough and not held does', () => {
  fc.assert(
    fc.property(someSamples, someRule, (samples, rule) => {
      const held = samples.map(([afterMs, figure]): Sample => [afterMs, figure, true]);
      expect(told(held, rule).events).toEqual([]);
      const bad = Array.from({ length: 20 }, (): Sample => [20_000, 0.95, false]);
      const after = told([...held, ...bad], rule);
      expect(after.events.map(({ event }) => event).join()).toMatch(/^opened(,worsened)?$/);
      expect(after.watch.severity).toBe('critical');
    }),
    { numRuns: 100 },
  );
});

const rule: RuleSettings = { ...kind.defaults, averageMs: 0, forMs: minute, clearForMs: 2 * minute };
const each = (count: number, figure: number): Sample[] => Array.from({ length: count }, () => [10_000, figure, false]);

test('it fires after its time, worsens, eases to a warning and clears with hysteresis', () => {
  const { events } = told([...each(7, 0.91), ...each(7, 0.96), ...each(13, 0.91), ...each(20, 0.87), ...each(13, 0.84)], rule);
  expect(events.map(({ event, at }) => [event, (at - begin) / 10_000])).toEqual([
    ['opened', 7],
    ['worsened', 14],
    ['eased', 27],
    // Between clear and set it stays as it is, however long that takes.
    ['resolved', 60],
  ]);
});

test('N of M: a figure that is bad now and then fires only when it is often enough', () => {
  const often = { ...rule, forMs: 0, hits: 3, of: 5 };
  const series = (figures: readonly number[]) => figures.map((figure): Sample => [10_000, figure, false]);
  expect(told(series([0.99, 0.1, 0.99, 0.1, 0.1, 0.99, 0.1, 0.99, 0.1, 0.1]), often).events).toEqual([]);
  expect(told(series([0.99, 0.1, 0.99, 0.1, 0.99]), often).events).toMatchObject([{ event: 'opened' }]);
});

test('what was about to fire begins anew after a time without figures; what fires goes on firing', () => {
  expect(told([...each(5, 0.99), [gapMs + 1, 0.99, false], ...each(5, 0.99)], rule).events).toEqual([]);
  expect(told([...each(8, 0.99), [gapMs + 1, 0.99, false], ...each(5, 0.99)], rule).events).toHaveLength(1);
});

test('a figure that comes twice, or late, changes nothing', () => {
  const { watch } = told(each(4, 0.99), rule);
  for (const at of [watch.at, watch.at - 1_000]) {
    expect(step(watch, kind, rule, { at, value: 0.1, holds: freely })).toEqual({ watch, event: null });
  }
});

test('a lower figure is the worse one where the rule says so', () => {
  const free = ruleKinds['xen-free'];
  const quick = { ...free.defaults, forMs: 0, clearForMs: 10_000 };
  const first = step(unwatched, free, quick, { at: begin, value: 2 ** 20, holds: freely });
  expect(first.event).toBe('opened');
  const clear = step(first.watch, free, quick, { at: begin + 5_000, value: 2 ** 40, holds: freely });
  expect(step(clear.watch, free, quick, { at: begin + 15_000, value: 2 ** 40, holds: freely }).event).toBe('resolved');
});

test('the average is that of the window and forgets what is older', () => {
  const window = new Window();
  expect(window.add(begin, 1, 10_000)).toBe(1);
  expect(window.add(begin + 5_000, 0, 10_000)).toBe(0.5);
  expect(window.add(begin + 10_000, 0, 10_000)).toBe(0);
  expect(window.add(begin + 1_000, 3, 10_000)).toBe(3);
  expect(window.add(begin + 2_000, 7, 0)).toBe(7);
});
