import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  axisLabel,
  axisSplits,
  axisStep,
  axisTop,
  type ChartUnit,
  timeSplits,
  valueLabel,
} from '../../src/renderer/components/chart/chart-axis.ts';
import { columnsOf, stack } from '../../src/renderer/components/chart/chart-columns.ts';
import { chartData } from '../../src/renderer/components/chart/chart-data.ts';
import { type ChartKind, figureOf } from '../../src/renderer/components/chart/chart-kind.ts';
import { appendSample, isGap, maxSamples, shownMs, windowMs } from '../../src/renderer/components/chart/sample-window.ts';
import { chartHeadline } from '../../src/renderer/host/chart-headline.ts';
import { chartKinds, pastChartKinds } from '../../src/renderer/host/chart-kinds.ts';
import { interfacesNote } from '../../src/renderer/host/interfaces-note.ts';
import { missingFigures, noSamplesText } from '../../src/renderer/host/missing-figures.ts';
import { type HostSample, type SeriesName, seriesNames } from '../../src/shared/contract/fleet.ts';

const start = 1_790_000_000_000;
const gib = 1024 ** 3;

function sample(at: number, values: Partial<Record<SeriesName, number>> = {}): HostSample {
  return { at, values: seriesNames.map((name) => values[name] ?? null) };
}

function every(ms: number, count: number, from = start): HostSample[] {
  return Array.from({ length: count }, (_, index) => sample(from + index * ms, { load1: index }));
}

describe('the window of samples', () => {
  it('grows with what there is to show, from two minutes to fifteen', () => {
    expect(shownMs(undefined, start)).toBe(2 * 60_000);
    expect(shownMs(start - 30_000, start)).toBe(2 * 60_000);
    expect(shownMs(start - 7 * 60_000, start)).toBe(7 * 60_000);
    expect(shownMs(start - 40 * 60_000, start)).toBe(windowMs);
  });

  it('drops what is older than 15 minutes', () => {
    const held = every(60_000, 15);
    const next = appendSample(held, sample(start + windowMs + 1));
    expect(next[0]?.at).toBe(start + 60_000);
    expect(next.at(-1)?.at).toBe(start + windowMs + 1);
  });

  it('never holds more than its bound, however fast samples come', () => {
    let held: readonly HostSample[] = [];
    for (let index = 0; index < maxSamples + 50; index += 1) held = appendSample(held, sample(start + index));
    expect(held.length).toBe(maxSamples);
    expect(held.at(-1)?.at).toBe(start + maxSamples + 49);
  });

  it('takes no sample that is not newer than the newest', () => {
    const held = every(1000, 3);
    expect(appendSample(held, sample(start + 2000))).toBe(held);
    expect(appendSample(held, sample(start))).toBe(held);
  });
});

describe('gaps', () => {
  it('are where a host was away', () => {
    const samples = [...every(1000, 5), ...every(1000, 5, start + 60_000)];
    expect(samples.map((_, index) => isGap(samples, index))).toEqual(samples.map((_, index) => index === 5));
  });

  it('are not where the rhythm changes from 1 s to 5 s to 15 s', () => {
    const samples = [
      ...every(1000, 5),
      ...every(5000, 5, start + 9000),
      ...every(15_000, 4, start + 44_000),
      ...every(1000, 4, start + 104_000),
    ];
    expect(samples.some((_, index) => isGap(samples, index))).toBe(false);
  });

  it('are not the long pauses of a slow host', () => {
    const samples = every(60_000, 6);
    expect(samples.some((_, index) => isGap(samples, index))).toBe(false);
  });

  it('break the line of every series', () => {
    const samples = [...every(1000, 2), ...every(1000, 2, start + 60_000)];
    const { times, columns } = columnsOf(samples, seriesNames, ['load1', 'load5']);
    expect(times).toEqual([start / 1000, start / 1000 + 1, start / 1000 + 30.5, start / 1000 + 60, start / 1000 + 61]);
    expect(columns[0]).toEqual([0, 1, null, 0, 1]);
    expect(columns[1]).toEqual([null, null, null, null, null]);
  });
});

describe('stacking', () => {
  it('puts each part on top of those below it', () => {
    expect(
      stack([
        [1, 2],
        [10, 20],
        [100, 200],
      ]),
    ).toEqual([
      [1, 2],
      [11, 22],
      [111, 222],
    ]);
  });

  it('lets an unknown part add nothing, and leaves a gap a gap', () => {
    expect(
      stack([
        [1, null],
        [null, null],
        [5, null],
      ]),
    ).toEqual([
      [1, null],
      [1, null],
      [6, null],
    ]);
  });

  it('never falls from one layer to the next', () => {
    const column = fc.array(fc.option(fc.double({ min: 0, max: 1e12, noNaN: true })), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(fc.array(column, { minLength: 1, maxLength: 6 }), (columns) => {
        const layers = stack(columns);
        for (let layer = 1; layer < layers.length; layer += 1) {
          layers[layer]?.forEach((value, row) => {
            const below = layers[layer - 1]?.[row] ?? null;
            expect(value === null).toBe(below === null);
            if (value !== null && below !== null) expect(value).toBeGreaterThanOrEqual(below);
          });
        }
      }),
    );
  });
});

