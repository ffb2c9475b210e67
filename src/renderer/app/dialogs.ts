import { create } from 'zustand';

/** A dialog that the inventory owns, and what it is about. `ids` are inventory ids. */
export type Dialog =
  | { readonly kind: 'add-host' }
  | { readonly kind: 'edit-hosts'; readonly ids: readonly string[] }
  | { readonly kind: 'edit-tags'; readonly ids: readonly string[] }
  | { readonly kind: 'import-ssh-config' }
  | { readonly kind: 'import-file' }
  | { readonly kind: 'trust-keys'; readonly ids: readonly string[] }
  | { readonly kind: 'keys' };

/** The one dialog that is open, or null. `keys` (the list of keyboard shortcuts) is drawn by the shell, the rest by the inventory. */
export const useDialog = create<{ readonly dialog: Dialog | null }>(() => ({ dialog: null }));

/** Opens a dialog in place of the one that is open. */
export function openDialog(dialog: Dialog): void {
  useDialog.setState({ dialog });
}

/** Closes whichever dialog is open; what was typed into it is lost. */
export function closeDialog(): void {
  useDialog.setState({ dialog: null });
}
