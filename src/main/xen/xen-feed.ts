import type { DomainFacts, DomainLoad, DomainRow, XenEvent, XenHost } from '../../shared/contract/xen.ts';
import { type Bell, pause, settled } from '../stream.ts';
import type { XenHostState } from './xen-host-state.ts';

/** A little more than a quarter of a second, so that no second ever holds five. */
export const patchSpacingMs = 260;

/** What a feed reads; the service keeps it up to date. */
export interface XenState {
  readonly states: () => Iterable<XenHostState>;
  /** Counts every change. */
  readonly revision: number;
  /** The revision at which a host last ceased to be one of Xen. */
  readonly hostsGoneRevision: number;
  readonly bell: Bell;
}

type Patch = XenEvent & { readonly kind: 'patch' };
type Known = { readonly hosts: ReadonlySet<string>; readonly domains: ReadonlySet<string> };

/** First everything, then what changed. A slow reader gets the newest state next, however much it missed. */
export async function* xenFeed(
  state: XenState,
  signal: AbortSignal,
  now: () => number,
  writable: (() => Promise<void>) | undefined,
): AsyncGenerator<XenEvent, void, void> {
  if (writable !== undefined) await settled(writable(), signal);
  if (signal.aborted) return;
  let seen = state.revision;
  const { hosts, domains } = everything(state);
  let known = keysOf(state);
  yield { kind: 'snapshot', at: now(), hosts, domains };
  let sentAt = performance.now();

  while (!signal.aborted) {
    if (state.revision === seen) await state.bell.wait(signal);
    await pause(sentAt + patchSpacingMs - performance.now(), signal);
    if (writable !== undefined) await settled(writable(), signal);
    if (signal.aborted) return;
    const patch = patchSince(state, seen, known, now());
    if (patch.added !== undefined || patch.gone !== undefined || newHost(patch, known)) known = keysOf(state);
    seen = state.revision;
    yield patch;
    sentAt = performance.now();
  }
}

function newHost({ hosts = [], hostsGone = [] }: Patch, known: Known): boolean {
  return hostsGone.length > 0 || hosts.some(({ host }) => !known.hosts.has(host));
}

function everything(state: XenState): { hosts: XenHost[]; domains: DomainRow[] } {
  const hosts: XenHost[] = [];
  const domains: DomainRow[] = [];
  for (const { row, records } of state.states()) {
    if (row !== undefined) hosts.push(row);
    for (const record of records.values()) domains.push(record.row);
  }
  return { hosts, domains };
}

function keysOf(state: XenState): Known {
  const hosts = new Set<string>();
  const domains = new Set<string>();
  for (const { row, records } of state.states()) {
    if (row !== undefined) hosts.add(row.host);
    for (const key of records.keys()) domains.add(key);
  }
  return { hosts, domains };
}

function patchSince(state: XenState, seen: number, known: Known, at: number): Patch {
  const hosts: XenHost[] = [];
  const added: DomainRow[] = [];
  const facts: { key: string; facts: DomainFacts }[] = [];
  const loads: { key: string; load: DomainLoad }[] = [];
  let anyGone = state.hostsGoneRevision > seen;
  for (const { row, hostRevision, goneRevision, records } of state.states()) {
    if (hostRevision <= seen) continue;
    if (row !== undefined) hosts.push(row);
    if (goneRevision > seen) anyGone = true;
    for (const [key, record] of records) {
      if (record.latest <= seen) continue;
      // A domain that came again under a key that the reader has is told whole, too.
      if (record.added > seen) added.push(record.row);
      else {
        if (record.factsRevision > seen) facts.push({ key, facts: record.row.facts });
        if (record.loadRevision > seen) loads.push({ key, load: record.row.load });
      }
    }
  }
  const now = anyGone ? keysOf(state) : known;
  const hostsGone = [...known.hosts].filter((host) => !now.hosts.has(host));
  const gone = anyGone
    ? [...known.domains].filter((key) => !now.domains.has(key) && !hostsGone.some((host) => key.startsWith(`${host}/`)))
    : [];
  return {
    kind: 'patch',
    at,
    ...(hosts.length > 0 ? { hosts } : {}),
    ...(hostsGone.length > 0 ? { hostsGone } : {}),
    ...(added.length > 0 ? { added } : {}),
    ...(facts.length > 0 ? { facts } : {}),
    ...(loads.length > 0 ? { loads } : {}),
    ...(gone.length > 0 ? { gone } : {}),
  };
}
