import { useEffect } from 'react';
import { create } from 'zustand';
import type { ChannelsState } from '../../shared/contract/channels.ts';
import type { Problem } from '../../shared/errors.ts';
import { subscribe } from '../app/client.ts';
import { sharedStream } from '../app/shared-stream.ts';

/** The channels as the console has them; null until they came. `problem`: why the stream broke. */
export const useChannels = create<{ readonly state: ChannelsState | null; readonly problem: Problem | null }>(() => ({
  state: null,
  problem: null,
}));

const follow = sharedStream(() =>
  subscribe(
    (client, signal) => client.channels.watch(undefined, { signal }),
    (state) => useChannels.setState({ state, problem: null }),
    { onProblem: (problem) => useChannels.setState({ problem }) },
  ),
);

/** Keeps the store fed for as long as the component is mounted. */
export function useFollowChannels(): void {
  useEffect(follow, []);
}
