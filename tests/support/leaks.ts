import { expect } from 'vitest';

/** What keeps the process busy: open sockets, timers, child processes, by kind. */
export function resources(): Readonly<Record<string, number>> {
  const counted: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counted[kind] = (counted[kind] ?? 0) + 1;
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
