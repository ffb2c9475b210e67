import { createHook } from 'node:async_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect } from 'vitest';
import type { KnownHosts } from '../../src/main/ssh/known-hosts.ts';

/** Timers that Hum or its SSH library set. Those of the test runner come and go as it likes, and would be taken for leaks. */
const timers = new Map<number, NodeJS.Timeout>();
createHook({
  init(id, kind, _trigger, resource) {
    if (kind === 'Timeout' && /\/src\/main\/|\/node_modules\/ssh2\//.test(new Error().stack ?? ''))
      timers.set(id, resource as NodeJS.Timeout);
  },
  destroy: (id) => void timers.delete(id),
}).enable();

let knownHostsListeners = 0;

/** The same, its listeners counted by `resources`: a session that waits for a key listens, and has to stop. */
export function listenersCounted(knownHosts: KnownHosts): KnownHosts {
  return {
    ...knownHosts,
    onAppend(listener) {
      const off = knownHosts.onAppend(listener);
      knownHostsListeners += 1;
      let listening = true;
      return () => {
        if (listening) knownHostsListeners -= 1;
        listening = false;
        off();
      };
    },
  };
}

/** What keeps the process busy: open sockets, child processes, and timers of ours, by kind; and who listens to what outlives a connection. */
export function resources(): Readonly<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counted[kind] = (counted[kind] ?? 0) + 1;
  counted.Timeout = [...timers.values()].filter((timer) => timer.hasRef()).length;
  counted.listeners = knownHostsListeners + process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  return counted;
}

const kinds = ['TCPSocketWrap', 'Timeout', 'GetAddrInfoReqWrap', 'listeners'] as const;
/** A test may leave servers and agents of its own to the end of its file. */
const ofChildren = ['PipeWrap', 'ProcessWrap'] as const;

/** Waits until nothing is left of what was begun since `before`. */
export async function nothingLeaked(
  before: Readonly<Record<string, number>>,
  counted: readonly string[] = [...kinds, ...ofChildren],
): Promise<void> {
  await expect
    .poll(
      () => {
        const now = resources();
        return counted.flatMap((kind) =>
          (now[kind] ?? 0) > (before[kind] ?? 0) ? [`${kind}: ${before[kind] ?? 0} before, ${now[kind]} now`] : [],
        );
      },
      { timeout: 10_000 },
    )
    .toEqual([]);
}

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes that are in use, after the garbage is gone: buffers that the first round finds to be garbage are given back by the second. */
export function memoryInUse(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** More than any test of one connection leaves with the test runner, and less than what one window of a channel holds and a flood brings. */
const littleBytes = 16 * 1024 * 1024;

/**
 * After each test of the file: no socket, timer, lookup or listener is left, and memory is what it was. To be called before the file's own
 * `afterEach`, which ends what the test began: hooks run in reverse.
 */
export function watchForLeaks(): void {
  let before: Readonly<Record<string, number>>;
  let bytes: number;
  beforeEach(() => {
    before = resources();
    bytes = memoryInUse();
  });
  afterEach(async () => {
    await nothingLeaked(before, kinds);
    expect(memoryInUse() - bytes).toBeLessThan(littleBytes);
  });
}
