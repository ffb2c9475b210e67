import { create } from 'zustand';
import type { PromptView } from '../../shared/contract/prompts.ts';
import { subscribe } from '../app/client.ts';

export interface PromptsState {
  /** Oldest first. It holds questions only: what is typed stays in its field until it is sent. */
  readonly open: readonly PromptView[];
  /** The questions that the person has put aside. */
  readonly later: ReadonlySet<string>;
}

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

/**
 * The question to show: the oldest that was not put aside. While another dialog is open, only one that this dialog has brought about, by
 * its test of a connection (the host `test`): nobody is to type a password into what just came up under their hands.
 */
export function promptToShow({ open, later }: PromptsState, otherDialog: boolean): PromptView | undefined {
  return open.find(({ id, hosts }) => !later.has(id) && (!otherDialog || hosts.some((host) => host.id === 'test')));
}
