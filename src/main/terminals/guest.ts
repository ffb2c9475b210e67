import type { DomainRow } from '../../shared/contract/xen.ts';

/** Whom a console belongs to, through its reboots: the uuid stays, the id does not. Without a uuid, the name has to do. */
export interface Guest {
  readonly host: string;
  readonly name: string;
  readonly uuid: string | null;
}

export function guestOf(row: DomainRow): Guest {
  return { host: row.host, name: row.name, uuid: row.facts.uuid };
}
