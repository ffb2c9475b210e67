import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineDiff } from '../../src/renderer/components/line-diff.ts';
import { offsetOf } from '../../src/renderer/xen/text-place.ts';

function told(before: string, after: string): string[] {
  const signs = { same: ' ', old: '-', new: '+' } as const;
  return lineDiff(before, after).map(({ kind, text }) => `${signs[kind]}${text}`);
}

describe('the comparison of two texts', () => {
  test('keeps what both have and tells what only one has', () => {
    expect(told('name = "a"\nmemory = 64\nvcpus = 1\n', 'name = "a"\nmemory = 128\nvcpus = 1\nvif = []\n')).toEqual([
      ' name = "a"',
      '-memory = 64',
      '+memory = 128',
      ' vcpus = 1',
      '+vif = []',
    ]);
  });

  test('numbers the lines of each text from 1', () => {
    expect(lineDiff('a\nb', 'b\nc').map(({ oldNumber, newNumber }) => [oldNumber, newNumber])).toEqual([
      [1, null],
      [2, 1],
      [null, 2],
    ]);
  });

  test('finds nothing between a text and itself, nor in a missing last newline', () => {
    expect(told('a\nb\n', 'a\nb')).toEqual([' a', ' b']);
    expect(told('', '')).toEqual([]);
  });

  test('gives back both texts, whatever they are, and never more lines than they have', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '', 'name = "x"'), { maxLength: 30 }).map((lines) => lines.join('\n'));
    const without = (lines: string) => lines.replace(/\n$/, '').split('\n');
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = lineDiff(before, after);
        const side = (left: 'old' | 'new') => lines.filter(({ kind }) => kind !== left).map((line) => line.text);
        if (before !== '') expect(side('new')).toEqual(without(before));
        if (after !== '') expect(side('old')).toEqual(without(after));
      }),
    );
  });
});

describe('a place in a text', () => {
  test('is found by its line and column, and never lies outside of its line', () => {
    const text = 'one\ntwo\n\nfour';
    expect(offsetOf(text, 1, 1)).toBe(0);
    expect(offsetOf(text, 2, 3)).toBe(6);
    expect(offsetOf(text, 2, 99)).toBe(7);
    expect(offsetOf(text, 3, 5)).toBe(8);
    expect(offsetOf(text, 99, 1)).toBe(text.length);
    expect(offsetOf(text, 0, 0)).toBe(0);
  });
});
