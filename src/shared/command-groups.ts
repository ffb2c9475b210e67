import type { HostResult } from './contract/commands.ts';

/** Hosts on which a command ended alike: equal output, equal exit status. */
export interface CommandGroup {
  /** Names the group for as long as the run is looked at. */
  readonly key: string;
  /** In the order of the run; what is said of the first holds for all but their times. */
  readonly hosts: readonly [HostResult, ...HostResult[]];
  readonly well: boolean;
}

export interface GroupedResults {
  /** What failed first, then what stands alone; the largest last, whatever it is. */
  readonly groups: readonly CommandGroup[];
  /** What the others are compared with: the largest group; undefined while there is none. */
  readonly largest: CommandGroup | undefined;
  /** Hosts of which no result was heard. */
  readonly silent: readonly HostResult[];
  readonly skipped: readonly HostResult[];
  readonly running: readonly HostResult[];
  readonly waiting: readonly HostResult[];
}

/** Whether the command exited with 0. */
export function isWell({ state, code }: Pick<HostResult, 'state' | 'code'>): boolean {
  return state === 'exited' && code === 0;
}

/** Whether the host is done with, well or not. */
export function hasEnded({ state }: Pick<HostResult, 'state'>): boolean {
  return state !== 'waiting' && state !== 'running';
}

/** The results as ClusterShell's MsgTree puts them: equal ones together. */
export function groupResults(results: readonly HostResult[]): GroupedResults {
  const inState = (...states: HostResult['state'][]) => results.filter(({ state }) => states.includes(state));
  const alike = new Map<string, [HostResult, ...HostResult[]]>();
  for (const result of inState('exited', 'killed', 'timed-out', 'stopped')) {
    const { state, code, signal, output, problem } = result;
    const key = JSON.stringify([state, code, signal, output, problem?.code]);
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [result]);
    else group.push(result);
  }
  const groups = [...alike].map(([key, hosts]): CommandGroup => ({ key, hosts, well: isWell(hosts[0]) }));
  // The order of the run decides between equals, so that nothing jumps.
  const [largest] = groups.toSorted((left, right) => right.hosts.length - left.hosts.length || Number(right.well) - Number(left.well));
  const others = groups.filter((group) => group !== largest);
  others.sort((left, right) => Number(left.well) - Number(right.well) || left.hosts.length - right.hosts.length);
  return {
    groups: largest === undefined ? [] : [...others, largest],
    largest,
    silent: inState('unanswered', 'unknown'),
    skipped: inState('skipped'),
    running: inState('running'),
    waiting: inState('waiting'),
  };
}
