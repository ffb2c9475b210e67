import { ActionIcon, Tooltip } from '@mantine/core';
import {
  IconAppWindow,
  IconArrowsDiagonal,
  IconArrowsDiagonalMinimize2,
  IconBellRinging,
  IconBroadcast,
  IconChevronDown,
  IconHistory,
  IconLayoutColumns,
  IconLayoutRows,
  IconListSearch,
  IconPlus,
  IconX,
} from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './dock.module.css';
import { activePane, type Dock, longestName, moved, renamed, stepped, type Tab, withoutTab, withShell, withSplit } from './dock.ts';
import { changeDock, toggleTogether } from './dock-store.ts';
import { openOwnWindow } from './own-window.ts';
import { openTerminalDialog } from './terminal-dialog.ts';
import { useHostMark } from './use-host-mark.ts';

/** The tabs of the dock, and what can be done with the one that is seen. */
export function DockTabs({ dock }: { readonly dock: Dock }): ReactNode {
  const pane = activePane(dock);
  return (
    <div className={classes.bar}>
      <div role="tablist" aria-label="Terminals" className={classes.tabs} onKeyDown={onTabKey}>
        {dock.tabs.map((tab) => (
          <DockTab
            key={tab.id}
            tab={tab}
            current={tab.id === dock.current}
            together={tab.panes.some(({ id }) => dock.together?.includes(id))}
          />
        ))}
      </div>
      <div className={classes.tools}>
        <Tool
          label="Another shell on this host"
          keys="Ctrl-Shift-E"
          onClick={() => pane?.replay === null && changeDock((before) => withShell(before, pane.host, pane.directory))}
        >
          <IconPlus size={16} />
        </Tool>
        <Tool label="Split: side by side" keys="Ctrl-Shift-Enter" onClick={() => changeDock((before) => withSplit(before, 'beside'))}>
          <IconLayoutColumns size={16} />
        </Tool>
        <Tool label="Split: one below the other" onClick={() => changeDock((before) => withSplit(before, 'below'))}>
          <IconLayoutRows size={16} />
        </Tool>
        <Tool label="Find in all terminals" keys="Ctrl-Shift-G" onClick={() => openTerminalDialog('find')}>
          <IconListSearch size={16} />
        </Tool>
        <Tool label="Session logs" onClick={() => openTerminalDialog('logs')}>
          <IconHistory size={16} />
        </Tool>
        <Tool
          label={dock.together === null ? 'Type into several shells at once' : 'Type into one shell again'}
          keys="Ctrl-Shift-B"
          pressed={dock.together !== null}
          onClick={toggleTogether}
        >
          <IconBroadcast size={16} />
        </Tool>
        <Tool label="In a window of its own" keys="Ctrl-Shift-O" onClick={() => pane?.replay === null && openOwnWindow(pane)}>
          <IconAppWindow size={16} />
        </Tool>
        {dock.alone ? null : <PlaceTools full={dock.full} />}
      </div>
    </div>
  );
}

/** Where the terminals are in the page. */
function PlaceTools({ full }: { readonly full: boolean }): ReactNode {
  return (
    <>
      <Tool
        label={full ? 'Back to the bottom of the page' : 'Over the whole page'}
        keys="Ctrl-Shift-M"
        onClick={() => changeDock((before) => ({ ...before, full: !before.full }))}
      >
        {full ? <IconArrowsDiagonalMinimize2 size={16} /> : <IconArrowsDiagonal size={16} />}
      </Tool>
      <Tool label="Hide the terminals" keys="Ctrl-`" onClick={() => changeDock((before) => ({ ...before, shown: false }))}>
        <IconChevronDown size={16} />
      </Tool>
    </>
  );
}

