import type { HostResult } from './contract/commands.ts';

/** How it ended on a host, or how it stands there: "exit 0", "killed by KILL". */
export function outcomeWords({ state, code, signal }: Pick<HostResult, 'state' | 'code' | 'signal'>): string {
  switch (state) {
    case 'waiting':
      return 'waiting';
    case 'running':
      return 'running';
    case 'exited':
      return `exit ${code}`;
    case 'killed':
      return signal === null ? 'killed' : `killed by ${signal}`;
    case 'timed-out':
      return 'stopped at its time limit';
    case 'stopped':
      return 'stopped';
    case 'skipped':
      return 'never begun';
    case 'unanswered':
      return 'no answer';
    case 'unknown':
      return 'Hum ended while it ran';
  }
}
