import type { InventoryHost } from '../../shared/contract/inventory.ts';

/** So many colours are told apart at a glance (dock.module.css). */
export const groupColours = 8;

/** The colour of a group, the same in every window and after every start; null without a group. */
export function groupColour(group: string | null): number | null {
  if (group === null) return null;
  // FNV-1a.
  let hash = 0x811c9dc5;
  for (const character of group) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % groupColours;
}

/** Whether the settings' labels make a host one of production: its group or one of its tags is among them, in whatever case. */
export function isProduction({ group, tags }: Pick<InventoryHost, 'group' | 'tags'>, labels: readonly string[]): boolean {
  const wanted = new Set(labels.map((label) => label.toLowerCase()));
  return [...tags, ...(group === null ? [] : [group])].some((label) => wanted.has(label.toLowerCase()));
}
