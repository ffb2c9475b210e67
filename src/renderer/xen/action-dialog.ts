import { create } from 'zustand';
import type { ActionKind } from './action-words.ts';

/** The action that is asked about, and the keys of the domains. */
export interface AskedAction {
  readonly kind: ActionKind;
  readonly keys: readonly string[];
  /** Counts up, so that asking the same again begins anew. */
  readonly asked: number;
}

/** The one action dialog, or null. */
export const useActionDialog = create<{ readonly open: AskedAction | null }>(() => ({ open: null }));

let asked = 0;

/** Opens the dialog of an action for these domains. */
export function askAction(kind: ActionKind, keys: readonly string[]): void {
  asked += 1;
  useActionDialog.setState({ open: { kind, keys, asked } });
}

/** Closes it. What has been started goes on. */
export function closeAction(): void {
  useActionDialog.setState({ open: null });
}
