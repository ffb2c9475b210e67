import { useEffect } from 'react';
import { create } from 'zustand';
import type { DomainRow, XenEvent } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import { subscribe } from '../app/client.ts';
import { applyXenEvent, type DomainRows, type XenHosts } from './domains.ts';

export interface XenState {
  /** False until the first snapshot. */
  readonly loaded: boolean;
  /** By inventory id. */
  readonly hosts: XenHosts;
  /** By key. */
  readonly domains: DomainRows;
  /** Counts up when domains came, went, or what they are made of changed. */
  readonly roster: number;
  /** Counts up with `roster`, and when a domain or a host changed its state. */
  readonly shape: number;
  /** Why the stream broke, while it is broken though the connection stands. */
  readonly problem: Problem | null;
}

/** Every domain of the fleet, fed while a page that shows domains is open. */
export const useXen = create<XenState>(() => ({
  loaded: false,
  hosts: new Map(),
  domains: new Map(),
  roster: 0,
  shape: 0,
  problem: null,
}));

/** The hosts are asked more often while the stream is open: it is left a while after the last page that needs it, so that going to and fro is free. */
const lingerMs = 15_000;

let readers = 0;
let stop: (() => void) | null = null;
let leaving: ReturnType<typeof setTimeout> | undefined;

/** Keeps the store fed for as long as the component is mounted. */
export function useFollowXen(): void {
  useEffect(() => {
    readers += 1;
    clearTimeout(leaving);
    stop ??= subscribe((client, signal) => client.xen.watch(undefined, { signal }), apply, {
      onProblem: (problem) => useXen.setState({ problem }),
    });
    return () => {
      readers -= 1;
      if (readers > 0) return;
      leaving = setTimeout(() => {
        stop?.();
        stop = null;
      }, lingerMs);
    };
  }, []);
}

function apply(event: XenEvent): void {
  useXen.setState((before) => {
    const { hosts, domains, reach } = applyXenEvent(before.hosts, before.domains, event);
    return {
      loaded: true,
      hosts,
      domains,
      roster: reach === 'roster' ? before.roster + 1 : before.roster,
      shape: reach === 'figures' ? before.shape : before.shape + 1,
      problem: null,
    };
  });
}

/** One domain's row, drawn again only when that domain changes. */
export function useDomain(key: string): DomainRow | undefined {
  return useXen((state) => state.domains.get(key));
}

/** When a host last told of its domains, epoch ms; 0 before it has. A load that has not changed is not sent again: its own time says nothing of its age. */
export function toldAt(host: string): number {
  return useXen.getState().hosts.get(host)?.at ?? 0;
}
