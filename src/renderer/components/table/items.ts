import { compareNames } from '../compare-names.ts';

/** A line of a table: one of its things, or the heading of a group. */
export type Item =
  | { readonly kind: 'row'; readonly id: string }
  | { readonly kind: 'group'; readonly key: string; readonly name: string | null; readonly ids: readonly string[] };

/**
 * The lines of a table for rows in their sorted order. Grouped: groups by name, rows without one last, each group under a heading and its
 * rows left out while it is folded.
 */
export function itemsOf(
  rows: readonly { readonly id: string; readonly group: string | null }[],
  grouped: boolean,
  folded: ReadonlySet<string>,
): readonly Item[] {
  if (!grouped) return rows.map(({ id }) => ({ kind: 'row', id }));
  const groups = new Map<string | null, string[]>();
  for (const { id, group } of rows) {
    const ids = groups.get(group);
    if (ids) ids.push(id);
    else groups.set(group, [id]);
  }
  const names = [...groups.keys()].sort((left, right) =>
    left === null ? 1 : right === null ? -1 : compareNames(left, right) || (left < right ? -1 : 1),
  );
  return names.flatMap((name): Item[] => {
    const ids = groups.get(name) ?? [];
    const key = groupKey(name);
    const heading: Item = { kind: 'group', key, name, ids };
    return folded.has(key) ? [heading] : [heading, ...ids.map((id): Item => ({ kind: 'row', id }))];
  });
}

/** A name for a group that no row's id can be: neither an inventory id nor the key of a domain has a colon before its slash. */
function groupKey(name: string | null): string {
  return name === null ? 'group' : `group:${name}`;
}
