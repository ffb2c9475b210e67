/**
 * The keys of a host's domains: `<host>/<name>`, the same through reboots. Behind the name stands `#<id>` where the host has it twice or not
 * at all, and where the name itself ends so, that no name can pass for the key of another domain.
 */
export function domainKeys(host: string, domains: readonly { readonly id: number | null; readonly name: string | null }[]): string[] {
  const counts = new Map<string | null, number>();
  for (const { name } of domains) counts.set(name, (counts.get(name) ?? 0) + 1);
  return domains.map(({ id, name }) => {
    const alone = name !== null && counts.get(name) === 1 && !/#(?:\d+|off)$/.test(name);
    return alone ? `${host}/${name}` : `${host}/${name ?? nameless}#${id ?? 'off'}`;
  });
}

/** What xl prints for a domain without a name. */
export const nameless = '(null)';
