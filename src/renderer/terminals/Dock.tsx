import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useLayoutEffect, useState } from 'react';
import { FileTransfers } from '../files/FileTransfers.tsx';
import { DockTabs, panelId, tabId } from './DockTabs.tsx';
import classes from './dock.module.css';
import { changedPane } from './dock.ts';
import { changeDock, useDock } from './dock-store.ts';
import { refuseStrayDrops } from './dropped-files.ts';
import { ShellPane } from './ShellPane.tsx';
import { TogetherStrip } from './TogetherStrip.tsx';

const [firstHeight, least] = [320, 140];
/** What stays of the page above. */
const leastOfPage = 180;

/** The terminals at the bottom of the window. Those that are not seen go on. */
export function Dock(): ReactNode {
  const dock = useDock();
  const [height, setHeight] = useState(firstHeight);
  const { shown, full, tabs, current } = dock;

  useEffect(refuseStrayDrops, []);
  useEffect(() => {
    const tab = tabs.find(({ id }) => id === current);
    for (const pane of shown ? (tab?.panes ?? []) : []) {
      if (pane.rang) changeDock((before) => changedPane(before, pane.id, { rang: false }));
    }
  }, [shown, tabs, current]);

  const ownHeight = `min(${height}px, calc(100vh - ${leastOfPage}px))`;
  useLayoutEffect(() => {
    const { style } = document.documentElement;
    if (shown && !full) style.setProperty('--hum-dock-height', ownHeight);
    return () => void style.removeProperty('--hum-dock-height');
  }, [shown, full, ownHeight]);

  return (
    <section
      aria-label="Terminals"
      className={classes.dock}
      data-full={full || undefined}
      hidden={!shown}
      style={full ? undefined : { height: ownHeight }}
    >
      {full ? null : <Edge height={height} onHeight={setHeight} />}
      <DockTabs dock={dock} />
      <TogetherStrip dock={dock} />
      {tabs.map((tab) => {
        const seen = shown && tab.id === current;
        return (
          <div
            key={tab.id}
            role="tabpanel"
            id={panelId(tab.id)}
            aria-labelledby={tabId(tab.id)}
            className={classes.panel}
            data-split={tab.panes.length > 1 ? tab.split : undefined}
            hidden={tab.id !== current}
          >
            {tab.panes.map((pane) => (
              <ShellPane key={pane.id} pane={pane} shown={seen} active={pane.id === tab.active} shared={tab.panes.length > 1} />
            ))}
          </div>
        );
      })}
      <FileTransfers />
    </section>
  );
}

const step = 24;

/** The upper edge, by which the dock is made higher or lower. */
function Edge({ height, onHeight }: { readonly height: number; readonly onHeight: (height: number) => void }): ReactNode {
  const within = (wanted: number) => Math.round(Math.max(least, Math.min(window.innerHeight - leastOfPage, wanted)));
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) onHeight(within(window.innerHeight - event.clientY));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const by = { ArrowUp: step, ArrowDown: -step }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onHeight(within(height + by));
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be moved; the window splitter of WAI-ARIA is used instead
    <div
      role="separator"
      aria-label="Height of the terminals"
      aria-orientation="horizontal"
      aria-valuenow={height}
      aria-valuemin={least}
      aria-valuemax={Math.max(least, window.innerHeight - leastOfPage)}
      tabIndex={0}
      className={classes.edge}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
