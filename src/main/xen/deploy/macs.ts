/** The part of a MAC address that is Xen's own (xl-network-configuration(5)). */
export const xenPrefix = '00:16:3e';

/** Addresses from `first` to `last`, in small letters. */
export interface MacRange {
  readonly first: string;
  readonly last: string;
}

export const ofXen: MacRange = { first: `${xenPrefix}:00:00:00`, last: `${xenPrefix}:ff:ff:ff` };

/**
 * A MAC address of a range that is not among `taken` (small letters). Begins at a random one and takes the first that is free; undefined
 * where all are taken. `random` answers so many random bytes.
 */
export function freeMac(
  taken: Pick<ReadonlySet<string>, 'has'>,
  random: (bytes: number) => Uint8Array,
  { first, last }: MacRange = ofXen,
): string | undefined {
  const begin = macNumber(first);
  const space = macNumber(last) - begin + 1;
  const start = random(6).reduce((sum, byte) => sum * 256 + byte, 0);
  for (let step = 0; step < space; step += 1) {
    const mac = macText(begin + ((start + step) % space));
    if (!taken.has(mac)) return mac;
  }
  return undefined;
}

export function isInMacRange(mac: string, { first, last }: MacRange): boolean {
  return macNumber(first) <= macNumber(mac) && macNumber(mac) <= macNumber(last);
}

export function macNumber(mac: string): number {
  return Number.parseInt(mac.replaceAll(':', ''), 16);
}

function macText(number: number): string {
  const digits = number.toString(16).padStart(12, '0');
  return digits.replace(/..(?=.)/g, '$&:');
}
