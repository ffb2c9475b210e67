import type { DomainAction, DomainRow, XenHost } from '../../../shared/contract/xen.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { Action, Json, Step } from '../../plans/plan.ts';
import { shownWord } from '../../ssh/quote.ts';
import type { Effect } from '../effects.ts';

/** What an action is planned from. `validateAction` has found it possible. */
export interface Planning<K extends DomainAction['action']> {
  readonly action: DomainAction & { readonly action: K };
  readonly row: DomainRow;
  readonly host: XenHost;
  /** For a migration: the host that receives. */
  readonly target?: Destination;
  /** Letters and digits, of this plan alone: what it has built bears it. */
  readonly mark: string;
}

/** A host as another one reaches it. */
export interface Destination {
  readonly host: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
}

export type Planner<K extends DomainAction['action']> = (planning: Planning<K>) => readonly Step[];

/** Where in a command the id of the domain goes. No other word of a command can be this: paths begin with /, names with a letter. */
export const idHere = '@';

/** The domain as a command line would have it: by its name, but by its id where xl would take the name for an id or an option. */
export function shownDomain({ name, load }: DomainRow): string {
  return load.id !== null && /^(?:\d+|-.*|\(null\)|)$/.test(name) ? String(load.id) : shownWord(name);
}

/** A domain's name in a title. */
export function titled(name: string): string {
  return visibleText(name, 60);
}

/** How a step finds its domain when it is done: by uuid at that moment, never by a name that xl may take for something else. */
export function identity(row: DomainRow): { readonly [key: string]: Json } {
  return { key: row.key, uuid: row.facts.uuid, id: row.load.id, name: row.name };
}

export interface CommandOptions {
  /** A domain that is gone is a failure, unless it means that there is nothing left to do. */
  readonly gone?: 'fail' | 'done';
  /** Nothing is left to do for a domain that has (p), or has not (!p), the flag. */
  readonly unless?: 'p' | '!p';
}

/** `xl VERB …` on the domain; `idHere` among the words stands for it. */
export function command(host: XenHost, row: DomainRow, words: readonly string[], options: CommandOptions = {}): Action {
  const { gone = 'fail', unless = '-' } = options;
  return {
    handler: 'xen.domain',
    args: { ...identity(row), tool: host.toolstack, words: [host.toolstack, ...words], gone, unless },
    shown: [host.toolstack, ...words.map((word) => (word === idHere ? shownDomain(row) : shownWord(word)))].join(' '),
  };
}

/** A step that waits until the probe has seen the effect of the one before. */
export function wait(title: string, row: DomainRow, effect: Effect, limitMs: number, host: string = row.host): Step {
  return { title, host, action: { handler: 'xen.wait', args: { ...identity(row), ...effect, limitMs }, shown: '' }, undo: null };
}

export const second = 1000;
export const minute = 60 * second;

/** MiB, as the commands of the toolstack have memory. */
export function mebibytes(bytes: number): string {
  return String(Math.max(1, Math.floor(bytes / 2 ** 20)));
}

/** The file that a domain is saved into where nobody names one. Null where its name cannot be part of a path. */
export function savedStateOf(row: DomainRow): string | null {
  const name = /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}$/.test(row.name) ? row.name : row.facts.uuid;
  return name === null ? null : `/var/lib/xen/save/${name}.save`;
}
