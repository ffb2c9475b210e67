import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Flow, highWater, lowWater } from '../../src/main/terminals/flow.ts';
import { idIn } from '../../src/main/terminals/guest-id.ts';
import { pieceLength, TerminalFeed } from '../../src/main/terminals/terminal-feed.ts';
import type { TerminalEvent } from '../../src/shared/contract/terminals.ts';

function tap() {
  const calls: string[] = [];
  return { calls, pause: () => void calls.push('pause'), resume: () => void calls.push('resume') };
}

describe('the flow of a terminal', () => {
  it('is stopped above the high mark, once, and goes on below the low one', () => {
    const flow = new Flow();
    const it = tap();
    flow.attach(it);
    flow.came(highWater);
    expect(it.calls).toEqual([]);
    flow.came(1);
    flow.came(50_000);
    expect(it.calls).toEqual(['pause']);
    flow.acknowledged(highWater + 50_001 - lowWater);
    expect(it.calls).toEqual(['pause']);
    flow.acknowledged(1);
    expect(it.calls).toEqual(['pause', 'resume']);
  });

  it('stops the next channel too while the reader is behind', () => {
    const flow = new Flow();
    flow.attach(tap());
    flow.came(highWater + 1);
    const next = tap();
    flow.attach(next);
    expect(next.calls).toEqual(['pause']);
    flow.acknowledged(highWater);
    expect(next.calls).toEqual(['pause', 'resume']);
  });

  it('lets no reader win credit, whatever it acknowledges, and never stands still for good', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ came: fc.nat(200_000), acknowledged: fc.nat(400_000) })), (steps) => {
        const flow = new Flow();
        flow.attach(tap());
        for (const { came, acknowledged } of steps) {
          flow.came(came);
          if (came > highWater) expect(flow.paused).toBe(true);
          flow.acknowledged(acknowledged);
        }
        flow.acknowledged(Number.MAX_SAFE_INTEGER);
        expect(flow.paused).toBe(false);
      }),
    );
  });
});

async function read(feed: TerminalFeed): Promise<TerminalEvent[]> {
  const events: TerminalEvent[] = [];
  for await (const event of feed.events(new AbortController().signal)) events.push(event);
  return events;
}

const over = { code: 'cancelled', message: 'Over.', hint: 'Done.' } as const;

describe('the feed of a terminal', () => {
  it('loses nothing, keeps the order, joins what comes together and cuts no character in two', async () => {
    const texts = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constant('🐚'.repeat(80_000)), fc.constant('x'.repeat(pieceLength - 1))),
      {
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(texts, texts, async (before, after) => {
        const feed = new TerminalFeed();
        for (const text of before) feed.data(text);
        feed.notice('between');
        for (const text of after) feed.data(text);
        feed.end(over);
        const events = await read(feed);
        const at = events.findIndex((event) => event.kind === 'notice');
        const textOf = (some: readonly TerminalEvent[]) => some.map((event) => (event.kind === 'data' ? event.text : '')).join('');
        expect(textOf(events.slice(0, at))).toBe(before.join(''));
        expect(textOf(events.slice(at))).toBe(after.join(''));
        expect(events.at(-1)).toEqual({ kind: 'ended', reason: over });
        for (const event of events) {
          if (event.kind !== 'data') continue;
          expect(event.text.length).toBeLessThanOrEqual(pieceLength);
          expect(event.text.isWellFormed() || !(before.join('') + after.join('')).isWellFormed()).toBe(true);
        }
        const pieces = (some: readonly string[]) => Math.ceil(some.join('').length / (pieceLength - 1));
        expect(events.length).toBeLessThanOrEqual(pieces(before) + pieces(after) + 2);
      }),
      { numRuns: 25 },
    );
  });

  it('gives a first piece at once, and what follows within the same moment as one', async () => {
    const feed = new TerminalFeed();
    const events = feed.events(new AbortController().signal);
    feed.data('a');
    expect((await events.next()).value).toEqual({ kind: 'data', text: 'a' });
    for (const letter of 'bcdef') feed.data(letter);
    expect((await events.next()).value).toEqual({ kind: 'data', text: 'bcdef' });
  });

  it('lets a piece that has become full wait for nothing more', async () => {
    vi.useFakeTimers();
    try {
      const feed = new TerminalFeed();
      const events = feed.events(new AbortController().signal);
      feed.data('a');
      await events.next();
      feed.data('b');
      const next = events.next();
      // It waits; the clock stands still.
      await Promise.resolve();
      feed.data('c'.repeat(pieceLength));
      expect((await next).value).toEqual({ kind: 'data', text: `b${'c'.repeat(pieceLength - 1)}` });
      // Nor one after which the host is held back.
      const rest = events.next();
      await Promise.resolve();
      feed.hurry();
      expect((await rest).value).toEqual({ kind: 'data', text: 'c' });
      feed.data('d');
      const patient = events.next();
      await Promise.resolve();
      feed.data('e');
      await vi.advanceTimersByTimeAsync(20);
      expect((await patient).value).toEqual({ kind: 'data', text: 'de' });
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends when its reader goes, in the middle of a wait', async () => {
    const reader = new AbortController();
    const waiting = new TerminalFeed().events(reader.signal).next();
    reader.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});

/** As xl 4.17 printed it. */
const list = `UUID                                  ID    name
00000000-0000-0000-0000-000000000000  0    Domain-0                      
5de18814-766b-49ba-935b-baaea83d8060  7    guest3                        
6de18814-766b-49ba-935b-baaea83d8061  12    two  words                    
`;

describe('the id of a guest', () => {
  it('is found by its uuid whatever its name, and by its name where it has none', () => {
    expect(idIn(list, { uuid: '5DE18814-766b-49ba-935b-baaea83d8060', name: 'renamed' })).toBe(7);
    expect(idIn(list, { uuid: null, name: 'two  words' })).toBe(12);
    expect(idIn(list, { uuid: null, name: 'guest' })).toBeUndefined();
    expect(idIn(list, { uuid: 'ffffffff-766b-49ba-935b-baaea83d8060', name: 'guest3' })).toBeUndefined();
  });

  it('is never that of dom0, nor one that two lines claim', () => {
    expect(idIn(list, { uuid: null, name: 'Domain-0' })).toBeUndefined();
    const forged = `${list}5de18814-766b-49ba-935b-baaea83d8060  12    guest3\n`;
    expect(idIn(forged, { uuid: '5de18814-766b-49ba-935b-baaea83d8060', name: 'guest3' })).toBeUndefined();
  });
});
