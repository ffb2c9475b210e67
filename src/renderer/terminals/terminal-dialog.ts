import { create } from 'zustand';

/** What a dialog over the terminals is about. */
export type TerminalDialogKind = 'logs' | 'find';

/** The one that is open, or null. */
export const useTerminalDialog = create<{ readonly open: TerminalDialogKind | null; readonly givesFocusBack: boolean }>(() => ({
  open: null,
  givesFocusBack: true,
}));

export function openTerminalDialog(open: TerminalDialogKind): void {
  useTerminalDialog.setState({ open, givesFocusBack: true });
}

/** The focus goes back to where it was, or stays with whatever is shown next. */
export function closeTerminalDialog(givesFocusBack = true): void {
  useTerminalDialog.setState({ open: null, givesFocusBack });
}
