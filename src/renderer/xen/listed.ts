import type { DomainRow } from '../../shared/contract/xen.ts';
import type { UsedTwice } from './twice.ts';

/** A domain as a line shows it: its row, and what is known of it from elsewhere. */
export interface DomainCell extends DomainRow {
  /** As people call its host. Hostile text. */
  readonly hostName: string;
  readonly tags: readonly string[];
  readonly twice: readonly UsedTwice[];
}
