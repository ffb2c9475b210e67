import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandNodeSet, maxNodes } from '../../src/shared/node-set.ts';

function names(text: string): readonly string[] {
  const set = expandNodeSet(text);
  if (set.kind === 'invalid') throw new Error(set.message);
  return set.names;
}

function refusal(text: string): string {
  const set = expandNodeSet(text);
  return set.kind === 'invalid' ? set.message : `accepted: ${set.names.slice(0, 3).join(' ')}`;
}

describe('a node set', () => {
  it('is one name when there is no bracket', () => {
    expect(names('web01.example.org')).toEqual(['web01.example.org']);
    expect(names('2001:db8::7')).toEqual(['2001:db8::7']);
  });

  it('pads to the width of the first number', () => {
    expect(names('web[08-11].example.org')).toEqual(['web08.example.org', 'web09.example.org', 'web10.example.org', 'web11.example.org']);
    expect(names('web[8-10]')).toEqual(['web8', 'web9', 'web10']);
  });

  it('takes lists, steps, several brackets and several patterns', () => {
    expect(names('db[1,3-5]')).toEqual(['db1', 'db3', 'db4', 'db5']);
    expect(names('n[0-6/3]')).toEqual(['n0', 'n3', 'n6']);
    expect(names('rack[1-2]n[1-2]')).toEqual(['rack1n1', 'rack1n2', 'rack2n1', 'rack2n2']);
    expect(names('a, b[1,2] ,c')).toEqual(['a', 'b1', 'b2', 'c']);
  });

  it('names each host once', () => {
    expect(names('a[1-2],a[2-3]')).toEqual(['a1', 'a2', 'a3']);
  });

  it('says what is wrong', () => {
    expect(refusal('web[01-20')).toMatch(/“\[” has no “\]”/);
    expect(refusal('web01]')).toMatch(/“\]” has no “\[”/);
    expect(refusal('web[a-b]')).toMatch(/no number and no range/);
    expect(refusal('web[]')).toMatch(/no number and no range/);
    expect(refusal('web[5-1]')).toMatch(/backwards/);
    expect(refusal('web[1-9/0]')).toMatch(/step/);
    expect(refusal('[2001:db8::7]')).toMatch(/without brackets/);
    expect(refusal('a,,b')).toMatch(/beside a comma/);
  });

  it('refuses what would flood the inventory, without making it first', () => {
    expect(refusal('a[1-999999999999999]')).toMatch(/more than 10,000/);
    expect(refusal('a[1-9999]b[1-9999]')).toMatch(/more than 10,000/);
    expect(refusal('a[1-6000],b[1-6000]')).toMatch(/more than 10,000/);
    expect(names(`a[1-${maxNodes}]`)).toHaveLength(maxNodes);
  });

  it('expands any range to exactly its numbers', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), fc.integer({ min: 1, max: 7 }), (from, length, step) => {
        const expected: string[] = [];
        for (let number = from; number <= from + length; number += step) expected.push(`n${number}`);
        expect(names(`n[${from}-${from + length}/${step}]`)).toEqual(expected);
      }),
    );
  });

  it('never throws, whatever is typed', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void expandNodeSet(text)));
    fc.assert(fc.property(fc.stringMatching(/^[[\],\-/0-9a-c:]{0,40}$/), (text) => void expandNodeSet(text)));
  });
});
