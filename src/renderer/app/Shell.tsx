import { type ReactNode, useEffect } from 'react';
import { InventoryDialogs } from '../inventory/InventoryDialogs.tsx';
import { useConnection } from './connection.ts';
import { openDialog } from './dialogs.ts';
import { KeysDialog } from './KeysDialog.tsx';
import { rememberGo, useKeys } from './keys.ts';
import { Notices } from './Notices.tsx';
import { Palette } from './Palette.tsx';
import { fleetPath, go, settingsPath } from './paths.ts';
import { RefusedPage } from './RefusedPage.tsx';
import classes from './Shell.module.css';
import { TopBar } from './TopBar.tsx';

/** What surrounds every page: the bar, the palette, the dialogs, the keys that work everywhere. */
export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const state = useConnection((connection) => connection.state);
  useEffect(rememberGo, []);
  useKeys({
    'g f': () => go(fleetPath),
    'g s': () => go(settingsPath),
    '?': () => openDialog({ kind: 'keys' }),
  });
  if (state === 'refused') return <RefusedPage />;
  return (
    <div className={classes.shell} data-connection={state}>
      <button type="button" className={classes.skip} onClick={() => document.getElementById('main')?.focus()}>
        Skip to the page
      </button>
      <TopBar />
      <Notices />
      <main id="main" className={classes.page} tabIndex={-1}>
        {children}
      </main>
      <Palette />
      <KeysDialog />
      <InventoryDialogs />
    </div>
  );
}
