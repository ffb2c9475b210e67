import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Frame, type FrameBounds, FrameParser, usualBounds, xenBounds } from '../../src/main/probe/frames.ts';
import { splitFiles } from '../../src/main/probe/proc-files.ts';
import { HumError, type ProblemCode } from '../../src/shared/errors.ts';

const nonce = '00112233445566778899aabbccddeeff';
const recorded = readFileSync(new URL('../fixtures/proc/debian-12/frames.txt', import.meta.url));

function parse(chunks: Iterable<Buffer>, bounds: FrameBounds = usualBounds): { frames: Frame[]; fault: ProblemCode | null } {
  const frames: Frame[] = [];
  const parser = new FrameParser({ nonce, proc: '/proc', bounds }, (frame) => frames.push(frame));
  try {
    for (const chunk of chunks) parser.push(chunk);
    return { frames, fault: null };
  } catch (error) {
    if (!(error instanceof HumError)) throw error;
    return { frames, fault: error.problem.code };
  }
}

function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let start = 0;
  for (let index = 0; start < bytes.length; index += 1) {
    const size = Math.max(1, sizes[index % sizes.length] ?? 1);
    // A copy, as the parser may not keep what it was handed.
    const chunk = Buffer.from(bytes.subarray(start, start + size));
    yield chunk;
    chunk.fill(0);
    start += size;
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 });
const frameOf = (seq: number | string, body: string) => `${nonce} begin ${seq}\n${body}${nonce} end ${seq}\n`;

