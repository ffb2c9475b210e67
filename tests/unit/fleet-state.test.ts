import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventLog, oomEvent, stateEvent } from '../../src/main/fleet/event-log.ts';
import { History, historyMs } from '../../src/main/fleet/history.ts';
import { nextStatus, type Situation } from '../../src/main/fleet/status.ts';
import type { SessionStatus } from '../../src/main/ssh/session.ts';
import { abortable, Bell, pause } from '../../src/main/stream.ts';
import { type HostStatus, seriesNames } from '../../src/shared/contract/fleet.ts';
import type { Problem } from '../../src/shared/errors.ts';
import { hostStates } from '../../src/shared/host-states.ts';

const problem: Problem = { code: 'connection-refused', message: 'The host refused the connection.', hint: 'Is sshd running?' };
const key = { type: 'ssh-ed25519', fingerprint: 'SHA256:abc', art: '' };
const sample = (at: number, value = 1) => ({ at, values: seriesNames.map(() => value) });

describe('the state of a host', () => {
  const sessions: SessionStatus[] = [
    { state: 'idle' },
    { state: 'connecting', since: 1 },
    { state: 'online', since: 1 },
    { state: 'unreachable', since: 1, problem, retryAt: 99 },
    { state: 'auth-failed', since: 1, problem, retryAt: undefined },
    {
      state: 'host-key-changed',
      since: 1,
      problem,
      retryAt: undefined,
      offeredKey: key,
      knownKeys: [{ ...key, where: 'known_hosts:1', line: 'web01 …', firstSeen: null }],
    },
    { state: 'host-key-unknown', since: 1, problem, offeredKey: key },
  ];
  const situation = fc.record({
    enabled: fc.boolean(),
    session: fc.constantFrom(undefined, ...sessions),
    sampled: fc.boolean(),
    fault: fc.constantFrom(undefined, problem),
    asked: fc.boolean(),
  });
  const run = (situations: readonly Situation[]) => {
    let status: HostStatus = { state: 'connecting', since: 0 };
    return situations.map((each, index) => {
      status = nextStatus(status, each, index + 1);
      return status;
    });
  };

  it('is always one of the known ones, and says what is wrong unless nothing is', () => {
    fc.assert(
      fc.property(fc.array(situation, { maxLength: 12 }), (situations) => {
        for (const status of run(situations)) {
          expect(hostStates).toContain(status.state);
          const needsNone = ['online', 'connecting', 'disabled'].includes(status.state);
          expect(status.problem === undefined).toBe(needsNone);
        }
      }),
    );
  });

  it('is the same object while nothing changes', () => {
    fc.assert(
      fc.property(fc.array(situation, { maxLength: 12 }), situation, (before, last) => {
        const status = run([...before, last]).at(-1) as HostStatus;
        expect(nextStatus(status, last, 1000)).toBe(status);
      }),
    );
  });

  const calm: Situation = { enabled: true, session: { state: 'online', since: 1 }, sampled: true, fault: undefined, asked: false };

  it('is stale, not online, while the connection stands and the figures do not come', () => {
    const [online, stale] = run([calm, { ...calm, fault: problem }]);
    expect(online).toEqual({ state: 'online', since: 1 });
    expect(stale).toEqual({ state: 'stale', since: 2, problem });
  });

  it('does not flicker while Hum tries again by itself, but shows an attempt that a person asked for', () => {
    const dead: Situation = { ...calm, sampled: false, session: { state: 'unreachable', since: 1, problem, retryAt: 50 } };
    const trying: Situation = { ...dead, session: { state: 'connecting', since: 3 } };
    expect(run([dead, trying])).toEqual([
      { state: 'unreachable', since: 1, problem, retryAt: 50 },
      { state: 'unreachable', since: 1, problem },
    ]);
    expect(run([dead, { ...trying, asked: true }])[1]).toEqual({ state: 'connecting', since: 2 });
  });

  it('hands on the keys that a person has to compare', () => {
    const [status] = run([{ ...calm, session: sessions[5] }]);
    expect(status).toMatchObject({ state: 'host-key-changed', offeredKey: key, knownKeys: [{ fingerprint: 'SHA256:abc' }] });
  });
});

