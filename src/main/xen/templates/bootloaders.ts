/** The bootloaders that a template names without a path. */
export const bootloaders: readonly string[] = ['pygrub', 'pvgrub32', 'pvgrub64'];

/** One that runs in the guest: no program of the host, but what xl calls its firmware (xl.cfg(5), "PV and PVH Guest Specific Options"). */
export function isPvgrub(program: string): boolean {
  return program === 'pvgrub32' || program === 'pvgrub64';
}
