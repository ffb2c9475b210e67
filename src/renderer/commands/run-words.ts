import type { HostResult, RunState, RunView } from '../../shared/contract/commands.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { hostCount } from '../components/host-count.ts';
import { formatTook } from '../plans/plan-looks.ts';

/** The first line of a command that says something, and that there are more. Safe to show. */
export function firstLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  const [first = text.trim()] = lines;
  return `${visibleText(first.trim(), 160)}${lines.length > 1 ? ' …' : ''}`;
}

/** How loud it is: `live` moves, `good` went well, `warn` and `bad` want to be looked at. */
export type RunTone = 'quiet' | 'live' | 'good' | 'warn' | 'bad';

/** Where a run stands. */
export function runLook({ state, well, failed }: Pick<RunView, 'state' | 'well' | 'failed'>): {
  readonly word: string;
  readonly tone: RunTone;
} {
  const words: Readonly<Record<RunState, { readonly word: string; readonly tone: RunTone }>> = {
    running: { word: 'Under way', tone: 'live' },
    asking: { word: 'Needs a decision', tone: 'warn' },
    done: failed === 0 ? { word: 'Done', tone: 'good' } : { word: well === 0 ? 'Failed' : 'Failed on some', tone: 'bad' },
    stopped: { word: 'Stopped', tone: 'warn' },
    interrupted: { word: 'Interrupted', tone: 'warn' },
    failed: { word: 'Failed', tone: 'bad' },
  };
  return words[state];
}

/** "12 well, 2 failed, 3 to come". */
export function tally({ hosts, well, failed, endedAt }: Pick<RunView, 'hosts' | 'well' | 'failed' | 'endedAt'>): string {
  const rest = hosts - well - failed;
  const parts = [`${well.toLocaleString('en')} well`];
  if (failed > 0) parts.push(`${failed.toLocaleString('en')} failed`);
  if (rest > 0) parts.push(`${rest.toLocaleString('en')} ${endedAt === null ? 'to come' : 'not begun'}`);
  return parts.join(', ');
}

/** "0.2–3.4 s": how long it took on these hosts. */
export function tookRange(results: readonly HostResult[]): string {
  const took = results.flatMap(({ tookMs }) => (tookMs === null ? [] : [tookMs]));
  if (took.length === 0) return '';
  const [least, most] = [formatTook(Math.min(...took)), formatTook(Math.max(...took))];
  return least === most ? most : `${least} – ${most}`;
}

/** "14 hosts: tag:web". Safe to show. */
export function selectionWords({ hosts, where }: Pick<RunView, 'hosts' | 'where'>): string {
  return `${hostCount(hosts)}: ${visibleText(where, 200)}`;
}
