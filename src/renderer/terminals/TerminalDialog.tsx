import { Modal } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { FindAll } from './FindAll.tsx';
import { SessionLogs } from './SessionLogs.tsx';
import { closeTerminalDialog, type TerminalDialogKind, useTerminalDialog } from './terminal-dialog.ts';

const titles: Readonly<Record<TerminalDialogKind, string>> = { logs: 'Session logs', find: 'Find in all terminals' };

/** The dialog over the terminals that is open, whoever opened it. */
export function TerminalDialog(): ReactNode {
  const { open, givesFocusBack } = useTerminalDialog();
  const last = useRef<TerminalDialogKind>('logs');
  // While it fades out the dialog still shows what it was about.
  if (open !== null) last.current = open;
  // The modal notes what had the focus, to give it back, when it opens, but not when it is there open from the first.
  const [mounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  return (
    <Modal
      opened={mounted && open !== null}
      onClose={() => closeTerminalDialog()}
      returnFocus={givesFocusBack}
      title={titles[last.current]}
      size={840}
      yOffset="8vh"
    >
      {last.current === 'logs' ? <SessionLogs /> : <FindAll />}
    </Modal>
  );
}
