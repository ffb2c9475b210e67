import type { NagiosProblem } from '../../../shared/contract/channels.ts';
import { visibleText } from '../../../shared/visible-text.ts';

/** What a Nagios says of itself. Epoch ms. */
export interface NagiosStatus {
  readonly writtenAt: number | null;
  readonly problems: readonly NagiosProblem[];
  /** Problems beyond those. */
  readonly over: number;
}

const hostStates: Readonly<Record<string, NagiosProblem['state']>> = { '1': 'down', '2': 'unreachable' };
const serviceStates: Readonly<Record<string, NagiosProblem['state']>> = { '1': 'warning', '2': 'critical', '3': 'unknown' };

/** Reads blocks of status.dat (`servicestatus {`, a line `key=value` each, `}`), as read-status.sh hands them on. What is none is passed over. */
export function readStatusDat(text: string): NagiosStatus {
  const problems: NagiosProblem[] = [];
  let writtenAt: number | null = null;
  let over = 0;
  let kind = '';
  let fields = new Map<string, string>();
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const [, begun] = /^([a-z]+) \{$/.exec(line) ?? [];
    if (begun !== undefined) {
      kind = begun;
      fields = new Map();
    } else if (line === '}') {
      if (kind === 'info') writtenAt = seconds(fields.get('created'));
      const problem = problemOfBlock(kind, fields);
      if (problem !== undefined) problems.push(problem);
      kind = '';
    } else if (kind !== '') {
      const at = line.indexOf('=');
      if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1));
    } else {
      const [, count] = /^over (\d{1,9})$/.exec(line) ?? [];
      if (count !== undefined) over = Number(count);
    }
  }
  return { writtenAt, problems, over };
}

function problemOfBlock(kind: string, fields: ReadonlyMap<string, string>): NagiosProblem | undefined {
  const states = kind === 'hoststatus' ? hostStates : kind === 'servicestatus' ? serviceStates : undefined;
  const state = states?.[fields.get('current_state') ?? ''];
  const host = fields.get('host_name');
  if (state === undefined || host === undefined) return undefined;
  return {
    host: visibleText(host, 200),
    service: kind === 'hoststatus' ? null : visibleText(fields.get('service_description') ?? '', 200),
    state,
    hard: fields.get('state_type') !== '0',
    output: visibleText(fields.get('plugin_output') ?? '', 500),
    since: seconds(fields.get('last_state_change')),
    checkedAt: seconds(fields.get('last_check')),
    acknowledged: fields.get('problem_has_been_acknowledged') === '1',
    downtime: Number(fields.get('scheduled_downtime_depth') ?? 0) > 0,
  };
}

/** Nagios has seconds, and 0 for never. */
function seconds(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,11}$/.test(text) ? Number(text) * 1000 : null;
}

const order: readonly NagiosProblem['state'][] = ['down', 'critical', 'unreachable', 'warning', 'unknown'];

/** Those that nobody has in hand first, then the worst, then the newest. */
export function worstFirst(problems: readonly NagiosProblem[]): readonly NagiosProblem[] {
  const inHand = ({ acknowledged, downtime }: NagiosProblem) => Number(acknowledged || downtime);
  return problems.toSorted(
    (left, right) =>
      inHand(left) - inHand(right) || order.indexOf(left.state) - order.indexOf(right.state) || (right.since ?? 0) - (left.since ?? 0),
  );
}
