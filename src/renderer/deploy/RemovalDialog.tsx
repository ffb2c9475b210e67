import { Modal } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { RemovalAsk } from './RemovalAsk.tsx';
import { RemovalProgress } from './RemovalProgress.tsx';
import { type AskedRemoval, closeRemoval, useRemoval } from './removal.ts';

/** Removes a VM with what belongs to it: what would go, then how it goes. */
export function RemovalDialog(): ReactNode {
  const open = useRemoval((state) => state.open);
  const shown = useRef<AskedRemoval | null>(null);
  const [started, setStarted] = useState<{ readonly plan: string; readonly asked: number } | null>(null);
  // The modal notes what had the focus, to give it back, when it opens, but not when it is there open from the first.
  const [mounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  if (open) shown.current = open;
  const removal = shown.current;
  const plan = removal && started?.asked === removal.asked ? started.plan : null;
  return (
    <Modal
      opened={mounted && open !== null}
      onClose={closeRemoval}
      title={removal ? `Remove ${visibleText(removal.name, 80)}` : ''}
      size={760}
      yOffset="8vh"
      closeOnClickOutside={false}
    >
      {removal === null ? null : plan !== null ? (
        <RemovalProgress key={plan} plan={plan} />
      ) : (
        <RemovalAsk key={removal.asked} removal={removal} onStarted={(id) => setStarted({ plan: id, asked: removal.asked })} />
      )}
    </Modal>
  );
}
