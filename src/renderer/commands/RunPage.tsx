import { Button, Menu } from '@mantine/core';
import { IconDownload, IconPencil, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { type ReactNode, useMemo } from 'react';
import { groupResults } from '../../shared/command-groups.ts';
import type { RunView } from '../../shared/contract/commands.ts';
import { formatDuration } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { useKeys } from '../app/keys.ts';
import { commandsPath, go } from '../app/paths.ts';
import { useTitle } from '../app/use-title.ts';
import { BackLink } from '../components/BackLink.tsx';
import { CodeText } from '../components/CodeText.tsx';
import { clockDate } from '../components/clock-time.ts';
import { hostCount } from '../components/host-count.ts';
import { useEachSecond } from '../components/ticker.ts';
import { consoleNow } from '../fleet/store.ts';
import { formatTook } from '../plans/plan-looks.ts';
import { exportRun, goOnWithRun, retryRun, stopRun } from './actions.ts';
import classes from './commands.module.css';
import { composeAgain } from './composer.ts';
import { Results } from './Results.tsx';
import { RunMark } from './RunMark.tsx';
import type { WatchedRun } from './run-events.ts';
import { firstLine, runLook, selectionWords, tally } from './run-words.ts';
import { useRun } from './use-run.ts';

/** A command on many hosts, as it goes or as it went. */
export function RunPage({ id }: { readonly id: string }): ReactNode {
  const { watched, problem } = useRun(id);
  useTitle('Commands');
  const back = () => go(commandsPath);
  useKeys({ u: back, escape: back });
  return (
    <div className={classes.page} aria-busy={watched === null && problem === null}>
      <BackLink to={commandsPath}>Commands</BackLink>
      {problem === null ? null : (
        <div className={classes.problem} role="alert">
          <ProblemText problem={problem} />
        </div>
      )}
      {watched === null ? null : <Run watched={watched} />}
    </div>
  );
}

function Run({ watched: { run, results } }: { readonly watched: WatchedRun }): ReactNode {
  const grouped = useMemo(() => groupResults(results), [results]);
  const values = Object.entries(run.values);
  const oneLine = run.text.trim() === firstLine(run.text);
  return (
    <>
      <header className={classes.runHead}>
        <div className={classes.runTitle}>
          <h1 className="hum-mono">{firstLine(run.text)}</h1>
          <div className={classes.runFacts}>
            <RunMark {...runLook(run)} />
            <strong>{selectionWords(run)}</strong>
            <span>{run.as === 'root' ? 'as root' : 'as the login user'}</span>
            <span>
              {clockDate(run.createdAt)} by {visibleText(run.by, 60)}
            </span>
            <span className="hum-mono">
              <Took run={run} />
            </span>
          </div>
        </div>
        <Actions watched={{ run, results }} />
      </header>
      <Progress run={run} />
      {run.problem === undefined ? null : (
        <div className={classes.problem} role="alert">
          <ProblemText problem={run.problem} />
        </div>
      )}
      {run.state === 'asking' ? <Asking run={run} /> : null}
      {oneLine && values.length === 0 ? null : (
        <details className={classes.whole}>
          <summary>The whole command</summary>
          <CodeText text={run.text} label="The command" most={1_000} />
          {values.length === 0 ? null : (
            <dl className={classes.values}>
              {values.map(([name, value]) => (
                <div key={name}>
                  <dt className="hum-mono">{name}</dt>
                  <dd className="hum-mono">{visibleText(value, 500)}</dd>
                </div>
              ))}
            </dl>
          )}
        </details>
      )}
      <Results run={run} grouped={grouped} />
    </>
  );
}

function Took({ run: { createdAt, endedAt } }: { readonly run: RunView }): ReactNode {
  return useEachSecond(() => (endedAt === null ? formatDuration(consoleNow() - createdAt) : formatTook(endedAt - createdAt)));
}

function Progress({ run }: { readonly run: RunView }): ReactNode {
  const share = (count: number) => ({ width: `${(100 * count) / run.hosts}%` });
  return (
    <div className={classes.progress}>
      <div className={classes.track} aria-hidden="true">
        <span data-kind="failed" style={share(run.failed)} />
        <span data-kind="well" style={share(run.well)} />
      </div>
      <span className="hum-mono" role="status">
        {tally(run)}
      </span>
    </div>
  );
}

function Actions({ watched: { run, results } }: { readonly watched: WatchedRun }): ReactNode {
  const over = run.endedAt !== null;
  const again = run.hosts - run.well;
  return (
    <div className={classes.actions}>
      {over ? null : (
        <Button
          size="compact-sm"
          color="red"
          variant="default"
          leftSection={<IconPlayerStop size={14} />}
          onClick={() => void stopRun(run)}
        >
          Stop all
        </Button>
      )}
      {over && again > 0 ? (
        <Button size="compact-sm" variant="default" leftSection={<IconRefresh size={14} />} onClick={() => void retryRun(run)}>
          Retry on {hostCount(again)}
        </Button>
      ) : null}
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconPencil size={14} />}
        onClick={() =>
          composeAgain(
            run,
            results.map(({ host }) => host),
          )
        }
      >
        Edit and run
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button size="compact-sm" variant="default" leftSection={<IconDownload size={14} />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void exportRun(run, 'text')}>As text</Menu.Item>
          <Menu.Item onClick={() => void exportRun(run, 'json')}>As JSON</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function Asking({ run }: { readonly run: RunView }): ReactNode {
  const rest = hostCount(run.hosts - run.well - run.failed);
  return (
    <div className={classes.asking} role="alert">
      <span>
        The canary failed on {run.failed} of {hostCount(run.well + run.failed)}. Nothing has been done on the other {rest}.
      </span>
      <Button size="compact-sm" variant="default" onClick={() => void goOnWithRun(run)}>
        Run it on the other {rest}
      </Button>
      <Button size="compact-sm" onClick={() => void stopRun(run)}>
        Leave it at that
      </Button>
    </div>
  );
}
