/** Counters of one interface since it came up: bytes, and packets that came to grief. */
export interface InterfaceCounters {
  readonly name: string;
  readonly received: number;
  readonly transmitted: number;
  /** Of the card and its line: frames that were damaged, or did not fit. */
  readonly receiveErrors: number;
  readonly transmitErrors: number;
  /**
   * Thrown away for "lack of resources or unsupported protocol" (rx_dropped of if_link.h, to which /proc adds rx_missed_errors): frames that nobody
   * wanted are among them.
   */
  readonly receiveDrops: number;
  readonly transmitDrops: number;
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
    const words = line
      .slice(colon + 1)
      .trim()
      .split(/ +/);
    // Received: bytes, packets, errs, drop, fifo, frame, compressed, multicast; then what was sent.
    const [received, , receiveErrors, receiveDrops, , , , , transmitted, , transmitErrors, transmitDrops] = words.map(Number);
    const counters = { received, transmitted, receiveErrors, transmitErrors, receiveDrops, transmitDrops };
    if (words.length >= 16 && areCounters(counters)) found.push({ name: line.slice(0, colon).trim(), ...counters });
  }
  return found;
}

type Counters = Omit<InterfaceCounters, 'name'>;

function areCounters(counters: Readonly<Record<keyof Counters, number | undefined>>): counters is Counters {
  return Object.values(counters).every((value) => value !== undefined && isCounter(value));
}
