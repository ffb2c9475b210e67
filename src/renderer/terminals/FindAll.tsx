import { TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './dialogs.module.css';
import { activated, longestName, type Tab } from './dock.ts';
import { changeDock, useDock } from './dock-store.ts';
import { type Found, findAll, mostCounted, searchIn } from './find-all.ts';
import { closeTerminalDialog } from './terminal-dialog.ts';
import { useHostMark } from './use-host-mark.ts';

const longestText = 200;
/** Typing goes on, and is not waited for. */
const waitMs = 120;

/** Looks for a text in what stands in any terminal of the dock; Enter goes to the first that has it. */
export function FindAll(): ReactNode {
  const [text, setText] = useState('');
  const [found, setFound] = useState<readonly Found[] | null>(null);
  useEffect(() => {
    if (text === '') {
      setFound(null);
      return undefined;
    }
    const leaving = new AbortController();
    const timer = setTimeout(async () => {
      const all = await findAll(text, leaving.signal);
      if (!leaving.signal.aborted) setFound(all);
    }, waitMs);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [text]);
  const goTo = ({ pane }: Found) => {
    closeTerminalDialog(false);
    changeDock((dock) => ({ ...activated(dock, pane), shown: true }));
    searchIn(pane, text);
  };
  return (
    <div className={classes.logs}>
      <TextInput
        aria-label="Find in all terminals"
        placeholder="Find"
        maxLength={longestText}
        value={text}
        data-autofocus
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          const [first] = found ?? [];
          if (event.key === 'Enter' && first !== undefined) goTo(first);
        }}
      />
      <div aria-live="polite">
        {found === null ? (
          <p className={classes.empty}>What stands on the screens and above them, in terminals that are not seen too.</p>
        ) : found.length === 0 ? (
          <p className={classes.empty}>No terminal has it.</p>
        ) : (
          <ul className={classes.list} aria-label="Terminals that have it">
            {found.map((each) => (
              <FoundLine key={each.pane} found={each} onGo={() => goTo(each)} />
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function FoundLine({ found, onGo }: { readonly found: Found; readonly onGo: () => void }): ReactNode {
  const tab = useDock(({ tabs }) => tabs.find(({ panes }) => panes.some(({ id }) => id === found.pane)));
  if (tab === undefined) return null;
  return (
    <li>
      <button type="button" className={classes.found} onClick={onGo}>
        <TabName tab={tab} pane={found.pane} />
        <span className={classes.dim}>
          {found.count === mostCounted ? `${mostCounted} lines and more` : found.count === 1 ? '1 line' : `${found.count} lines`}
        </span>
        <span className={`hum-mono ${classes.excerpt}`}>
          {visibleText(found.before)}
          <mark>{visibleText(found.match)}</mark>
          {visibleText(found.after)}
        </span>
      </button>
    </li>
  );
}

function TabName({ tab, pane }: { readonly tab: Tab; readonly pane: number }): ReactNode {
  const { name } = useHostMark((tab.panes.find(({ id }) => id === pane) ?? tab.panes[0]).host);
  return <span className={`hum-mono ${classes.title}`}>{tab.name === null ? name : visibleText(tab.name, longestName)}</span>;
}
