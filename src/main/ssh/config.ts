import type { SshConfigCandidate } from '../../shared/contract/inventory.ts';
import type { Problem } from '../../shared/errors.ts';

export async function scanSshConfig(_: { file: string; home: string; loginUser: string }): Promise<{
  candidates: Omit<SshConfigCandidate, 'known'>[];
  wildcards: string[];
  problems: Problem[];
}> {
  return { candidates: [], wildcards: [], problems: [] };
}
