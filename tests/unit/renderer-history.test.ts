import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aloneIn, comparedName, pastData, peakIn, peakOf, rangeCsv, valueAt, withCompared } from '../../src/renderer/history/past-data.ts';
import { customSpan, exportName, panned, presetSpan, spanSplits, splitLabels, zoomed } from '../../src/renderer/history/span.ts';
import { chartKinds } from '../../src/renderer/host/chart-kinds.ts';
import { whatItBuys } from '../../src/renderer/settings/what-it-buys.ts';
import type { HistoryRange, HistorySeriesName, HistoryValues } from '../../src/shared/contract/history.ts';
import { hostsWithin, keptAtLeastMs, keptMs, reachWithin } from '../../src/shared/history-limits.ts';

const start = 1_790_000_000_000;
const hour = 3_600_000;
const gib = 2 ** 30;

const kind = (id: string) => chartKinds.find((each) => each.id === id) as (typeof chartKinds)[number];

function same(...values: (number | null)[]): HistoryValues {
  return { min: values, average: values, max: values };
}

function rangeOf(at: readonly number[], series: Partial<Record<HistorySeriesName, HistoryValues>>): HistoryRange {
  return { from: at[0] ?? start, to: (at.at(-1) ?? start) + 1, tier: 'sample', at, series };
}

describe('a stretch of the past', () => {
  const spans = fc.record({
    from: fc.integer({ min: start - 900 * 24 * hour, max: start }),
    length: fc.integer({ min: 1, max: 900 * 24 * hour }),
  });

  it('never reaches into the future, is a minute at least, and comes back to itself', () => {
    fc.assert(
      fc.property(spans, ({ from, length }) => {
        const span = customSpan(from, from + length, start);
        expect(span.to).toBeLessThanOrEqual(start);
        expect(span.to - span.from).toBeGreaterThanOrEqual(60_000);
        const earlier = panned(span, -1, start);
        expect(earlier.to - earlier.from).toBe(span.to - span.from);
        const back = panned(earlier, 1, start);
        expect(Math.abs(back.from - span.from)).toBeLessThanOrEqual(2);
        const closer = zoomed(span, 'in', start);
        expect(closer.to - closer.from).toBeLessThanOrEqual(span.to - span.from);
      }),
    );
  });

  it('of a preset ends now', () => {
    expect(presetSpan('6h', start)).toEqual({ from: start - 6 * hour, to: start, preset: '6h' });
  });

  it('has at most eight lines, in order, within it, each with a label', () => {
    fc.assert(
      fc.property(spans, ({ from, length }) => {
        const span = customSpan(from, from + length, start);
        const splits = spanSplits(span.from / 1000, span.to / 1000);
        expect(splits.length).toBeLessThanOrEqual(9);
        for (const [index, split] of splits.entries()) {
          expect(split * 1000).toBeGreaterThanOrEqual(span.from);
          expect(split * 1000).toBeLessThan(span.to);
          if (index > 0) expect(split).toBeGreaterThan(splits[index - 1] ?? 0);
        }
        for (const label of splitLabels(splits)) expect(label).toMatch(/^\d\d[:-]\d\d$/);
      }),
    );
  });
});

