import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NoiseFilter } from '../../src/main/ssh/door.ts';

const ready = Buffer.from('0123456789abcdef');

/** What a filter lets through of a text that comes in pieces of these lengths. */
function through(filter: NoiseFilter, text: string, lengths: readonly number[]): string {
  const bytes = Buffer.from(text);
  let passed = '';
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    if (at >= bytes.length) break;
    passed += filter.take(bytes.subarray(at, at + length))?.toString() ?? '';
    at += length;
  }
  return passed;
}

const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 });

describe('what stands before the output of a script', () => {
  it('is left out up to the mark, however it is cut', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), pieces, (noise, output, lengths) => {
        fc.pre(!noise.includes(ready.toString()));
        const filter = new NoiseFilter(ready);
        expect(through(filter, `${noise}${ready}${output}`, lengths)).toBe(output);
        expect(filter.passed).toBe(true);
      }),
    );
  });

  it('ends with what begins a program that has thrown the mark away, or the end of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: ready.length - 1 }), fc.string(), pieces, (left, output, lengths) => {
        const said = `\u001b[?1049h${output}`;
        expect(through(new NoiseFilter(ready, true), `${ready.subarray(0, left)}${said}`, lengths)).toBe(said);
      }),
    );
  });

  it('goes on where the mark is only late: before a program, after other words, and where no program is expected', () => {
    expect(through(new NoiseFilter(ready, true), `${ready}\u001b[2J`, [3, 4])).toBe('\u001b[2J');
    const wordy = new NoiseFilter(ready, true);
    expect(through(wordy, 'stty: \u001b[31mno\u001b[0m', [])).toBe('');
    expect(wordy.take(Buffer.from(`${ready}on`))?.toString()).toBe('on');
    const motd = new NoiseFilter(ready);
    expect(through(motd, '\u001b[2JWelcome', [])).toBe('');
    expect([motd.passed, motd.noise.toString()]).toEqual([false, '\u001b[2JWelcome']);
  });
});
