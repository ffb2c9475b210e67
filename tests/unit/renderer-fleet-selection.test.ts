import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Selection } from '../../src/renderer/components/table/selection.ts';
import { moved, noSelection, picked, pruned } from '../../src/renderer/components/table/selection.ts';

const order = ['a', 'b', 'c', 'd', 'e'];

function chosen(selection: Selection): string[] {
  return [...selection.chosen].sort();
}

describe('choosing hosts', () => {
  test('a click chooses one and lets go of the others', () => {
    const after = picked(picked(noSelection, order, 'a', 'only'), order, 'c', 'only');
    expect(chosen(after)).toEqual(['c']);
    expect(after.cursor).toBe('c');
  });

  test('Ctrl and a click add a host, and take it away again', () => {
    const two = picked(picked(noSelection, order, 'a', 'only'), order, 'c', 'toggle');
    expect(chosen(two)).toEqual(['a', 'c']);
    expect(chosen(picked(two, order, 'a', 'toggle'))).toEqual(['c']);
  });

  test('Shift and a click choose up to there, in either direction, from where the range began', () => {
    const started = picked(noSelection, order, 'c', 'only');
    const down = picked(started, order, 'e', 'range');
    expect(chosen(down)).toEqual(['c', 'd', 'e']);
    expect(chosen(picked(down, order, 'a', 'range'))).toEqual(['a', 'b', 'c']);
  });

  test('a range whose beginning was filtered away begins anew', () => {
    const started = picked(noSelection, order, 'c', 'only');
    expect(chosen(picked(started, ['d', 'e'], 'e', 'range'))).toEqual(['e']);
  });

  test('Shift and the arrows grow a range and shrink it', () => {
    let selection = moved(noSelection, order, 1, false);
    selection = moved(moved(selection, order, 1, true), order, 1, true);
    expect(chosen(selection)).toEqual(['a', 'b', 'c']);
    expect(chosen(moved(selection, order, -1, true))).toEqual(['a', 'b']);
  });

  test('the cursor moves without choosing, and stops at both ends', () => {
    expect(moved(noSelection, order, 1, false)).toMatchObject({ cursor: 'a', chosen: new Set() });
    expect(moved(noSelection, order, -1, false).cursor).toBe('e');
    expect(moved(noSelection, order, order.length, false).cursor).toBe('e');
    expect(moved(noSelection, order, -order.length, false).cursor).toBe('a');
    expect(moved({ ...noSelection, cursor: 'd' }, order, 16, false).cursor).toBe('e');
    expect(moved({ ...noSelection, cursor: 'b' }, order, -5, false).cursor).toBe('a');
    expect(moved(noSelection, [], 1, false)).toBe(noSelection);
  });

  test('hosts that are gone are chosen no more; while all are there nothing changes', () => {
    const selection: Selection = { chosen: new Set(['a', 'b']), cursor: 'b', anchor: 'a' };
    expect(pruned(selection, () => true)).toBe(selection);
    expect(pruned(selection, (id) => id !== 'b')).toEqual({ chosen: new Set(['a']), cursor: null, anchor: 'a' });
  });

  test('whatever is pressed, only hosts of the table are chosen and the cursor is on one of them', () => {
    const step = fc.oneof(
      fc.record({ id: fc.constantFrom(...order), pick: fc.constantFrom('only' as const, 'toggle' as const, 'range' as const) }),
      fc.record({ by: fc.integer({ min: -9, max: 9 }), extend: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
        const end = steps.reduce<Selection>(
          (held, each) => ('id' in each ? picked(held, order, each.id, each.pick) : moved(held, order, each.by, each.extend)),
          noSelection,
        );
        expect([...end.chosen].every((id) => order.includes(id))).toBe(true);
        expect(order).toContain(end.cursor);
      }),
    );
  });
});
