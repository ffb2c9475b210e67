import { IconTerminal2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { shellCount } from './dock.ts';
import classes from './dock-button.module.css';
import { callDock } from './dock-keys.ts';
import { useDock } from './dock-store.ts';

/** Shows and hides the terminals, and says how many there are. */
export function DockButton(): ReactNode {
  const count = useDock(shellCount);
  const shown = useDock((dock) => dock.shown);
  const rang = useDock((dock) => dock.tabs.some((tab) => tab.panes.some((pane) => pane.rang)));
  if (count === 0) return null;
  return (
    <button
      type="button"
      className={classes.button}
      aria-pressed={shown}
      aria-label={`${count} ${count === 1 ? 'terminal' : 'terminals'}${rang ? ', one rang' : ''}`}
      title="Show or hide the terminals (Ctrl-`)"
      data-rang={rang || undefined}
      onClick={callDock}
    >
      <IconTerminal2 size={16} aria-hidden="true" />
      <span className="hum-mono">{count}</span>
    </button>
  );
}
