import { ipv4Number } from '../templates/readers.ts';

/** Where addresses are drawn from. */
export interface AddressRange {
  /** The first one that may be taken; it counts up from here. */
  readonly first: string;
  /** The last one; that of the network where it is left out. */
  readonly last?: string;
  /** The length of the network's prefix, 1..32. */
  readonly prefix: number;
  readonly gateway: string | null;
}

/**
 * `count` addresses of the network, counting up from the first: neither the network's own nor its broadcast address, not the gateway, and none
 * that is among `taken`. Fewer where the range or the network ends before.
 */
export function drawAddresses(
  { first, last, prefix, gateway }: AddressRange,
  count: number,
  taken: Pick<ReadonlySet<string>, 'has'>,
): string[] {
  const size = 2 ** (32 - prefix);
  const begin = ipv4Number(first);
  const network = begin - (begin % size);
  // In a /31 and a /32 every address is one of a machine (RFC 3021).
  const edge = prefix < 31 ? 1 : 0;
  const end = Math.min(network + size - edge, last === undefined ? Number.POSITIVE_INFINITY : ipv4Number(last) + 1);
  const drawn: string[] = [];
  for (let number = Math.max(begin, network + edge); number < end && drawn.length < count; number += 1) {
    const address = ipv4Text(number);
    if (address !== gateway && !taken.has(address)) drawn.push(address);
  }
  return drawn;
}

/** Every IPv4 address that stands in a text, such as a kernel's command line. */
export function addressesIn(text: string): readonly string[] {
  const found = text.match(/(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g) ?? [];
  return found.filter((address) => address.split('.').every((part) => Number(part) <= 255 && String(Number(part)) === part));
}

function ipv4Text(number: number): string {
  return [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(number / unit) % 256).join('.');
}
