import { createHook } from 'node:async_hooks';
import { expect } from 'vitest';

/** Timers that Hum or its SSH library set. Those of the test runner come and go as it likes, and would be taken for leaks. */
const timers = new Map<number, NodeJS.Timeout>();
createHook({
  init(id, kind, _trigger, resource) {
    if (kind === 'Timeout' && /\/src\/main\/|\/node_modules\/ssh2\//.test(new Error().stack ?? ''))
      timers.set(id, resource as NodeJS.Timeout);
  },
  destroy: (id) => void timers.delete(id),
}).enable();

/** What keeps the process busy: open sockets, child processes, and timers of ours, by kind. */
export function resources(): Readonly<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counted[kind] = (counted[kind] ?? 0) + 1;
  counted.Timeout = [...timers.values()].filter((timer) => timer.hasRef()).length;
  return counted;
}

const kinds = ['TCPSocketWrap', 'PipeWrap', 'Timeout', 'ProcessWrap', 'GetAddrInfoReqWrap'] as const;

/** Waits until nothing is left of what was begun since `before`. */
export async function nothingLeaked(before: Readonly<Record<string, number>>): Promise<void> {
  await expect
    .poll(
      () => {
        const now = resources();
        return kinds.flatMap((kind) =>
          (now[kind] ?? 0) > (before[kind] ?? 0) ? [`${kind}: ${before[kind] ?? 0} before, ${now[kind]} now`] : [],
        );
      },
      { timeout: 10_000 },
    )
    .toEqual([]);
}
