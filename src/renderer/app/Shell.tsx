import { type ReactNode, useEffect, useState } from 'react';
import { useRemoval } from '../deploy/removal.ts';
import { OutageStrip } from '../fleet/OutageStrip.tsx';
import { PromptStrip } from '../prompts/PromptStrip.tsx';
import { usePrompts } from '../prompts/store.ts';
import { listenForDockKey } from '../terminals/dock-keys.ts';
import { endClosedShells, rememberShells, useDock } from '../terminals/dock-store.ts';
import { useTerminalDialog } from '../terminals/terminal-dialog.ts';
import { useActionDialog } from '../xen/action-dialog.ts';
import { useConnection } from './connection.ts';
import { openDialog, useDialog } from './dialogs.ts';
import { KeysDialog } from './KeysDialog.tsx';
import { rememberGo, useKeys } from './keys.ts';
import { Later, laterPart } from './Later.tsx';
import { Notices } from './Notices.tsx';
import { Palette } from './Palette.tsx';
import {
  activityPath,
  backupsPath,
  channelsPath,
  commandsPath,
  domainsPath,
  fleetPath,
  go,
  imagesPath,
  incidentsPath,
  settingsPath,
  templatesPath,
} from './paths.ts';
import { RefusedPage } from './RefusedPage.tsx';
import classes from './Shell.module.css';
import { TopBar } from './TopBar.tsx';

const actionDialog = laterPart(async () => (await import('../xen/ActionDialog.tsx')).ActionDialog);
const promptDialog = laterPart(async () => (await import('../prompts/PromptDialog.tsx')).PromptDialog);
const removalDialog = laterPart(async () => (await import('../deploy/RemovalDialog.tsx')).RemovalDialog);
const dock = laterPart(async () => (await import('../terminals/Dock.tsx')).Dock);
const terminalDialog = laterPart(async () => (await import('../terminals/TerminalDialog.tsx')).TerminalDialog);
const inventoryDialogs = laterPart(async () => (await import('../inventory/InventoryDialogs.tsx')).InventoryDialogs);

/** What surrounds every page: the bar, the palette, the dialogs, the keys that work everywhere. */
export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  const state = useConnection((connection) => connection.state);
  useEffect(rememberGo, []);
  useEffect(rememberShells, []);
  useEffect(endClosedShells, []);
  useEffect(listenForDockKey, []);
  const covered = useDock((terminals) => terminals.shown && terminals.full);
  useKeys({
    'g f': () => go(fleetPath),
    'g v': () => go(domainsPath),
    'g t': () => go(templatesPath),
    'g i': () => go(imagesPath),
    'g b': () => go(backupsPath),
    'g n': () => go(incidentsPath),
    'g c': () => go(commandsPath),
    'g a': () => go(activityPath),
    'g w': () => go(channelsPath),
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
      <div className={classes.notices}>
        <Notices />
        <OutageStrip />
        <PromptStrip />
      </div>
      <main id="main" className={classes.page} tabIndex={-1} data-covered={covered || undefined}>
        {children}
      </main>
      <Terminals />
      <Palette />
      <KeysDialog />
      <Dialogs />
      <DomainDialog />
      <Questions />
      <Removal />
      <OverTerminals />
    </div>
  );
}

/** The terminals at the bottom, from the first that is opened. */
function Terminals(): ReactNode {
  const any = useDock((terminals) => terminals.tabs.length > 0);
  return any ? <Later part={dock} props={{}} /> : null;
}

/** The dialogs, from the first time that one is opened. They stay mounted so that each can fade out. */
function Dialogs(): ReactNode {
  const open = useDialog(({ dialog }) => dialog !== null && dialog.kind !== 'keys');
  const [wanted, setWanted] = useState(open);
  if (open && !wanted) setWanted(true);
  return wanted ? <Later part={inventoryDialogs} props={{}} /> : null;
}

/** The dialog of an action on domains, likewise. */
function DomainDialog(): ReactNode {
  const open = useActionDialog((state) => state.open !== null);
  const [wanted, setWanted] = useState(open);
  if (open && !wanted) setWanted(true);
  return wanted ? <Later part={actionDialog} props={{}} /> : null;
}

/** The dialog in which hosts ask for a password and the like, from the first question on. */
function Questions(): ReactNode {
  const open = usePrompts((state) => state.open.length > 0);
  const [wanted, setWanted] = useState(open);
  if (open && !wanted) setWanted(true);
  return wanted ? <Later part={promptDialog} props={{}} /> : null;
}

/** The dialog that removes a VM with its disks, likewise. */
function Removal(): ReactNode {
  const open = useRemoval((state) => state.open !== null);
  const [wanted, setWanted] = useState(open);
  if (open && !wanted) setWanted(true);
  return wanted ? <Later part={removalDialog} props={{}} /> : null;
}

/** The dialogs over the terminals, likewise. */
function OverTerminals(): ReactNode {
  const open = useTerminalDialog((state) => state.open !== null);
  const [wanted, setWanted] = useState(open);
  if (open && !wanted) setWanted(true);
  return wanted ? <Later part={terminalDialog} props={{}} /> : null;
}
