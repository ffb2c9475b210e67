import { Modal } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { ActionAsk } from './ActionAsk.tsx';
import { ActionProgress } from './ActionProgress.tsx';
import { type AskedAction, closeAction, useActionDialog } from './action-dialog.ts';
import { actionWords, whichOf } from './action-words.ts';
import { leaveBatch } from './batches.ts';
import { useXen } from './store.ts';

/** An action on one domain or many: what it would do, then how it goes. */
export function ActionDialog(): ReactNode {
  const open = useActionDialog((state) => state.open);
  const shown = useRef<AskedAction | null>(null);
  const [batch, setBatch] = useState<{ readonly id: string; readonly asked: number } | null>(null);
  // The modal notes what had the focus, to give it back, when it opens, but not when it is there open from the first.
  const [mounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  if (open) shown.current = open;
  const action = shown.current;
  const running = action && batch?.asked === action.asked ? batch : null;
  const close = () => {
    if (running) leaveBatch(running.id);
    closeAction();
  };
  return (
    <Modal
      opened={mounted && open !== null}
      onClose={close}
      title={action ? titleOf(action) : ''}
      size={760}
      yOffset="8vh"
      closeOnClickOutside={false}
    >
      {action === null ? null : running ? (
        <ActionProgress key={running.id} batch={running.id} onClose={close} />
      ) : (
        <ActionAsk key={action.asked} action={action} onClose={close} onStarted={(id) => setBatch({ id, asked: action.asked })} />
      )}
    </Modal>
  );
}

function titleOf({ kind, keys }: AskedAction): string {
  const { domains } = useXen.getState();
  return `${actionWords[kind].verb} ${whichOf(keys.map((key) => domains.get(key) ?? { name: key.slice(key.indexOf('/') + 1) }))}`;
}
