import { parametersOf } from '../../shared/command-parameters.ts';
import type { CommandDraft } from '../../shared/contract/commands.ts';
import { compareNames } from '../components/compare-names.ts';
import { matches } from '../fleet/match.ts';
import { parseQuery } from '../fleet/query.ts';
import type { FleetRow, FleetRows } from '../fleet/rows.ts';

/** A command that is being written. */
export interface Composer extends Omit<CommandDraft, 'timeLimitMs'> {
  /** What stands in the field that finds hosts. */
  readonly filter: string;
  /** Seconds; what stands in the fields may be no number. */
  readonly timeLimit: number | string;
}

/**
 * What a selection is called at `now` (epoch ms): the filter that it answers, a tag or a group that is just it, a host's name, or that it
 * was made by hand.
 */
export function selectionName(hosts: readonly string[], rows: FleetRows, filter: string, now: number): string {
  const chosen = new Set(hosts);
  const isJust = (test: (row: FleetRow) => boolean) => {
    let count = 0;
    for (const row of rows.values()) {
      if (!test(row)) continue;
      if (!chosen.has(row.id)) return false;
      count += 1;
    }
    return count === chosen.size;
  };
  const [only] = hosts;
  const one = only === undefined ? undefined : rows.get(only)?.host;
  if (hosts.length === 1 && one !== undefined) return plain(one.name);
  if (filter.trim() !== '') {
    const query = parseQuery(filter);
    if (query.errors.length === 0 && isJust((row) => matches(query, row, now))) return plain(filter);
  }
  const tag = one?.tags.find((each) => isJust(({ host }) => host.tags.includes(each)));
  if (tag !== undefined) return `tag:${tag}`;
  if (one?.group != null && isJust(({ host }) => host.group === one.group)) return plain(`group:${one.group}`);
  return isJust(() => true) ? 'every host of the fleet' : 'selected by hand';
}

/** As the contract takes a name. */
function plain(name: string): string {
  return name
    .replace(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 200)
    .toWellFormed();
}

/**
 * The hosts that answer a filter at `now` (epoch ms), in the order of their names; none for one that is empty or not understood, which
 * would leave more of them than is meant.
 */
export function hostsOf(filter: string, rows: FleetRows, now: number): readonly FleetRow[] {
  const query = parseQuery(filter);
  if (query.terms.length === 0 || query.errors.length > 0) return [];
  return [...rows.values()].filter((row) => matches(query, row, now)).sort((left, right) => compareNames(left.host.name, right.host.name));
}

/** The command as the console wants it, or why it cannot be run yet. */
export function draftOf(composer: Composer): CommandDraft | string {
  const { text, hosts, where, as, timeLimit, atOnce, canary, values } = composer;
  if (hosts.length === 0) return 'Choose the hosts first.';
  if (text.trim() === '') return 'Write a command first.';
  if (text.includes('\0')) return 'No command of Unix can hold a NUL character.';
  const seconds = Number(timeLimit);
  if (timeLimit === '' || !(seconds >= 1 && seconds <= 86_400)) return 'The time limit is 1 to 86,400 seconds.';
  if (!Number.isInteger(atOnce) || atOnce < 1 || atOnce > 256) return '1 to 256 hosts can run it at once.';
  if (!Number.isInteger(canary) || canary < 0 || canary > 10_000) return 'The canary is a number of hosts.';
  const named = Object.fromEntries(parametersOf(text).map((name) => [name, values[name] ?? '']));
  return { text, values: named, hosts: [...hosts], where, as, timeLimitMs: Math.round(seconds * 1000), atOnce, canary };
}
