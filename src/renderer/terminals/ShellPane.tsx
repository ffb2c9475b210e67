import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { FilesButton } from '../files/FilesButton.tsx';
import { uploadFiles } from '../files/transfers.ts';
import classes from './dock.module.css';
import { activated, changedPane, type Pane, withoutPane } from './dock.ts';
import { onDockKey } from './dock-keys.ts';
import { changeDock, useDock } from './dock-store.ts';
import { findable } from './find-all.ts';
import { LogButton } from './LogButton.tsx';
import { shellOn } from './open-shell.ts';
import { listenAlong, passAlong } from './pass-along.ts';
import { Replay } from './Replay.tsx';
import { Terminal, type TerminalFiles, type TerminalHandle, type TerminalReports } from './Terminal.tsx';
import { type HostMark, useHostMark } from './use-host-mark.ts';

interface ShellPaneProps {
  readonly pane: Pane;
  /** Whether it is seen. */
  readonly shown: boolean;
  /** Whether it has the keyboard when its tab is seen. */
  readonly active: boolean;
  /** Whether it shares its tab. */
  readonly shared: boolean;
}

/** One shell with the line above it that says whose it is. */
export function ShellPane({ pane, shown, active, shared }: ShellPaneProps): ReactNode {
  const mark = useHostMark(pane.host);
  const handle = useRef<TerminalHandle>(null);
  const together = useDock((dock) => dock.together?.includes(pane.id) === true);
  const [log, setLog] = useState<string | null>(null);
  const close = () => changeDock((dock) => withoutPane(dock, pane.id));
  if (pane.replay !== null) return <Replay pane={pane.id} log={pane.replay} shown={shown} focused={shown && active} />;
  return (
    <div
      className={classes.pane}
      data-production={mark.production || undefined}
      data-active={(active && shared) || undefined}
      data-colour={mark.colour ?? undefined}
      data-together={together || undefined}
      onFocusCapture={() => {
        if (!active) changeDock((dock) => activated(dock, pane.id));
      }}
    >
      <div className={classes.band}>
        {together ? <span className={classes.together}>Typed into together</span> : null}
        {mark.production ? <span className={classes.production}>Production</span> : null}
        <span className={`hum-mono ${classes.host}`}>{mark.name}</span>
        {mark.keepsShells === 'no' ? null : (
          <Tooltip label={`It goes on in ${mark.keepsShells} on the host when the connection is cut, and ends when it is closed here.`}>
            <span className={classes.group}>in {mark.keepsShells}</span>
          </Tooltip>
        )}
        {mark.forwardsAgent ? (
          <Tooltip label="While this connection stands, root on this host can log in elsewhere with the keys of your SSH agent.">
            <span className={classes.group}>agent forwarded</span>
          </Tooltip>
        ) : null}
        {mark.group === null ? null : <span className={classes.group}>{mark.group}</span>}
        <span className={`hum-mono ${classes.where}`}>{visibleText(pane.directory ?? mark.address ?? '', 300)}</span>
        <span className={`hum-mono ${classes.title}`}>{visibleText(pane.title, 120)}</span>
        {pane.asleep ? null : (
          <>
            <FilesButton host={pane.host} name={mark.name} directory={pane.directory} selection={() => handle.current?.selection() ?? ''} />
            <LogButton log={log} size={22} onClick={() => handle.current?.toggleLog()} />
            <Tooltip label="Find (Ctrl-Shift-F)">
              <ActionIcon
                variant="subtle"
                color="gray"
                size={22}
                aria-label="Find in this terminal"
                onClick={() => handle.current?.search()}
              >
                <IconSearch size={14} />
              </ActionIcon>
            </Tooltip>
          </>
        )}
        {shared ? (
          <Tooltip label="Close this half (Ctrl-Shift-Q)">
            <ActionIcon variant="subtle" color="gray" size={22} aria-label={`Close the half of ${mark.name}`} onClick={close}>
              <IconX size={14} />
            </ActionIcon>
          </Tooltip>
        ) : null}
      </div>
      {pane.asleep ? (
        <Asleep pane={pane} mark={mark} focused={shown && active} onClose={close} />
      ) : (
        <Awake pane={pane} mark={mark} shown={shown} focused={shown && active} handle={handle} onClose={close} onLog={setLog} />
      )}
    </div>
  );
}

