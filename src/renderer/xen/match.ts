import type { DomainRow, DomainState } from '../../shared/contract/xen.ts';
import { compare } from '../components/query-numbers.ts';
import { domainStateLooks, isUp } from './domain-states.ts';
import { diskRate, networkRate, uptimeOf } from './figures.ts';
import type { DomainQuery, DomainTerm } from './query.ts';
import type { Flag, NumberField, TextField } from './query-fields.ts';

/** What the filter must know beside the row. */
export interface Surroundings {
  /** Of the domain's host: as people call it. */
  readonly hostName: string;
  readonly group: string | null;
  readonly tags: readonly string[];
  /** Shares a name or a MAC address with another domain. */
  readonly twice: boolean;
  /** The console's clock, epoch ms. */
  readonly now: number;
}

/** Whether a domain answers the query. A figure that it does not have matches no comparison. */
export function domainMatches(query: DomainQuery, row: DomainRow, around: Surroundings): boolean {
  return query.terms.every((term) => holds(term, row, around) !== term.negated);
}

function holds(term: DomainTerm, row: DomainRow, around: Surroundings): boolean {
  switch (term.kind) {
    case 'text':
      return [row.name, around.hostName, domainStateLooks[row.load.state].word, ...around.tags].some((text) =>
        text.toLowerCase().includes(term.text),
      );
    case 'field':
      return term.values.some((value) => textsOf(term.field, row, around).some((text) => fits(text.toLowerCase(), value, term.field)));
    case 'is':
      return term.any.some((word) => isSo(word, row, around));
    case 'number': {
      const value = figureFor(term.field, row, around.now);
      return value !== null && compare(value, term.comparison, term.value, term.unit);
    }
  }
}

function textsOf(field: TextField, { name, facts }: DomainRow, { hostName, group, tags }: Surroundings): readonly string[] {
  switch (field) {
    case 'name':
      return [name];
    case 'host':
      return [hostName];
    case 'group':
      return [group ?? ''];
    case 'tag':
      return tags;
    case 'type':
      return [facts.type ?? ''];
    case 'uuid':
      return [facts.uuid ?? ''];
    case 'mac':
      return facts.vifs.map((vif) => vif.mac ?? '');
    case 'bridge':
      return facts.vifs.map((vif) => vif.bridge ?? '');
    case 'disk':
      return facts.disks.map((disk) => disk.target);
    case 'kernel':
      return [facts.kernel ?? facts.bootloader ?? ''];
  }
}

const wholeWords: ReadonlySet<TextField> = new Set(['tag', 'group', 'type', 'bridge']);

/** Tags, groups, types and bridges are whole words, with `*` for any end; the rest is looked for inside. */
function fits(text: string, value: string, field: TextField): boolean {
  if (!wholeWords.has(field)) return text.includes(value);
  return value.endsWith('*') ? text.startsWith(value.slice(0, -1)) : text === value;
}

function isSo(word: Flag | DomainState, { facts, load }: DomainRow, { twice }: Surroundings): boolean {
  switch (word) {
    case 'up':
      return isUp(load.state);
    case 'autostart':
      return facts.autostart;
    case 'configured':
      return facts.configFile !== null || facts.control;
    case 'differs':
      return facts.differs.length > 0;
    case 'twice':
      return twice;
    case 'dom0':
      return facts.control;
    default:
      return load.state === word;
  }
}

function figureFor(field: NumberField, row: DomainRow, now: number): number | null {
  const { facts, load } = row;
  switch (field) {
    case 'mem':
      return load.state === 'off' ? null : load.memory;
    case 'max':
      return facts.memoryMax;
    case 'cpu':
      return load.cpuUsed;
    case 'vcpus':
      return load.vcpus;
    case 'net':
      return networkRate(load);
    case 'io':
      return diskRate(load);
    case 'uptime':
      return uptimeOf(row, now);
    case 'id':
      return load.id;
  }
}
