import { describe, expect, test } from 'vitest';
import { formatUsedOf } from '../../src/renderer/components/bytes-of.ts';
import { cellAt, cellBox, heatLayout } from '../../src/renderer/components/heat/heat-layout.ts';
import { sparkPath } from '../../src/renderer/components/spark-path.ts';
import { itemsOf } from '../../src/renderer/components/table/items.ts';
import { isLate, memoryStrain } from '../../src/renderer/fleet/figures.ts';
import type { FleetRows } from '../../src/renderer/fleet/rows.ts';
import { applyEvent } from '../../src/renderer/fleet/rows.ts';
import { totalsOf } from '../../src/renderer/fleet/totals.ts';
import { trendStepMs } from '../../src/shared/trend.ts';
import { at, gib, hostRow, live } from './renderer-fleet-samples.ts';

function loaded(...ids: string[]): FleetRows {
  const rows = ids.map((id) => hostRow(id));
  return applyEvent(new Map(), { kind: 'snapshot', at, rows, demo: { running: false, hosts: 0 } }).rows;
}

describe('the rows of the overview', () => {
  test('a snapshot replaces what was there, in its own order', () => {
    const { rows, reach } = applyEvent(loaded('a', 'b'), {
      kind: 'snapshot',
      at,
      rows: [hostRow('c'), hostRow('a')],
      demo: { running: false, hosts: 0 },
    });
    expect([...rows.keys()]).toEqual(['c', 'a']);
    expect(reach).toBe('roster');
  });

  test('a patch of figures makes new objects for the hosts it names and for no others', () => {
    const before = loaded('a', 'b', 'c');
    const { rows, reach } = applyEvent(before, { kind: 'patch', at, changed: [{ id: 'b', live: live({ memoryUsed: 9 * gib }) }] });
    expect(rows.get('a')).toBe(before.get('a'));
    expect(rows.get('c')).toBe(before.get('c'));
    expect(rows.get('b')?.live?.memoryUsed).toBe(9 * gib);
    expect(rows.get('b')?.host).toBe(before.get('b')?.host);
    expect(before.get('b')?.live?.memoryUsed).toBe(4 * gib);
    expect(reach).toBe('figures');
    expect([...rows.keys()]).toEqual(['a', 'b', 'c']);
  });

  test('a sample is appended to the trend at its own step', () => {
    const { rows } = applyEvent(loaded('a'), {
      kind: 'patch',
      at,
      changed: [{ id: 'a', live: live({ sampledAt: at + 2 * trendStepMs, memoryUsed: 8 * gib }) }],
    });
    expect(rows.get('a')?.trend.points).toEqual([0.2, 0.25, null, 0.5]);
  });

  test('a change of state reaches further than figures, a new retry time of the same state does not', () => {
    const before = loaded('a');
    const gone = applyEvent(before, { kind: 'patch', at, changed: [{ id: 'a', status: { state: 'unreachable', since: at } }] });
    expect(gone.reach).toBe('states');
    const later = applyEvent(gone.rows, {
      kind: 'patch',
      at,
      changed: [{ id: 'a', status: { state: 'unreachable', since: at, retryAt: at + 5 } }],
    });
    expect(later.reach).toBe('figures');
    expect(later.rows.get('a')?.status.retryAt).toBe(at + 5);
    expect(later.rows.get('a')?.live).not.toBeNull();
  });

  test('added hosts come last, removed ones go, and a patch for a stranger is dropped', () => {
    const { rows } = applyEvent(loaded('a', 'b'), {
      kind: 'patch',
      at,
      added: [hostRow('c')],
      removed: ['a'],
      changed: [{ id: 'nobody', live: live() }],
    });
    expect([...rows.keys()]).toEqual(['b', 'c']);
  });

  test('a patch that says nothing of hosts leaves the very same rows', () => {
    const before = loaded('a');
    expect(applyEvent(before, { kind: 'patch', at, demo: { running: true, hosts: 12 } }).rows).toBe(before);
  });
});

describe('the totals', () => {
  test('count every host in its state, and the memory of those alone whose figures are of now', () => {
    const rows = applyEvent(new Map(), {
      kind: 'snapshot',
      at,
      demo: { running: false, hosts: 0 },
      rows: [
        hostRow('a'),
        hostRow('b', { live: live({ memoryUsed: 15 * gib }) }),
        hostRow('c', { status: { state: 'unreachable', since: at }, live: live({ memoryUsed: 16 * gib }) }),
        hostRow('d', { status: { state: 'disabled', since: at }, live: null }),
      ],
    }).rows;
    const totals = totalsOf(rows.values());
    expect(totals).toMatchObject({ hosts: 4, memoryUsed: 19 * gib, memoryTotal: 32 * gib, measured: 2, short: 1 });
    expect(totals.byState).toMatchObject({ online: 2, unreachable: 1, disabled: 1, stale: 0 });
  });
});

