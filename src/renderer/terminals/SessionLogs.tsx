import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import type { SessionLogView } from '../../shared/contract/terminals.ts';
import type { Problem } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act, ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { clockDate } from '../components/clock-time.ts';
import { downloadText } from '../components/download.ts';
import classes from './dialogs.module.css';
import { withReplay } from './dock.ts';
import { changeDock } from './dock-store.ts';
import { fetchCast } from './fetch-cast.ts';
import { logText } from './log-text.ts';
import { closeTerminalDialog } from './terminal-dialog.ts';

type Logs = Awaited<ReturnType<typeof client.terminals.logs>>;

/** The session logs on this computer: replayed, or removed for good. */
export function SessionLogs(): ReactNode {
  const [logs, setLogs] = useState<Logs | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    client.terminals.logs(undefined, { signal: leaving.signal }).then(setLogs, (error: unknown) => {
      if (!leaving.signal.aborted) setProblem(problemFrom(error));
    });
    return () => leaving.abort();
  }, []);
  if (problem !== null) return <ProblemText problem={problem} />;
  if (logs === null) return <p className={classes.empty}>Looking for them…</p>;
  const gone = (name: string) => setLogs({ ...logs, logs: logs.logs.filter((log) => log.name !== name) });
  return (
    <div className={classes.logs}>
      <p className={classes.where}>
        They lie unencrypted in <span className="hum-mono">{visibleText(logs.folder, 1000)}</span>, as asciicast v2, until you remove them.
      </p>
      {logs.logs.length === 0 ? (
        <p className={classes.empty}>There is none. The round button above a terminal begins one.</p>
      ) : (
        <ul className={classes.list} aria-label="Session logs">
          {logs.logs.map((log) => (
            <LogLine key={log.name} log={log} onGone={() => gone(log.name)} />
          ))}
        </ul>
      )}
    </div>
  );
}

function LogLine({ log, onGone }: { readonly log: SessionLogView; readonly onGone: () => void }): ReactNode {
  const [sure, setSure] = useState(false);
  const title = visibleText(log.title === '' ? log.name : log.title, 80);
  const replay = () => {
    closeTerminalDialog(false);
    changeDock((dock) => withReplay(dock, log.name, `${title} · ${clockDate(log.startedAt)}`));
  };
  const asText = () =>
    act({
      doing: `Writing the session log of ${title} as text`,
      run: async () => downloadText(log.name.replace(/\.cast$/, '.txt'), await logText(await fetchCast(log.name)), 'text/plain'),
      done: () => null,
    });
  const remove = async () => {
    const done = await act({
      doing: `Removing the session log of ${title}`,
      run: async () => {
        await client.terminals.removeLog({ name: log.name });
        return true;
      },
      done: () => null,
    });
    if (done) onGone();
  };
  return (
    <li className={classes.line}>
      <span className={`hum-mono ${classes.title}`} title={log.name}>
        {title}
      </span>
      <span className={classes.dim}>{log.open ? 'being written' : ''}</span>
      <span className={`hum-mono ${classes.dim}`}>{clockDate(log.startedAt)}</span>
      <span className={`hum-mono ${classes.figure}`}>{formatBytes(log.bytes)}</span>
      <Button size="compact-sm" variant="default" onClick={replay} aria-label={`Replay ${title}`}>
        Replay
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => void asText()} aria-label={`Save ${title} as text`}>
        As text
      </Button>
      {sure ? (
        <Button
          size="compact-sm"
          color="red"
          onClick={() => void remove()}
          onBlur={() => setSure(false)}
          aria-label={`Remove ${title} for good`}
        >
          For good?
        </Button>
      ) : (
        <Button size="compact-sm" variant="default" disabled={log.open} onClick={() => setSure(true)} aria-label={`Remove ${title}`}>
          Remove
        </Button>
      )}
    </li>
  );
}