describe('the chart of a range', () => {
  const at = [start, start + 5_000, start + 50_000, start + 100_000];

  it('stacks averages, shows the true peak beside them, and leaves a gap open', () => {
    const range = rangeOf(at, {
      cpuUser: same(0.2, 0.3, null, 0.1),
      cpuSystem: same(0.1, 0.1, null, 0.1),
      cpuBusy: { min: [0, 0, null, 0], average: [0.3, 0.4, null, 0.2], max: [0.9, 0.5, null, 0.2] },
    });
    const cpu = kind('cpu');
    expect(peakOf(cpu)).toBe('cpuBusy');
    const { drawn, figures, top } = pastData(cpu, range, null, null);
    expect(drawn[1]).toEqual([expect.closeTo(0.3), expect.closeTo(0.4), null, expect.closeTo(0.2)]);
    expect(drawn.at(-1)).toEqual([0.9, 0.5, null, 0.2]);
    expect(figures[0]).toEqual([0.2, 0.3, null, 0.1]);
    expect(top).toBe(1);
  });

  it('has maximum and minimum of each line, and the axis reaches a spike', () => {
    const load = { min: [1, 1, null, 1], average: [2, 2, null, 2], max: [3, 97, null, 3] };
    const { drawn, top } = pastData(
      kind('load'),
      rangeOf(at, { load1: load, load5: same(1, 1, null, 1), load15: same(1, 1, null, 1) }),
      null,
      8,
    );
    // Three lines, the level, and for each line its two edges.
    expect(drawn).toHaveLength(3 + 1 + 6);
    expect(drawn[4]).toEqual(load.max);
    expect(drawn[5]).toEqual(load.min);
    expect(top).toBeGreaterThanOrEqual(97);
    expect(peakIn(rangeOf(at, { load1: load }), 'load1')).toEqual({ value: 97, at: start + 5_000 });
  });

  it('lays another host over it whose points lie at other times, and neither breaks the other’s line', () => {
    const memory = withCompared(kind('memory'), 'web01');
    const own = rangeOf(at, { memoryUsed: same(1 * gib, 2 * gib, null, 4 * gib), memoryTotal: same(8 * gib, 8 * gib, null, 8 * gib) });
    const other = rangeOf([start + 1_000, start + 60_000], { memoryUsed: same(16 * gib, 3 * gib) });
    const { times, figures, drawn, top } = pastData(memory, own, other, null);
    expect(times).toHaveLength(6);
    const place = memory.series.findIndex(({ name }) => name === comparedName);
    expect(drawn[place]).toEqual([undefined, 16 * gib, undefined, undefined, 3 * gib, undefined]);
    const used = memory.series.findIndex(({ name }) => name === 'memoryUsed');
    expect(drawn[used]).toEqual([1 * gib, undefined, 2 * gib, null, undefined, 4 * gib]);
    expect(valueAt(figures[used] ?? [], 1)).toBe(1 * gib);
    expect(valueAt(figures[used] ?? [], 3)).toBeNull();
    expect(top).toBe(16 * gib);
  });
});

it('a point that stands alone is drawn as a dot, as no line goes through it', () => {
  expect(aloneIn([1, null, 2, 3, null, 4])).toEqual([0, 5]);
  expect(aloneIn([7])).toEqual([0]);
  expect(aloneIn([1, undefined, 2, undefined, null, undefined, 4])).toEqual([6]);
});

it('a CSV has a line for each point that has something, and no column that has nothing', () => {
  const range = rangeOf([start, start + 5_000, start + 9_000], {
    load1: { min: [1, null, 2], average: [1.5, null, 2], max: [2, null, 2] },
    swapUsed: same(null, null, null),
  });
  expect(rangeCsv(range)).toBe(
    `time,load1.min,load1.average,load1.max\r\n${new Date(start).toISOString()},1,1.5,2\r\n${new Date(start + 9_000).toISOString()},2,2,2\r\n`,
  );
  expect(exportName('../we ird/名', { from: start, to: start + 1, preset: null }, 'csv')).toBe('..-we-ird--2026-09-21T14-13.csv');
});

describe('what a limit buys', () => {
  const perHostDay = { sample: 400_000, minute: 115_000, hour: 3_000 };

  it('is everything of some hosts, and shortens samples first, then minutes, then hours for more than those', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2 ** 26, max: 2 ** 40 }), fc.integer({ min: 1, max: 5000 }), (limit, hosts) => {
        const reach = reachWithin(limit, hosts, perHostDay);
        const bytes =
          (hosts * (reach.sample * perHostDay.sample + reach.minute * perHostDay.minute + reach.hour * perHostDay.hour)) / (24 * hour);
        if (hosts <= hostsWithin(limit, perHostDay)) expect(reach).toEqual(keptMs);
        if (reach.hour > keptAtLeastMs.hour) expect(bytes).toBeLessThanOrEqual(limit * 1.001);
        if (reach.minute < keptMs.minute) expect(reach.sample).toBe(keptAtLeastMs.sample);
        if (reach.hour < keptMs.hour) expect(reach.minute).toBe(keptAtLeastMs.minute);
      }),
    );
  });

  it('is said in words', () => {
    expect(whatItBuys(4 * gib, { hosts: 12, bytesPerHostDay: perHostDay })).toMatch(/^4\.0 GiB holds all of that for about 6\d\d hosts\.$/);
    expect(whatItBuys(4 * gib, { hosts: 1000, bytesPerHostDay: perHostDay })).toContain('for your 1,000 hosts about 6 h of samples');
  });
});
