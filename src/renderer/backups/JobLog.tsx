import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { CodeText } from '../components/CodeText.tsx';
import classes from './backups.module.css';
import { namedFiles } from './job-words.ts';

type Read =
  | { readonly state: 'asking' }
  | { readonly state: 'none' }
  | { readonly state: 'text'; readonly path: string; readonly text: string }
  | { readonly state: 'failed'; readonly problem: Problem };

/** The last 200 lines of a job's log, read when it is opened. */
export function JobLog({ host, job }: { readonly host: string; readonly job: string }): ReactNode {
  const [read, setRead] = useState<Read>({ state: 'asking' });
  useEffect(() => {
    const stopping = new AbortController();
    client.backups.log({ host, job }, { signal: stopping.signal }).then(
      (log) => {
        if (!stopping.signal.aborted) setRead(log === null ? { state: 'none' } : { state: 'text', ...log });
      },
      (error: unknown) => {
        if (!stopping.signal.aborted) setRead({ state: 'failed', problem: problemFrom(error) });
      },
    );
    return () => stopping.abort();
  }, [host, job]);
  const end = useRef<HTMLDivElement>(null);
  // What came last is what a person looks for.
  useEffect(() => {
    const lines = read.state === 'text' ? end.current?.firstElementChild : null;
    if (lines != null) lines.scrollTop = lines.scrollHeight;
  }, [read]);
  return (
    <section aria-busy={read.state === 'asking'}>
      <h2>
        Log{' '}
        {read.state === 'text' ? (
          <span className={`hum-mono ${classes.hint}`}>{visibleText(read.path, 300)}, its last 200 lines</span>
        ) : null}
      </h2>
      {read.state === 'text' ? <NamedFiles text={read.text} /> : null}
      <div ref={end}>{read.state === 'text' ? <CodeText text={read.text} label="The end of the log" /> : null}</div>
      {read.state === 'none' ? <p className={classes.hint}>It writes no log that can be read.</p> : null}
      {read.state === 'failed' ? <ProblemText problem={read.problem} /> : null}
    </section>
  );
}

/** Which files rsync complained of. */
function NamedFiles({ text }: { readonly text: string }): ReactNode {
  const files = namedFiles(text);
  if (files.length === 0) return null;
  return (
    <details className={classes.note} data-tone="warn">
      <summary>{files.length === 1 ? 'One file is' : `${files.length} files are`} named in it</summary>
      <ul className={classes.shared}>
        {files.slice(-100).map(({ path, why }) => (
          <li key={path}>
            <span className="hum-mono">{visibleText(path, 300)}</span>: {visibleText(why, 200)}
          </li>
        ))}
      </ul>
    </details>
  );
}