describe('the value axis', () => {
  it('steps in powers of two for bytes and in 1-2-5 for ratios and load', () => {
    expect(axisSplits('bytes', 15.6 * gib).map((value) => value / gib)).toEqual([0, 4, 8, 12]);
    expect(axisSplits('ratio', 1)).toEqual([0, 0.2, 0.4, expect.closeTo(0.6), 0.8, 1]);
    expect(axisSplits('load', 12)).toEqual([0, 5, 10]);
  });

  it('keeps a fixed top and otherwise ends on a grid line above the data', () => {
    expect(axisTop('ratio', { fixed: 1 }, 0.2)).toBe(1);
    expect(axisTop('load', { atLeast: 1 }, 7.3)).toBe(8);
    expect(axisTop('ratio', { atLeast: 0.05 }, 0)).toBe(0.05);
    expect(axisTop('ratio', { atLeast: 0.05 }, 0.97)).toBe(1);
  });

  it('always reaches the data with at most seven grid lines', () => {
    const units = fc.constantFrom<ChartUnit>('bytes', 'rate', 'load');
    fc.assert(
      fc.property(units, fc.double({ min: 0.01, max: 1e15, noNaN: true }), (unit, most) => {
        const top = axisTop(unit, { atLeast: 0.01 }, most);
        expect(top).toBeGreaterThanOrEqual(most * (1 - 1e-6));
        expect(axisStep(unit, top)).toBeGreaterThan(0);
        const splits = axisSplits(unit, top);
        expect(splits.length).toBeLessThanOrEqual(7);
        expect(splits.at(-1)).toBeLessThanOrEqual(top * (1 + 1e-6));
      }),
    );
  });

  it('stands on a host that has nothing to measure', () => {
    expect(axisTop('bytes', { fixed: 0 }, 0)).toBe(1);
    expect(axisSplits('bytes', 1).length).toBeLessThanOrEqual(2);
  });

  it('is written short, and the legend with its decimals', () => {
    expect(axisLabel('bytes', 4 * gib)).toBe('4 GiB');
    expect(axisLabel('rate', 512 * 1024)).toBe('512 KiB/s');
    expect(axisLabel('ratio', 0.05)).toBe('5 %');
    expect(axisLabel('load', 2.5)).toBe('2.5');
    expect(valueLabel('bytes', 4 * gib)).toBe('4.0 GiB');
    expect(valueLabel('ratio', 0.0512)).toBe('5.1 %');
    expect(valueLabel('load', 3)).toBe('3.00');
    expect(valueLabel('rate', null)).toBe('–');
  });

  it('has a time line at every third minute of the clock', () => {
    const from = Math.floor(start / 1000);
    const splits = timeSplits(from, from + 900);
    expect(splits.length).toBe(5);
    expect(splits.every((second) => second % 180 === 0 && second >= from && second <= from + 900)).toBe(true);
  });

  it('has a time line at every minute while little is shown', () => {
    const from = Math.floor(start / 1000);
    const splits = timeSplits(from, from + 120);
    expect(splits.length).toBe(2);
    expect(splits.every((second) => second % 60 === 0)).toBe(true);
  });
});