interface AwakeProps {
  readonly pane: Pane;
  readonly mark: HostMark;
  readonly shown: boolean;
  readonly focused: boolean;
  readonly handle: React.RefObject<TerminalHandle | null>;
  readonly onClose: () => void;
  readonly onLog: (log: string | null) => void;
}

function Awake({ pane, mark, shown, focused, handle, onClose, onLog }: AwakeProps): ReactNode {
  const { id, host, kept } = pane;
  const open = useMemo(() => shellOn(host, kept, () => directoryOf(id)), [host, kept, id]);
  const files = useMemo<TerminalFiles>(
    () => ({ directory: () => directoryOf(id), upload: (into, chosen) => uploadFiles(host, into, chosen) }),
    [host, id],
  );
  const reports = useMemo<TerminalReports>(
    () => ({
      title: (title) => changeDock((dock) => changedPane(dock, id, { title: title.slice(0, 200) })),
      directory: (directory) => {
        if (directoryOf(id) !== directory) changeDock((dock) => changedPane(dock, id, { directory }));
      },
      bell: () => {
        const dock = useDock.getState();
        const seen = dock.shown && dock.tabs.some((tab) => tab.id === dock.current && tab.panes.some((each) => each.id === id));
        if (!seen) changeDock((before) => changedPane(before, id, { rang: true }));
      },
    }),
    [id],
  );
  useEffect(
    () => findable(id, { lines: () => handle.current?.lines() ?? [], search: (text) => handle.current?.search(text) }),
    [id, handle],
  );
  useEffect(() => {
    if (focused) handle.current?.focus();
  }, [focused, handle]);
  useEffect(() => listenAlong(id, handle), [id, handle]);
  return (
    <Terminal
      open={open}
      label={`Shell on ${mark.name}`}
      who="host"
      shown={shown}
      handle={handle}
      onKey={onDockKey}
      onLeave={() => document.getElementById('main')?.focus()}
      onClose={onClose}
      reports={reports}
      onInput={(kind, text) => passAlong(id, kind, text)}
      files={files}
      onLog={onLog}
    />
  );
}

function directoryOf(id: number): string | null {
  const panes = useDock.getState().tabs.flatMap((tab) => [...tab.panes]);
  return panes.find((pane) => pane.id === id)?.directory ?? null;
}

interface AsleepProps {
  readonly pane: Pane;
  readonly mark: HostMark;
  readonly focused: boolean;
  readonly onClose: () => void;
}

/** A shell of before a restart: nothing is connected until a person says so. */
function Asleep({ pane, mark, focused, onClose }: AsleepProps): ReactNode {
  const connect = useRef<HTMLButtonElement>(null);
  const known = mark.address !== null;
  useEffect(() => {
    if (focused) connect.current?.focus({ preventScroll: true });
  }, [focused]);
  return (
    <section className={classes.asleep} aria-label={`Shell on ${mark.name}`}>
      <p>
        A shell on <span className="hum-mono">{mark.name}</span> was open here
        {pane.directory === null ? '' : ' in '}
        {pane.directory === null ? null : <span className="hum-mono">{visibleText(pane.directory, 300)}</span>}.{' '}
        {mark.keepsShells === 'no'
          ? 'What ran in it ended with the window.'
          : `What runs in it goes on in ${mark.keepsShells}, if it was begun there: open it again to come back to it.`}
      </p>
      <div className={classes.answers}>
        {/* Not `disabled`: the keyboard may rest on it before the fleet is known. */}
        <Button
          ref={connect}
          size="compact-sm"
          {...(known ? {} : { 'data-disabled': true })}
          aria-disabled={!known}
          onClick={() => known && changeDock((dock) => changedPane(dock, pane.id, { asleep: false }))}
        >
          Open it again
        </Button>
        <Button size="compact-sm" variant="default" onClick={onClose}>
          Close
        </Button>
      </div>
    </section>
  );
}
