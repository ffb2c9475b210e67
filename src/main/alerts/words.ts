import { isBeyond, type RuleKind, type RuleSettings, ruleValue } from '../../shared/alert-rules.ts';
import type { RuleScope } from '../../shared/contract/alerts.ts';
import type { Incident, Severity } from '../../shared/incident.ts';
import { formatDuration } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { shownWord } from '../ssh/quote.ts';

/** What is told of a figure beside itself: hostile text. */
export interface Circumstances {
  readonly host: string;
  readonly part: string | null;
  readonly kind: RuleKind;
  readonly settings: RuleSettings;
  readonly setAt: RuleScope | null;
  readonly severity: Severity;
  readonly value: number;
  /** Of a forecast its band, of a host that is out of reach why. */
  readonly detail: string | null;
}

type Words = Pick<Incident, 'level' | 'summary' | 'why' | 'clears' | 'lookAt'>;

/** What an incident says of itself. */
export function wordsOf(circumstances: Circumstances): Words {
  const { kind, settings, severity, setAt, part } = circumstances;
  const levels = settings[severity];
  const level = levels?.set ?? null;
  const lowest = settings.warning ?? settings.critical;
  return {
    level,
    summary: visibleText(summaryOf(circumstances, level), 300),
    why: `${whyOf(circumstances, level)} The rule is ${placeOf(setAt)}.`,
    clears: lowest === null ? 'It clears when the rule is removed.' : clearsOf(kind, settings, lowest.clear),
    lookAt: part === null ? kind.lookAt : kind.lookAt.map((each) => each.replace('MOUNT', () => shownWord(part))),
  };
}

function summaryOf({ host, part, kind, value, detail }: Circumstances, level: number | null): string {
  const where = part === null ? host : `${host}, ${part}`;
  switch (kind.id) {
    case 'memory-forecast':
      return `${where} runs out of memory in about ${ruleValue(kind.unit, value)}${detail === null ? '' : ` (${detail})`}`;
    case 'oom-kill': {
      const count = Math.round(value);
      return `${where}: ${count === 1 ? 'a process was' : `${count} processes were`} killed for lack of memory`;
    }
    case 'disk-space':
      return `${where}: ${ruleValue(kind.unit, value)} full${detail === null ? '' : `, ${detail}`}`;
    case 'packet-loss':
      return `${where}: ${ruleValue(kind.unit, value)} of the TCP segments sent had to be sent again${detail === null ? '' : `; ${detail}`}`;
    case 'host-unreachable':
      return `${where} has been out of reach for ${ruleValue(kind.unit, value)}${detail === null ? '' : `: ${detail}`}`;
    case 'jump-host':
      return `The jump host ${part ?? ''} has been out of reach for ${ruleValue(kind.unit, value)}${detail === null ? '' : `; ${detail}`}`;
    case 'backup-failed':
    case 'backup-overdue':
      return `${host}: the backup ${part ?? ''} ${kind.id === 'backup-failed' ? 'failed' : 'is overdue'}${detail === null ? '' : `. ${detail}`}`;
    default:
      return `${where}: ${kind.name.toLowerCase()} ${ruleValue(kind.unit, value)}${level === null ? '' : `, ${isBeyond(kind, value, level) ? '' : 'was '}${beyond(kind)} ${ruleValue(kind.unit, level)}`}`;
  }
}

const beyond = (kind: RuleKind) => (kind.worse === 'higher' ? 'at or above' : 'at or below');

function whyOf({ kind, settings }: Circumstances, level: number | null): string {
  const least = level === null ? '' : ruleValue(kind.unit, level);
  if (kind.id === 'host-unreachable') return `No figures came from it for ${least} or longer.`;
  if (kind.id === 'jump-host') return `Nothing behind it could be reached for ${least} or longer.`;
  if (kind.id === 'oom-kill') return 'The kernel killed a process because no memory was left.';
  if (kind.id === 'backup-failed') return 'Its last run did not end well.';
  if (kind.id === 'backup-overdue') return 'It should have ended well by now.';
  const { averageMs, forMs, hits, of } = settings;
  const figure = averageMs > 0 ? `The average of ${formatDuration(averageMs)}` : 'The figure';
  const often = of > 1 ? ` in ${hits} of the last ${of} samples` : '';
  const long = forMs > 0 ? ` for ${formatDuration(forMs)}` : '';
  return `${figure} was ${beyond(kind)} ${level === null ? 'its level' : ruleValue(kind.unit, level)}${often}${long}.`;
}

function clearsOf(kind: RuleKind, { clearForMs }: RuleSettings, clear: number): string {
  const side = kind.worse === 'higher' ? 'at or below' : 'at or above';
  if (kind.id === 'oom-kill') return 'It clears once no process was killed for 15 minutes.';
  if (kind.id === 'host-unreachable' || kind.id === 'jump-host') return `It clears once it has answered for ${formatDuration(clearForMs)}.`;
  if (kind.id === 'backup-failed' || kind.id === 'backup-overdue') return 'It clears with the next run that ends well.';
  return `It clears once it has been ${side} ${ruleValue(kind.unit, clear)} for ${formatDuration(clearForMs)}.`;
}

/** Where a rule was set, as it reads after "The rule is". */
export function placeOf(scope: RuleScope | null): string {
  if (scope === null) return 'Hum’s own';
  if (scope.kind === 'fleet') return 'that of the fleet';
  return scope.kind === 'group' ? `that of the group ${visibleText(scope.group, 64)}` : 'the host’s own';
}
