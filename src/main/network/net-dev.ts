/** Counters of one interface since it came up, in bytes. */
export interface InterfaceCounters {
  readonly name: string;
  readonly received: number;
  readonly transmitted: number;
}

/** A host with thousands of containers has thousands of interfaces; more than this is no host. */
const maxInterfaces = 10_000;

/** The kernel counts in 64 bits. */
const maxCounter = 2 ** 64;
const isCounter = (value: number) => value >= 0 && value <= maxCounter;

/** Reads /proc/net/dev (proc_pid_net(5)). Old kernels leave no space between the colon and a large first counter. */
export function parseNetDev(text: string): InterfaceCounters[] {
  const found: InterfaceCounters[] = [];
  for (const line of text.split('\n', maxInterfaces)) {
    const colon = line.lastIndexOf(':');
    if (colon < 0) continue;
    const counters = line
      .slice(colon + 1)
      .trim()
      .split(/ +/);
    const received = Number(counters[0]);
    const transmitted = Number(counters[8]);
    if (counters.length >= 16 && isCounter(received) && isCounter(transmitted))
      found.push({ name: line.slice(0, colon).trim(), received, transmitted });
  }
  return found;
}
