/** A line of the table: a host, or the heading of a group. */
export type Item =
  | { readonly kind: 'host'; readonly id: string }
  | { readonly kind: 'group'; readonly key: string; readonly name: string | null; readonly ids: readonly string[] };

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The order of names as people expect it: `web2` before `web10`. */
export function compareNames(left: string, right: string): number {
  return byName.compare(left, right);
}

/**
 * The lines of the table for hosts in their sorted order. Grouped: groups by name, hosts without one last, each group under a heading and
 * its hosts left out while it is folded.
 */
export function itemsOf(
  hosts: readonly { readonly id: string; readonly group: string | null }[],
  grouped: boolean,
  folded: ReadonlySet<string>,
): readonly Item[] {
  if (!grouped) return hosts.map(({ id }) => ({ kind: 'host', id }));
  const groups = new Map<string | null, string[]>();
  for (const { id, group } of hosts) {
    const ids = groups.get(group);
    if (ids) ids.push(id);
    else groups.set(group, [id]);
  }
  const names = [...groups.keys()].sort((left, right) =>
    left === null ? 1 : right === null ? -1 : byName.compare(left, right) || (left < right ? -1 : 1),
  );
  return names.flatMap((name): Item[] => {
    const ids = groups.get(name) ?? [];
    const key = groupKey(name);
    const heading: Item = { kind: 'group', key, name, ids };
    return folded.has(key) ? [heading] : [heading, ...ids.map((id): Item => ({ kind: 'host', id }))];
  });
}

/** A name for a group that no host's id can be. */
function groupKey(name: string | null): string {
  return name === null ? 'group' : `group:${name}`;
}
