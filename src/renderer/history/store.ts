import { create } from 'zustand';
import type { HistoryState } from '../../shared/contract/history.ts';
import { subscribe } from '../app/client.ts';

/** How the history does, as the console tells it; null until it did. */
export const useHistory = create<{ readonly state: HistoryState | null }>(() => ({ state: null }));

/** Feeds the store until the function that it returns is called. */
export function followHistory(): () => void {
  return subscribe(
    (client, signal) => client.history.watch(undefined, { signal }),
    (state) => useHistory.setState({ state }),
  );
}