describe('figures', () => {
  test('used memory is written in the unit of the total, so that a column stays in line', () => {
    expect(formatUsedOf(0.5 * gib, 15.6 * gib)).toBe('0.5 / 15.6 GiB');
    expect(formatUsedOf(112.4 * gib, 125 * gib)).toBe('112 / 125 GiB');
    expect(formatUsedOf(0, 0)).toBe('0.0 / 0 B');
  });

  test('memory strains from nine tenths on, and runs out near its end', () => {
    expect([0.5, 0.899, 0.9, 0.969, 0.97, 1].map(memoryStrain)).toEqual(['none', 'none', 'warn', 'warn', 'bad', 'bad']);
    expect(memoryStrain(undefined)).toBe('none');
  });

  test('a host that is asked seldom is not late for it', () => {
    expect(isLate(12_000, 5_000)).toBe(false);
    expect(isLate(16_000, 5_000)).toBe(true);
    expect(isLate(16_000, 15_000)).toBe(false);
    expect(isLate(9_000, 1_000)).toBe(false);
  });
});

describe('the lines of the table', () => {
  const hosts = [
    { id: '1', group: 'web10' },
    { id: '2', group: null },
    { id: '3', group: 'web2' },
    { id: '4', group: 'web10' },
  ];

  test('are the hosts in their order when nothing groups them', () => {
    expect(itemsOf(hosts, false, new Set()).map((item) => item.kind === 'row' && item.id)).toEqual(['1', '2', '3', '4']);
  });

  test('go group by group, counted as people count, with the hosts of no group last', () => {
    const lines = itemsOf(hosts, true, new Set()).map((item) => (item.kind === 'row' ? item.id : (item.name ?? 'none')));
    expect(lines).toEqual(['web2', '3', 'web10', '1', '4', 'none', '2']);
  });

  test('leave out the hosts of a folded group, whose heading still knows them', () => {
    const items = itemsOf(hosts, true, new Set(['group:web10']));
    expect(items.map((item) => (item.kind === 'row' ? item.id : item.ids.length))).toEqual([1, '3', 2, 1, '2']);
  });
});

describe('the heat strip', () => {
  test.each([1, 12, 100, 1000, 5000])('holds %i hosts within its height and its width, each cell apart from the next', (count) => {
    const layout = heatLayout(count, 1408, 84);
    expect(layout.columns * layout.rows).toBeGreaterThanOrEqual(count);
    expect(layout.height).toBeLessThanOrEqual(84);
    for (const index of [0, 1, layout.columns - 1, layout.columns, count - 1].filter((each) => each < count)) {
      const box = cellBox(layout, index);
      expect(box.width).toBeGreaterThanOrEqual(3);
      expect(box.height).toBeGreaterThanOrEqual(3);
      expect(box.x + box.width).toBeLessThanOrEqual(1408);
      expect(cellAt(layout, count, box.x + box.width / 2, box.y + box.height / 2)).toBe(index);
    }
  });

  test('has no cell beside its hosts', () => {
    const layout = heatLayout(12, 1408, 84);
    expect(cellAt(layout, 12, 1411, 10)).toBe(-1);
    expect(cellAt(layout, 12, -1, 10)).toBe(-1);
    expect(cellAt(layout, 12, 10, layout.height + 4)).toBe(-1);
    expect(heatLayout(0, 1408, 84).height).toBe(0);
  });
});

describe('a sparkline', () => {
  test('ends at the right edge when its host was sampled just now', () => {
    expect(sparkPath({ endStep: 100, points: [0, 0.5, 1] }, 100, 59, 20).line).toBe('M57 20L58 10L59 0');
  });

  test('stands back from the right edge by the steps that its host has been silent', () => {
    expect(sparkPath({ endStep: 100, points: [0.5, 0.5] }, 110, 59, 20).line).toBe('M48 10L49 10');
  });

  test('has a gap where nothing was sampled for long, and still shows a lone point', () => {
    expect(sparkPath({ endStep: 100, points: [0.5, null, null, null, 0.5] }, 100, 59, 20).line).toBe('M55 10h1M59 10h1');
  });

  test('joins the samples of a host that is slower than the steps', () => {
    expect(sparkPath({ endStep: 100, points: [0.5, null, 0.25, null, null, 0] }, 100, 59, 20).line).toBe('M54 10L56 15L59 20');
  });

  test('draws nothing of what slid out of its fifteen minutes', () => {
    expect(sparkPath({ endStep: 100, points: [0.5, 0.5] }, 300, 59, 20)).toEqual({ line: '', area: '' });
  });
});
