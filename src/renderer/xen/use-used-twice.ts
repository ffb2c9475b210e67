import type { DomainRows } from './domains.ts';
import { useXen } from './store.ts';
import { findUsedTwice, type UsedTwice } from './twice.ts';

let roster = -1;
let found: ReadonlyMap<string, readonly UsedTwice[]> = new Map();

/** What domains share that they should have alone, looked for again only when what domains are made of changed. */
export function usedTwice(state: { readonly roster: number; readonly domains: DomainRows }): ReadonlyMap<string, readonly UsedTwice[]> {
  if (state.roster !== roster) {
    roster = state.roster;
    found = findUsedTwice(state.domains.values());
  }
  return found;
}

/** The same, for a component. */
export function useUsedTwice(): ReadonlyMap<string, readonly UsedTwice[]> {
  return useXen(usedTwice);
}
