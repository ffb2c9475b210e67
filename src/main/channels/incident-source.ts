import type { Incident, IncidentChange } from '../../shared/incident.ts';

/** Where incidents come from: the rules. */
export interface IncidentSource {
  /** Called after a change is on the disk. Returns the way to stop listening. */
  onChange(listener: (change: IncidentChange) => void): () => void;
  /** The changes after a sequence, in their order; a part of them where there are many. */
  changesSince(sequence: number): readonly { readonly sequence: number; readonly change: IncidentChange }[];
  /** Those that are not resolved. */
  open(): readonly Incident[];
}
