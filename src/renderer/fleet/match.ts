import { stateLooks } from '../components/host-states.ts';
import { compare } from '../components/query-numbers.ts';
import { memoryRatio, swapRatio } from './figures.ts';
import type { Query, Term, TextField } from './query.ts';
import type { FleetRow } from './rows.ts';

/** Whether a row answers the query at `now` (the console's clock, epoch ms). A figure that a host does not have matches no comparison. */
export function matches(query: Query, row: FleetRow, now: number): boolean {
  return query.terms.every((term) => holds(term, row, now) !== term.negated);
}

function holds(term: Term, row: FleetRow, now: number): boolean {
  switch (term.kind) {
    case 'text':
      return searchable(row).some((text) => text.toLowerCase().includes(term.text));
    case 'field':
      return term.values.some((value) => fieldTexts(term.field, row).some((text) => fits(text.toLowerCase(), value, term.field)));
    case 'state':
      return term.states.includes(row.status.state);
    case 'number': {
      const value = figureFor(term, row, now);
      return value !== undefined && compare(value, term.comparison, term.value, term.unit);
    }
  }
}

function searchable({ host, status }: FleetRow): readonly string[] {
  return [host.name, host.address, host.group ?? '', ...host.tags, stateLooks[status.state].word];
}

function fieldTexts(field: TextField, { host, status, system }: FleetRow): readonly string[] {
  switch (field) {
    case 'name':
      return [host.name];
    case 'address':
      return [host.address];
    case 'group':
      return [host.group ?? ''];
    case 'tag':
      return host.tags;
    case 'user':
      return [host.user];
    case 'system':
      return [system ?? ''];
    case 'problem':
      return status.problem ? [status.problem.code, status.problem.message] : [];
  }
}

/** A tag, a group and a user are whole words, with `*` for any end; the rest is looked for inside. */
function fits(text: string, value: string, field: TextField): boolean {
  if (field !== 'tag' && field !== 'group' && field !== 'user') return text.includes(value);
  return value.endsWith('*') ? text.startsWith(value.slice(0, -1)) : text === value;
}

function figureFor(term: Term & { kind: 'number' }, { live }: FleetRow, now: number): number | undefined {
  if (!live) return undefined;
  switch (term.field) {
    case 'mem':
      return term.unit === 'bytes' ? live.memoryUsed : memoryRatio(live);
    case 'swap':
      return term.unit === 'bytes' ? live.swapUsed : swapRatio(live);
    case 'pressure':
      return live.pressureSome ?? undefined;
    case 'cpu':
      return live.cpuUsed ?? undefined;
    case 'load':
      return live.load1;
    case 'age':
      return now - live.sampledAt;
    case 'uptime':
      return live.uptimeMs;
    case 'total':
      return live.memoryTotal;
    case 'cores':
      return live.cores;
  }
}
