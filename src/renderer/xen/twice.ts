import type { DomainRow } from '../../shared/contract/xen.ts';

/** A name or a MAC address that other domains of the fleet have too. */
export interface UsedTwice {
  readonly kind: 'name' | 'mac';
  readonly value: string;
  /** The keys of the other domains. */
  readonly others: readonly string[];
}

/** What xl prints for a domain that has no name. */
const noName = '(null)';

/**
 * What each domain shares with others that it should have alone, by key; domains that share nothing are not in it. Dom0 has its name on
 * every host. A MAC address counts once for each domain, however many of its interfaces have it.
 */
export function findUsedTwice(rows: Iterable<DomainRow>): ReadonlyMap<string, readonly UsedTwice[]> {
  const names = new Map<string, string[]>();
  const macs = new Map<string, string[]>();
  for (const { key, name, facts } of rows) {
    if (facts.control) continue;
    if (name !== '' && name !== noName) add(names, name, key);
    for (const { mac } of facts.vifs) if (mac !== null) add(macs, mac.toLowerCase(), key);
  }
  const found = new Map<string, UsedTwice[]>();
  collect(found, 'name', names);
  collect(found, 'mac', macs);
  return found;
}

function add(byValue: Map<string, string[]>, value: string, key: string): void {
  const keys = byValue.get(value);
  if (!keys) byValue.set(value, [key]);
  else if (keys.at(-1) !== key) keys.push(key);
}

function collect(found: Map<string, UsedTwice[]>, kind: UsedTwice['kind'], byValue: ReadonlyMap<string, readonly string[]>): void {
  for (const [value, keys] of byValue) {
    if (keys.length < 2) continue;
    for (const key of keys) {
      const shared = { kind, value, others: keys.filter((other) => other !== key) };
      const before = found.get(key);
      if (before) before.push(shared);
      else found.set(key, [shared]);
    }
  }
}