describe('events', () => {
  const online: HostStatus = { state: 'online', since: 0 };
  const lost: HostStatus = { state: 'unreachable', since: 0, problem };

  it('tell in a sentence what happened', () => {
    expect(stateEvent({ state: 'connecting', since: 0 }, online, false)?.text).toBe('Connected');
    expect(stateEvent({ state: 'connecting', since: 0 }, online, true)?.text).toBe('Connected again');
    expect(stateEvent(online, lost, true)?.text).toBe('Connection lost: The host refused the connection.');
    expect(stateEvent(lost, lost, true)).toBeUndefined();
    expect(stateEvent({ state: 'stale', since: 0, problem }, online, true)?.text).toBe('Answers again');
    expect(oomEvent(1).text).toBe('1 process was killed by the OOM killer');
    expect(oomEvent(3).text).toBe('3 processes were killed by the OOM killer');
  });

  it('are kept to the newest 200', () => {
    const log = new EventLog();
    for (let at = 0; at < 500; at += 1) log.add({ at, severity: 'info', text: `${at}` });
    expect(log.events).toHaveLength(200);
    expect(log.events.at(0)?.at).toBe(300);
    expect(log.events.at(-1)?.at).toBe(499);
  });
});

describe('the history of a host', () => {
  it('keeps fifteen minutes of samples five seconds apart, oldest first', () => {
    const history = new History();
    for (let at = 0; at <= 3_600_000; at += 5_000) history.append(sample(at));
    const kept = history.read(3_600_000);
    expect(kept).toHaveLength(historyMs / 5_000 + 1);
    expect(kept[0]?.at).toBe(3_600_000 - historyMs);
    expect(kept.at(-1)?.at).toBe(3_600_000);
  });

  it('thins the samples of a host that is watched every second', () => {
    const history = new History();
    for (let at = 0; at <= 60_000; at += 1_000) history.append(sample(at));
    const times = history.read(60_000).map((each) => each.at);
    expect(times).toEqual(Array.from({ length: 13 }, (_, index) => index * 5_000));
  });

  it('is in order and spaced whatever the times, and never longer than its room', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -20_000, max: 30_000 }), { maxLength: 400 }), (steps) => {
        const history = new History();
        let now = 1_000_000_000;
        for (const step of steps) {
          now += step;
          history.append(sample(now));
        }
        const times = history.read(now).map((each) => each.at);
        expect(times.length).toBeLessThanOrEqual(200);
        for (let index = 1; index < times.length; index += 1)
          expect((times[index] ?? 0) - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(4_500);
      }),
    );
  });

  it('gives back what was put in: gaps as gaps, ratios without made-up digits', () => {
    const history = new History();
    history.append({ at: 1, values: seriesNames.map((_, index) => (index === 0 ? 17_179_869_184 : index === 1 ? null : 0.1234)) });
    const [back] = history.read(1);
    expect(back?.values.slice(0, 3)).toEqual([17_179_869_184, null, 0.1234]);
    history.clear();
    expect(history.read(1)).toEqual([]);
  });
});

describe('a stream', () => {
  it('ends at once when its reader returns, even in the middle of a wait, and cleans up', async () => {
    const bell = new Bell();
    let cleaned = false;
    const stream = abortable([undefined], async function* (signal) {
      try {
        yield 1;
        await bell.wait(signal);
      } finally {
        cleaned = true;
      }
    });
    expect(await stream.next()).toEqual({ value: 1, done: false });
    const waiting = stream.next();
    await stream.return();
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(cleaned).toBe(true);
  });

  it('ends when a signal aborts, also one that had before it began', async () => {
    const stop = new AbortController();
    const endless = (signal: AbortSignal) =>
      (async function* () {
        while (!signal.aborted) {
          yield 1;
          await pause(60_000, signal);
        }
      })();
    const stream = abortable([stop.signal], endless);
    await stream.next();
    const waiting = stream.next();
    stop.abort();
    expect((await waiting).done).toBe(true);
    expect((await abortable([stop.signal], endless).next()).done).toBe(true);
  });
});
