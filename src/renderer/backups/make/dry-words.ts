import type { DrySummary } from '../../../shared/contract/backup-jobs.ts';
import { formatBytes } from '../../../shared/units.ts';

/** More of the copy than this is not deleted without a word. */
const muchDeleted = 0.1;

/** What a dry run has found, in a sentence. */
export function dryWords({ created, changed, deleted, bytes }: DrySummary): string {
  if (created + changed + deleted === 0) return 'The copy is as it should be: nothing would be done.';
  const parts = [
    ...(created > 0 ? [`${created.toLocaleString('en')} new`] : []),
    ...(changed > 0 ? [`${changed.toLocaleString('en')} changed`] : []),
    ...(deleted > 0 ? [`${deleted.toLocaleString('en')} deleted`] : []),
  ];
  return `${parts.join(', ')}; ${formatBytes(bytes)} would move.`;
}

/** What must be shouted: the share of the copy that would be deleted; null where it is little. */
export function deletionWarning({ deleted, there }: DrySummary): string | null {
  if (deleted === 0 || deleted <= there * muchDeleted) return null;
  const share = there === 0 ? 100 : Math.min(100, Math.round((deleted / there) * 100));
  return `${deleted.toLocaleString('en')} of ${there.toLocaleString('en')} in the copy would be deleted: ${share} %. Is the source whole, and is this the right destination?`;
}
