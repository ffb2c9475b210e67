import { type ReactNode, useEffect } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { useConnection } from '../app/connection.ts';
import { RefusedPage } from '../app/RefusedPage.tsx';
import { useTitle } from '../app/use-title.ts';
import { Dock } from './Dock.tsx';
import { activePane } from './dock.ts';
import { listenForDockKey } from './dock-keys.ts';
import { changeDock, closedShellsEnded, endClosedShells, useDock } from './dock-store.ts';
import classes from './own-window.module.css';
import { ownDock, type OwnWindow as Wanted } from './own-window-address.ts';
import { TerminalDialog } from './TerminalDialog.tsx';
import { useHostMark } from './use-host-mark.ts';

/** A window with terminals and nothing else. It ends with the last of them. */
export function OwnWindow({ wanted }: { readonly wanted: Wanted }): ReactNode {
  const refused = useConnection((connection) => connection.state === 'refused');
  const any = useDock((dock) => dock.tabs.length > 0);
  const pane = useDock(activePane);
  const mark = useHostMark(pane?.host ?? wanted.host);
  useTitle(visibleText(pane?.title ? `${mark.name}: ${pane.title}` : mark.name, 120));
  // Before the window's end, which waits for what it begins.
  useEffect(endClosedShells, []);
  useEffect(() => {
    changeDock(() => ownDock(wanted));
    return useDock.subscribe((dock, before) => {
      if (before.tabs.length > 0 && dock.tabs.length === 0) void closeOnceEnded();
    });
  }, [wanted]);
  useEffect(listenForDockKey, []);
  if (refused) return <RefusedPage />;
  return (
    <>
      <main id="main" tabIndex={-1} className={classes.window}>
        {any ? <Dock /> : null}
      </main>
      <TerminalDialog />
    </>
  );
}

async function closeOnceEnded(): Promise<void> {
  if (await closedShellsEnded()) window.close();
}
