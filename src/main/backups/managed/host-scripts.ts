import type { Runner, RunOptions, RunResult } from '../../ssh/session.ts';
import asUser from './scripts/as-user.sh?raw';

const minute = 60_000;

/** Runs a script as the account of a job, in what cron would give it. `root` runs scripts as root. @throws HumError as `Runner.run` */
export function runAsUser(
  root: Pick<Runner, 'run'>,
  user: string,
  script: string,
  args: readonly string[],
  options: RunOptions = { timeoutMs: 2 * minute },
): Promise<RunResult> {
  return root.run(asUser, [user, script, ...args], options);
}

/** as-user.sh: there is no such account. */
export const noSuchAccount = 86;
