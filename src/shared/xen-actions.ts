import type { DomainAction } from './contract/xen.ts';

/** What a person has to type before an action is done: nothing, the name of the one domain, or how many they are. */
export type Confirmation = { readonly kind: 'none' } | { readonly kind: 'name' | 'count'; readonly expected: string };

/** Actions that take a running guest away without asking it. */
const destructive: ReadonlySet<DomainAction['action']> = new Set(['destroy']);

/** Both sides ask this: the dialog for what to show, the console before it acts. */
export function confirmationFor(action: DomainAction['action'], names: readonly string[]): Confirmation {
  const [name] = names;
  if (!destructive.has(action) || name === undefined) return { kind: 'none' };
  return names.length === 1 ? { kind: 'name', expected: name } : { kind: 'count', expected: String(names.length) };
}
