import { Modal } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { closeDialog, type Dialog, useDialog } from '../app/dialogs.ts';
import { AddHostDialog } from './AddHostDialog.tsx';
import { EditHostsDialog } from './EditHostsDialog.tsx';
import { EditTagsDialog } from './EditTagsDialog.tsx';
import { FileImportDialog } from './FileImportDialog.tsx';
import { SshConfigDialog } from './SshConfigDialog.tsx';
import { TrustKeysDialog } from './TrustKeysDialog.tsx';

type InventoryDialog = Exclude<Dialog, { readonly kind: 'keys' }>;

const titles: Readonly<Record<InventoryDialog['kind'], string>> = {
  'add-host': 'Add a host',
  'edit-hosts': 'Edit hosts',
  'edit-tags': 'Tags',
  'import-ssh-config': 'Import from SSH configuration',
  'import-file': 'Import an inventory file',
  'trust-keys': 'Host keys',
};

/** Wide where there is a table to read. */
const sizes: Readonly<Record<InventoryDialog['kind'], number>> = {
  'add-host': 640,
  'edit-hosts': 640,
  'edit-tags': 480,
  'import-ssh-config': 840,
  'import-file': 720,
  'trust-keys': 920,
};

/** Forms that a stray click must not throw away. */
const typedInto: ReadonlySet<Dialog['kind']> = new Set(['add-host', 'edit-hosts', 'edit-tags']);

/** The dialog of the inventory that is open, whoever opened it (app/dialogs.ts). */
export function InventoryDialogs(): ReactNode {
  const open = useDialog((state) => (state.dialog?.kind === 'keys' ? null : state.dialog));
  const shown = useRef<InventoryDialog | null>(null);
  // The modal notes what had the focus, to give it back, when it opens, but not when it is there open from the first.
  const [mounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  const openings = useRef(0);
  // While it fades out the dialog still shows what it was about. One that is opened meanwhile begins anew.
  if (open && open !== shown.current) {
    shown.current = open;
    openings.current += 1;
  }
  const dialog = shown.current;
  return (
    <Modal
      opened={mounted && open !== null}
      onClose={closeDialog}
      title={dialog ? titleOf(dialog) : ''}
      size={dialog ? sizes[dialog.kind] : 640}
      yOffset="8vh"
      closeOnClickOutside={dialog === null || !typedInto.has(dialog.kind)}
    >
      {dialog ? <Content key={openings.current} dialog={dialog} /> : null}
    </Modal>
  );
}

function titleOf(dialog: InventoryDialog): string {
  return dialog.kind === 'edit-hosts' && dialog.ids.length === 1 ? 'Edit host' : titles[dialog.kind];
}

function Content({ dialog }: { readonly dialog: InventoryDialog }): ReactNode {
  switch (dialog.kind) {
    case 'add-host':
      return <AddHostDialog />;
    case 'edit-hosts':
      return <EditHostsDialog ids={dialog.ids} />;
    case 'edit-tags':
      return <EditTagsDialog ids={dialog.ids} />;
    case 'import-ssh-config':
      return <SshConfigDialog />;
    case 'import-file':
      return <FileImportDialog />;
    case 'trust-keys':
      return <TrustKeysDialog ids={dialog.ids} />;
  }
}
