import { create } from 'zustand';
import { subscribe } from '../app/client.ts';
import type { PromptsState } from './prompts-state.ts';

/** What waits for a person, fed by `followPrompts`. */
export const usePrompts = create<PromptsState>(() => ({ open: [], later: new Set() }));

/** Feeds the store from the console until the function that it returns is called. */
export function followPrompts(): () => void {
  return subscribe(
    (client, signal) => client.prompts.watch(undefined, { signal }),
    (open) => usePrompts.setState(({ later }) => ({ open, later: new Set(open.flatMap(({ id }) => (later.has(id) ? [id] : []))) })),
  );
}

/** Puts all open questions aside: they wait in the strip above the page. */
export function answerLater(): void {
  usePrompts.setState(({ open }) => ({ later: new Set(open.map(({ id }) => id)) }));
}

/** Shows them again. */
export function answerNow(): void {
  usePrompts.setState({ later: new Set() });
}