describe('the charts', () => {
  it('ask only for series of the contract, each once in a chart', () => {
    for (const kind of chartKinds) {
      const names = kind.series.map((series) => series.name);
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(seriesNames).toContain(name);
    }
  });

  it('show every figure of the contract, as a series or as the top of an axis, but the pressure of a minute, which the rules go by', () => {
    const shown = pastChartKinds.flatMap((kind) =>
      [...kind.series.map((series) => series.name), 'series' in kind.top ? kind.top.series : []].flat(),
    );
    expect([...seriesNames].filter((name) => !shown.includes(name))).toEqual(['pressureMemorySomeMinute', 'pressureMemoryFullMinute']);
  });

  it('say why they are empty: no PSI, no swap', () => {
    const pressure = chartKinds.find((kind) => kind.id === 'pressure');
    const swap = chartKinds.find((kind) => kind.id === 'swap');
    if (!pressure || !swap) throw new Error('charts are missing');
    expect(missingFigures(pressure, [sample(start)])).toMatch(/no PSI/);
    expect(missingFigures(pressure, [sample(start, { pressureIoSome: 0 })])).toBeNull();
    expect(missingFigures(swap, [sample(start, { swapTotal: 0 })])).toMatch(/no swap/);
    expect(missingFigures(swap, [sample(start, { swapTotal: gib })])).toBeNull();
    expect(missingFigures(swap, [])).toBeNull();
  });

  it('say of a host that sends too little that there is no share, but not while an earlier one is to be seen', () => {
    const loss = chartKinds.find((kind) => kind.id === 'loss');
    if (!loss) throw new Error('the chart is missing');
    const silent = [sample(start), sample(start + 1000)];
    expect(missingFigures(loss, silent)).toContain('fewer than 100');
    // Every first sample is without.
    expect(missingFigures(loss, silent.slice(1))).toBeNull();
    expect(missingFigures(loss, [sample(start - 1000, { retransmitted: 0 }), ...silent])).toBeNull();
    expect(chartHeadline(loss, sample(start, { retransmitted: 0.024 }), 4)).toBe('2.4 % of the TCP segments sent again');
  });

  it('name the interfaces with errors or drops, two of them in full', () => {
    const trouble = (name: string, receiveDrops: number) => ({ name, receiveErrors: 0, receiveDrops, transmitErrors: 0, transmitDrops: 0 });
    expect(interfacesNote(null)).toBeUndefined();
    expect(interfacesNote({ at: start, troubles: [] })).toBeUndefined();
    expect(interfacesNote({ at: start, troubles: [trouble('eth0', 120)] })?.lines).toEqual(['eth0 dropped 120 packets a second received.']);
    const many = interfacesNote({ at: start, troubles: ['eth0', 'eth1', 'eth2', 'eth3'].map((name) => trouble(name, 2.5)) });
    expect(many?.lines.slice(1)).toEqual(['eth1 dropped 2.5 packets a second received.', 'And 2 more.']);
    expect(many?.tip).toContain('frames that nobody wanted, too. eth2 dropped 2.5');
  });

  it('read a value by the name of its series', () => {
    const [kind] = chartKinds;
    if (!kind) throw new Error('charts are missing');
    expect(figureOf(kind, sample(start, { swapUsed: 7 }), 'swapUsed')).toBe(7);
    expect(figureOf(kind, undefined, 'swapUsed')).toBeNull();
  });
});

describe('the data of a chart', () => {
  const kindOf = (id: string): ChartKind<SeriesName> => {
    const kind = chartKinds.find((one) => one.id === id);
    if (!kind) throw new Error(`there is no chart ${id}`);
    return kind;
  };
  const memory = {
    memoryTotal: 10,
    memoryApps: 4,
    memoryHugePages: 0,
    memorySlab: 1,
    memoryBuffers: 1,
    memoryCache: 2,
    memoryFree: 2,
    memoryUsed: 5,
  };

  it('stacks the parts of memory up to its total, with used memory as a line of its own', () => {
    const { drawn, figures, top } = chartData(kindOf('memory'), [sample(start, memory)], 4);
    expect(drawn.map((column) => column[0])).toEqual([4, 4, 5, 6, 8, 10, 5]);
    expect(figures.map((column) => column[0])).toEqual([4, 0, 1, 1, 2, 2, 5]);
    expect(top).toBe(10);
  });

  it('draws the level of the cores below the edge, and none while they are unknown', () => {
    const samples = [sample(start, { load1: 0.5 })];
    const known = chartData(kindOf('load'), samples, 8);
    expect(known.drawn.at(-1)).toEqual([8]);
    expect(known.top).toBeGreaterThan(8);
    expect(chartData(kindOf('load'), samples, null).drawn.at(-1)).toEqual([null]);
  });

  it('stands before the first sample', () => {
    for (const kind of chartKinds) {
      const { times, drawn, top } = chartData(kind, [], null);
      expect(times).toEqual([]);
      expect(drawn.every((column) => column.length === 0)).toBe(true);
      expect(top).toBeGreaterThan(0);
      expect(chartHeadline(kind, undefined, null)).toBe('');
    }
  });

  it('comes to one sentence', () => {
    expect(chartHeadline(kindOf('memory'), sample(start, { memoryTotal: 16 * gib, memoryUsed: 4 * gib }), null)).toBe(
      '4.0 GiB of 16.0 GiB used, 25 %',
    );
    expect(chartHeadline(kindOf('cpu'), sample(start, { cpuUser: 0.2, cpuSystem: 0.1, cpuIowait: 0.5, cpuSteal: 0 }), 4)).toBe('30 % busy');
    expect(chartHeadline(kindOf('load'), sample(start, { load1: 1.5 }), 1)).toBe('1.50 on 1 core');
    expect(chartHeadline(kindOf('swap'), sample(start, { swapTotal: 0, swapUsed: 0 }), 1)).toBe('');
    expect(chartHeadline(kindOf('network'), sample(start, { networkReceivePerSecond: 1024 }), 1)).toBe('1.0 KiB/s');
  });

  it('is missed aloud only where no sample is to be expected', () => {
    expect(noSamplesText('online')).toBeNull();
    expect(noSamplesText('connecting')).toBeNull();
    expect(noSamplesText('disabled')).toMatch(/disabled/);
    expect(noSamplesText('unreachable')).toMatch(/15 minutes/);
  });
});
