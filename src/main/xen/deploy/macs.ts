import { HumError } from '../../../shared/errors.ts';

/** The part of a MAC address that is Xen's own (xl-network-configuration(5)). */
export const xenPrefix = '00:16:3e';

const space = 2 ** 24;

/**
 * A MAC address in Xen's range that is not among `taken` (small letters). Begins at a random one and takes the first that is free.
 * `random` answers so many random bytes.
 * @throws HumError `conflict` when all are taken
 */
export function freeMac(taken: Pick<ReadonlySet<string>, 'has'>, random: (bytes: number) => Uint8Array): string {
  const first = random(3).reduce((sum, byte) => sum * 256 + byte, 0);
  for (let step = 0; step < space; step += 1) {
    const mac = macOf((first + step) % space);
    if (!taken.has(mac)) return mac;
  }
  throw new HumError({
    code: 'conflict',
    message: `Every MAC address in ${xenPrefix} is taken.`,
    hint: 'Give the VM one of your own in the template.',
  });
}

function macOf(number: number): string {
  const bytes = [number >> 16, number >> 8, number].map((byte) => (byte & 255).toString(16).padStart(2, '0'));
  return `${xenPrefix}:${bytes.join(':')}`;
}
