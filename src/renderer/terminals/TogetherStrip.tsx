import { IconBroadcast } from '@tabler/icons-react';
import type { MouseEvent, ReactNode } from 'react';
import classes from './dock.module.css';
import { awakePanes, type Dock, joined, type Pane } from './dock.ts';
import { changeDock, toggleTogether } from './dock-store.ts';
import { backToShell } from './pass-along.ts';
import { useHostMark } from './use-host-mark.ts';

/** While one types into several shells at once: which they are, which could join, and the way out. */
export function TogetherStrip({ dock }: { readonly dock: Dock }): ReactNode {
  const { together } = dock;
  if (together === null) return null;
  return (
    <section className={classes.strip} aria-label="Typing into several shells">
      <IconBroadcast size={16} aria-hidden="true" />
      <strong role="status">
        {together.length === 1 ? 'Typing goes into 1 shell:' : `Typing goes into ${together.length} shells at once:`}
      </strong>
      <ul>
        {awakePanes(dock).map((pane) => (
          <li key={pane.id}>
            <Member pane={pane} joins={together.includes(pane.id)} />
          </li>
        ))}
      </ul>
      <button type="button" className={classes.end} onClick={then(toggleTogether)}>
        End <kbd className="hum-key">Ctrl Shift B</kbd>
      </button>
    </section>
  );
}

function Member({ pane, joins }: { readonly pane: Pane; readonly joins: boolean }): ReactNode {
  const mark = useHostMark(pane.host);
  return (
    <button
      type="button"
      className={`hum-mono ${classes.member}`}
      aria-pressed={joins}
      onClick={then(() => changeDock((dock) => joined(dock, pane.id, !joins)))}
    >
      {mark.name}
      {mark.production ? <span className={classes.mark}>prod</span> : null}
    </button>
  );
}

/** After a click one goes on typing; whoever came here by the keyboard stays. */
function then(act: () => void): (event: MouseEvent) => void {
  return ({ detail }) => {
    act();
    if (detail > 0) backToShell();
  };
}