describe('the frame parser', () => {
  it('reads what the script answered on a real machine', () => {
    const { frames, fault } = parse([recorded]);
    expect(fault).toBeNull();
    expect(frames.map((frame) => frame.seq)).toEqual([1, 2, 3, 4]);
    expect([...(frames[0]?.files.keys() ?? [])]).toEqual([
      'meminfo',
      'vmstat',
      'pressure/memory',
      'pressure/cpu',
      'pressure/io',
      'loadavg',
      'stat',
      'uptime',
    ]);
    expect(frames[0]?.files.get('vmstat')).toBe('pswpin 0\npswpout 0\noom_kill 0\n');
    expect(frames[1]?.files.has('net/dev')).toBe(true);
    expect([...(frames[2]?.sections.keys() ?? [])]).toEqual(['facts']);
    expect(frames[3]?.sections.get('processes')).toMatch(/^\/proc\/1\/status:Name:\tinit\n/);
  });

  it('finds the same frames however the network cuts them', () => {
    const whole = parse([recorded]);
    fc.assert(
      fc.property(sizes, (pieces) => {
        expect(parse(cut(recorded, pieces))).toEqual(whole);
      }),
      { numRuns: 50 },
    );
    expect(parse(cut(recorded, [1]))).toEqual(whole);
  });

  it('takes nothing for a marker that a host prints without knowing the nonce', () => {
    const line = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom('begin 1', 'end 1', 'files', `${nonce.slice(1)} end 1`, `x${nonce} end 1`, `${nonce}end 1`, `\t${nonce} end 1`),
      fc.stringMatching(/^[0-9a-f]{32} (?:begin|end) 1$/).filter((text) => !text.startsWith(nonce)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), sizes, (lines, pieces) => {
        const body = lines.map((text) => `${text.replaceAll('\n', ' ')}\n`).join('');
        const bytes = Buffer.from(frameOf(1, `${nonce} facts\n${body}${nonce} processes\n${body}`) + frameOf(2, ''));
        const { frames, fault } = parse(cut(bytes, pieces));
        expect(fault).toBeNull();
        expect(frames.map((frame) => frame.seq)).toEqual([1, 2]);
        // What is no character in UTF-8 (a lone surrogate) arrives replaced.
        const text = Buffer.from(body).toString('utf8');
        expect([...(frames[0]?.sections ?? [])]).toEqual([
          ['facts', text],
          ['processes', text],
        ]);
      }),
    );
  });

  it('ends in the same way however the bytes of a hostile host are cut', () => {
    const piece = fc.oneof(
      fc.constantFrom(`${nonce} begin 1\n`, `${nonce} end 1\n`, `${nonce} files\n`, `${nonce} `, nonce, '\n', 'garbage\n', `${nonce} end `),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 15 }), sizes, (parts, pieces) => {
        const bytes = Buffer.from(parts.join(''));
        expect(parse(cut(bytes, pieces))).toEqual(parse(bytes.length === 0 ? [] : [bytes]));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['garbage before a frame', `motd: welcome\n${frameOf(1, '')}`],
    ['garbage between frames', `${frameOf(1, '')}oops\n${frameOf(2, '')}`],
    ['an end of another number', `${nonce} begin 1\n${nonce} end 2\n`],
    ['a number that is none', frameOf('1; reboot', '')],
    ['lines outside of any section', frameOf(1, 'stray\n')],
    ['a section named twice', frameOf(1, `${nonce} facts\n${nonce} facts\n`)],
    ['a frame within a frame', frameOf(1, `${nonce} begin 2\n`)],
  ])('refuses %s as a bad answer', (_, text) => {
    expect(parse([Buffer.from(text)]).fault).toBe('bad-answer');
  });

  it('refuses an answer beyond its bound, before it has ended and in whatever pieces it comes', () => {
    const line = `${'x'.repeat(1023)}\n`;
    const endless = Buffer.from(`${nonce} begin 1\n${nonce} facts\n${line.repeat(usualBounds.frameBytes / 1024 + 1)}`);
    expect(parse([endless]).fault).toBe('flooded');
    expect(parse(cut(endless, [32_768])).fault).toBe('flooded');
    expect(parse([Buffer.concat([endless, Buffer.from(`${nonce} end 1\n`)])]).fault).toBe('flooded');
  });

  it('refuses a line beyond its bound', () => {
    expect(parse([Buffer.from(frameOf(1, `${nonce} facts\n${'x'.repeat(70_000)}\n`))]).fault).toBe('flooded');
  });

  it('lets a Xen host tell of 500 domains, and no more than that without end', () => {
    const long = readFileSync(new URL('../fixtures/xen-4.17/guests-3/xl-list-l.out', import.meta.url), 'utf8');
    const domains = `${nonce} xen-domains\n${long.repeat(500 / 3)}`;
    const { frames, fault } = parse(
      cut(Buffer.from(frameOf(1, `${domains}${nonce} xen-files\n${'x'.repeat(65_600)}\n`)), [32_768]),
      xenBounds,
    );
    expect(fault).toBeNull();
    expect(frames[0]?.sections.get('xen-domains')).toHaveLength(long.length * 166);
    const line = `${'x'.repeat(1023)}\n`;
    expect(parse([Buffer.from(`${nonce} begin 1\n${line.repeat(xenBounds.frameBytes / 1024 + 1)}`)], xenBounds).fault).toBe('flooded');
    expect(parse([Buffer.from(frameOf(1, `${nonce} xen-files\n${'x'.repeat(1_100_000)}\n`))], xenBounds).fault).toBe('flooded');
  });

  it('shows what was answered instead, with control characters made visible', () => {
    const parser = new FrameParser({ nonce, proc: '/proc' }, () => undefined);
    expect(() => parser.push(Buffer.from('\u001b[31mThis account is disabled\nmore'))).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ detail: '\\e[31mThis account is disabled' }) }),
    );
  });
});

describe('the files of an answer', () => {
  it('keep their text, and leave out what grep remarks itself', () => {
    const files = splitFiles(
      'Binary file matches\n/proc/net/dev:  eth0:1 2\n/proc/net/dev:  br:3 4\n/elsewhere/loadavg:1\n/proc/loadavg:0.1 0.2 0.3 1/2 3\n/proc/no-colon\n',
      '/proc',
    );
    expect([...files]).toEqual([
      ['net/dev', '  eth0:1 2\n  br:3 4\n'],
      ['loadavg', '0.1 0.2 0.3 1/2 3\n'],
    ]);
  });

  it('never makes the reader fail, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom('/proc/', ':', '\n', 'meminfo'), fc.string({ maxLength: 8 }))), (parts) => {
        expect(splitFiles(parts.join(''), '/proc')).toBeInstanceOf(Map);
      }),
    );
  });
});
