import { useEffect } from 'react';
import { create } from 'zustand';
import type { ImageTransfer } from '../../shared/contract/images.ts';
import type { Problem } from '../../shared/errors.ts';
import { subscribe } from '../app/client.ts';
import { sharedStream } from '../app/shared-stream.ts';
import { endedMore } from './image-words.ts';

export interface TransfersState {
  readonly transfers: readonly ImageTransfer[];
  /** Counts up when a transfer ended: the folders may hold something else by then. */
  readonly endings: number;
  /** Of uploads that were cut and that this window goes on with once their host is back. */
  readonly awaited: ReadonlySet<string>;
  readonly problem: Problem | null;
}

/** Copies, uploads and verifications that are under way or ended lately. */
export const useTransfers = create<TransfersState>(() => ({ transfers: [], endings: 0, awaited: new Set(), problem: null }));

const follow = sharedStream(() =>
  subscribe(
    (client, signal) => client.images.watchTransfers(undefined, { signal }),
    (transfers) =>
      useTransfers.setState((before) => ({
        transfers,
        endings: endedMore(before.transfers, transfers) ? before.endings + 1 : before.endings,
        problem: null,
      })),
    { onProblem: (problem) => useTransfers.setState({ problem }) },
  ),
);

/** Keeps the store fed for as long as the component is mounted. */
export function useFollowTransfers(): void {
  useEffect(follow, []);
}
