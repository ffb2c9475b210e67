import type { TableRow } from './domain-table.ts';
import type { RunningDomain } from './running-domain.ts';

/** A domain that is there. */
export interface PresentDomain {
  readonly id: number;
  /** Null where it has none. */
  readonly name: string | null;
  readonly row: TableRow & { readonly id: number };
}

/**
 * The domains of a table, one for each number. A name with line ends can hold what looks like a row: where the toolstack told every
 * domain at length (`complete`), only numbers count that it told; of two rows with one number, the one with that domain's name.
 */
export function presentDomains(rows: readonly TableRow[], running: ReadonlyMap<number, RunningDomain>, complete: boolean): PresentDomain[] {
  const present = new Map<number, PresentDomain>();
  for (const row of rows) {
    const { id } = row;
    if (id === null) continue;
    const told = running.get(id);
    if (complete && told === undefined) continue;
    const name = told === undefined ? row.name : told.name;
    const before = present.get(id);
    if (before !== undefined && (told?.name == null || !told.name.endsWith(row.name))) continue;
    present.set(id, { id, name: name === '' || name === '(null)' ? null : name, row: { ...row, id } });
  }
  return [...present.values()].sort((one, other) => one.id - other.id);
}
