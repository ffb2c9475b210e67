import type { PromptView } from '../../shared/contract/prompts.ts';

export interface PromptsState {
  /** Oldest first. It holds questions only: what is typed stays in its field until it is sent. */
  readonly open: readonly PromptView[];
  /** The questions that the person has put aside. */
  readonly later: ReadonlySet<string>;
}

/**
 * The question to show: the oldest that was not put aside. While another dialog is open, only one that this dialog has brought about, by
 * its test of a connection (the host `test`): nobody is to type a password into what just came up under their hands.
 */
export function promptToShow({ open, later }: PromptsState, otherDialog: boolean): PromptView | undefined {
  return open.find(({ id, hosts }) => !later.has(id) && (!otherDialog || hosts.some((host) => host.id === 'test')));
}
