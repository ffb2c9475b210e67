import type { DomainState } from '../../shared/contract/xen.ts';
import { domainPath, go } from '../app/paths.ts';
import { useFleet } from '../fleet/store.ts';
import { askAction } from './action-dialog.ts';
import { type ActionKind, actionWords, whichOf } from './action-words.ts';
import { whyNot } from './possible.ts';
import { useXen } from './store.ts';

/** A domain that the palette can go to. Texts are hostile; `text` is what is searched, in lower case. */
export interface FoundDomain {
  readonly key: string;
  readonly name: string;
  readonly hostName: string;
  readonly state: DomainState;
  readonly text: string;
}

/** Every domain that is known, by its name, its host and its uuid. */
export function searchableDomains(): readonly FoundDomain[] {
  const hosts = useFleet.getState().rows;
  return [...useXen.getState().domains.values()].map(({ key, name, host, facts, load }) => {
    const hostName = hosts.get(host)?.host.name ?? host;
    return { key, name, hostName, state: load.state, text: [name, hostName, facts.uuid ?? ''].join(' ').toLowerCase() };
  });
}

const offered: readonly ActionKind[] = ['start', 'shutdown', 'reboot', 'pause', 'unpause', 'destroy'];

/** What can be done now with one domain, for the palette. */
export function domainActions(key: string): readonly { readonly id: string; readonly label: string; readonly run: () => void }[] {
  const row = useXen.getState().domains.get(key);
  if (!row) return [];
  return offered
    .filter((kind) => whyNot(kind, row) === undefined)
    .map((kind) => ({ id: kind, label: `${actionWords[kind].verb} ${whichOf([row])}…`, run: () => askAction(kind, [key]) }));
}

/** Goes to the page of a domain. */
export function openDomain(key: string): void {
  const row = useXen.getState().domains.get(key);
  if (row) go(domainPath(row.host, key));
}
