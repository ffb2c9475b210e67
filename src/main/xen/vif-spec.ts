import type { Vif } from '../../shared/contract/xen.ts';

/** What a vif of xl.cfg(5) says, by its keys: xl-network-configuration(5). A later key wins, as in xl. */
export type VifKeys = ReadonlyMap<string, string>;

/** Reads `mac=…, bridge=…`. Words without `=` are kept as keys with an empty value. */
export function parseVif(spec: string): VifKeys {
  const keys = new Map<string, string>();
  for (const part of spec.split(',')) {
    const word = part.trim();
    if (word === '') continue;
    const equals = word.indexOf('=');
    if (equals < 0) keys.set(word, '');
    else keys.set(word.slice(0, equals).trim(), word.slice(equals + 1).trim());
  }
  return keys;
}

/** Writes keys as a vif. A value that the syntax cannot hold, one with a comma, is left out. */
export function writeVif(keys: VifKeys): string {
  const held = [...keys].filter(([, value]) => !value.includes(',') && value === value.trim());
  return held.map(([key, value]) => (value === '' ? key : `${key}=${value}`)).join(', ');
}

/** The vif as the contract has it. */
export function vifOf(keys: VifKeys): Vif {
  return {
    mac: keys.get('mac')?.toLowerCase() ?? null,
    bridge: keys.get('bridge') ?? null,
    script: keys.get('script') ?? null,
    model: keys.get('model') ?? null,
    ip: keys.get('ip') ?? null,
  };
}
