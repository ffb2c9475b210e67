import { useCallback, useEffect, useState } from 'react';
import type { SshConfigScan } from '../../shared/contract/inventory.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';

export interface SshConfigView {
  readonly scan: SshConfigScan | null;
  readonly problem: Problem | null;
  /** Reads the files again; what was read before stays until then. */
  readonly rescan: () => void;
}

/** What `~/.ssh/config` of the console's account names. */
export function useSshConfig(): SshConfigView {
  const [scan, setScan] = useState<SshConfigScan | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const read = useCallback(async () => {
    try {
      setScan(await client.inventory.scanSshConfig());
      setProblem(null);
    } catch (error) {
      setProblem(problemFrom(error));
    }
  }, []);
  useEffect(() => void read(), [read]);
  return { scan, problem, rescan: () => void read() };
}
