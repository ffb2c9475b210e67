import type { SshConfigCandidate, SshConfigScan } from '../../shared/contract/inventory.ts';

/** The aliases that are ticked when the list opens: all that are new. */
export function newAliases(candidates: readonly SshConfigCandidate[]): ReadonlySet<string> {
  return new Set(candidates.filter((candidate) => !candidate.known).map((candidate) => candidate.alias));
}

/** Those whose alias, address, user or file contains the text, in any case. */
export function matching(candidates: readonly SshConfigCandidate[], text: string): readonly SshConfigCandidate[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return candidates;
  return candidates.filter(({ alias, address, user, file }) =>
    [alias, address, user, file].some((field) => field.toLowerCase().includes(wanted)),
  );
}

/** What a scan found, in one sentence. */
export function scanSummary(scan: SshConfigScan): string {
  const fresh = newAliases(scan.candidates).size;
  const known = scan.candidates.length - fresh;
  if (scan.candidates.length === 0) return `No hosts in ${scan.file}.`;
  const files = new Set(scan.candidates.map((candidate) => candidate.file)).size;
  const where = files > 1 ? `${scan.file} and ${files - 1} included ${files === 2 ? 'file' : 'files'}` : scan.file;
  return `${fresh} new ${fresh === 1 ? 'host' : 'hosts'} in ${where}${known > 0 ? `, ${known} already here` : ''}.`;
}
