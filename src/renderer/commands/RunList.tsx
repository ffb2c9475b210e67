import { Button } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import { Link } from 'wouter';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { useKeys } from '../app/keys.ts';
import { runPath } from '../app/paths.ts';
import { clockDate } from '../components/clock-time.ts';
import { FilterField } from '../components/FilterField.tsx';
import classes from './commands.module.css';
import { RunMark } from './RunMark.tsx';
import { firstLine, runLook, selectionWords, tally } from './run-words.ts';
import { useRuns } from './use-runs.ts';

/** The journal: every command that ran and is kept, newest first. */
export function RunList(): ReactNode {
  const [text, setText] = useState('');
  const { runs, more, problem, showMore } = useRuns(text);
  const field = useRef<HTMLInputElement>(null);
  useKeys({ '/': () => field.current?.focus() });
  return (
    <section className={classes.journal} aria-labelledby="journal">
      <div className={classes.journalHead}>
        <h2 id="journal">Commands that ran</h2>
        <FilterField
          label="Search the commands that ran"
          placeholder="Search: a command, a selection, a host, failed"
          filter={text}
          onChange={setText}
          error={undefined}
          field={field}
          onLeave={() => field.current?.blur()}
        />
      </div>
      {problem === null ? null : (
        <div className={classes.problem} role="alert">
          <ProblemText problem={problem} />
        </div>
      )}
      {runs?.length === 0 ? (
        <p className={classes.about}>{text.trim() === '' ? 'Nothing has been run yet.' : 'No command answers this search.'}</p>
      ) : null}
      <ol className={classes.runs} aria-label="Commands that ran, newest first" aria-busy={runs === null}>
        {runs?.map((run) => (
          <li key={run.id}>
            <Link href={runPath(run.id)} className={classes.runLine ?? ''}>
              <time className="hum-mono" dateTime={new Date(run.createdAt).toISOString()}>
                {clockDate(run.createdAt)}
              </time>
              <RunMark {...runLook(run)} />
              <span className={`hum-mono ${classes.runText}`}>{firstLine(run.text)}</span>
              <span className={classes.runWhere}>{selectionWords(run)}</span>
              <span className={classes.runTally}>{tally(run)}</span>
              <span className={classes.runBy}>{visibleText(run.by, 60)}</span>
            </Link>
          </li>
        ))}
      </ol>
      {more ? (
        <Button variant="default" size="compact-sm" onClick={showMore}>
          Show older
        </Button>
      ) : null}
    </section>
  );
}