interface ToolProps {
  readonly label: string;
  readonly keys?: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function Tool({ label, keys, pressed, onClick, children }: ToolProps): ReactNode {
  return (
    <Tooltip label={keys === undefined ? label : `${label} (${keys})`}>
      <ActionIcon variant={pressed ? 'filled' : 'subtle'} color={pressed ? 'grape' : 'gray'} size={28} aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

/** The id in the page of a tab and of what it shows. */
export const tabId = (id: number) => `terminal-tab-${id}`;
export const panelId = (id: number) => `terminal-panel-${id}`;

/** One being dragged, of which a browser tells nothing until it is dropped. */
let dragged: number | null = null;

interface DockTabProps {
  readonly tab: Tab;
  readonly current: boolean;
  /** What is typed into others goes here too. */
  readonly together: boolean;
}

function DockTab({ tab, current, together }: DockTabProps): ReactNode {
  const [renaming, setRenaming] = useState(false);
  const mark = useHostMark(tab.panes[0].host);
  const second = useHostMark((tab.panes[1] ?? tab.panes[0]).host);
  const name = tab.name === null ? mark.name : visibleText(tab.name, longestName);
  const rang = tab.panes.some((pane) => pane.rang);
  const production = mark.production || second.production;
  if (renaming) return <NameField tab={tab} suggested={name} onDone={() => setRenaming(false)} />;
  return (
    <div
      role="presentation"
      className={classes.tab}
      data-current={current || undefined}
      data-production={production || undefined}
      data-colour={mark.colour ?? undefined}
    >
      <button
        type="button"
        role="tab"
        id={tabId(tab.id)}
        aria-controls={panelId(tab.id)}
        aria-selected={current}
        tabIndex={current ? 0 : -1}
        className={classes.tabName}
        title={mark.address ?? undefined}
        draggable
        onDragStart={() => {
          dragged = tab.id;
        }}
        onDragOver={(event) => {
          if (dragged !== null) event.preventDefault();
        }}
        onDrop={() => {
          const from = dragged;
          dragged = null;
          if (from !== null) changeDock((dock) => moved(dock, from, tab.id));
        }}
        onAuxClick={(event) => {
          if (event.button === 1) changeDock((dock) => withoutTab(dock, tab.id));
        }}
        onClick={() => changeDock((dock) => ({ ...dock, current: tab.id }))}
        onDoubleClick={() => setRenaming(true)}
        onKeyDown={(event) => {
          if (event.key === 'F2') setRenaming(true);
          else if (event.key === 'Delete') changeDock((dock) => withoutTab(dock, tab.id));
        }}
      >
        <span className={classes.dot} aria-hidden="true" />
        <span className={`hum-mono ${classes.tabText}`}>{name}</span>
        {production ? <span className={classes.mark}>prod</span> : null}
        {together ? <IconBroadcast size={14} className={classes.togetherMark} role="img" aria-label="Typed into together" /> : null}
        {rang ? <IconBellRinging size={14} role="img" aria-label="It rang" /> : null}
      </button>
      {/* For the pointer alone: a list of tabs holds nothing but tabs, and Delete closes the one that has the keyboard. */}
      <button
        type="button"
        tabIndex={-1}
        aria-hidden="true"
        className={classes.tabClose}
        title="Close"
        onClick={() => changeDock((dock) => withoutTab(dock, tab.id))}
      >
        <IconX size={14} />
      </button>
    </div>
  );
}

interface NameFieldProps {
  readonly tab: Tab;
  readonly suggested: string;
  readonly onDone: () => void;
}

function NameField({ tab, suggested, onDone }: NameFieldProps): ReactNode {
  return (
    <input
      className={`hum-mono ${classes.rename}`}
      aria-label="Name of the terminal"
      maxLength={longestName}
      defaultValue={tab.name ?? ''}
      placeholder={suggested}
      // biome-ignore lint/a11y/noAutofocus: it takes the place of the tab that had the focus
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onBlur={(event) => {
        const name = event.currentTarget.value;
        changeDock((dock) => renamed(dock, tab.id, name));
        onDone();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.value = tab.name ?? '';
        if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
        event.stopPropagation();
      }}
    />
  );
}

/** WAI-ARIA's tabs: the arrows go from one to the next. */
function onTabKey(event: KeyboardEvent<HTMLElement>): void {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by === undefined || !(event.target instanceof HTMLElement) || event.target.role !== 'tab') return;
  event.preventDefault();
  event.stopPropagation();
  changeDock((dock) => stepped(dock, by));
}
