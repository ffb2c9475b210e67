import { Button } from '@mantine/core';
import { IconAlertOctagon, IconAlertTriangle, IconCheck, IconFlask, IconLoader2 } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { JobCheck, JobDefinition } from '../../../shared/contract/backup-jobs.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { ProblemText } from '../../app/act.tsx';
import { CodeText } from '../../components/CodeText.tsx';
import { DryList } from './DryList.tsx';
import { deletionWarning, dryWords } from './dry-words.ts';
import classes from './make.module.css';
import { RunNow } from './RunNow.tsx';
import { hasPassed, type JobTest, testName } from './use-job-test.ts';

interface TestPanelProps {
  readonly host: string | undefined;
  readonly hostName: string;
  readonly definition: JobDefinition | null;
  readonly test: JobTest | null;
  readonly onTest: () => void;
  readonly onStop: () => void;
}

/** The way in, what a run would do, and a run for real. */
export function TestPanel({ host, hostName, definition, test, onTest, onStop }: TestPanelProps): ReactNode {
  // A run that was begun stays in sight, whatever the form says by then.
  const [ran, setRan] = useState(false);
  const ready = host !== undefined && definition !== null;
  const stale = test !== null && (!ready || testName(host, definition) !== test.of);
  const running = test?.state === 'running';
  return (
    <section className={classes.panel} aria-labelledby="test-first">
      <div className={classes.panelHead}>
        <h2 id="test-first">Test first</h2>
        <span className={classes.about} role="status">
          {test === null
            ? `The way in, the room, and what a run would do. Nothing is copied.`
            : stale
              ? 'The form says something else by now.'
              : endWords(test)}
        </span>
        <span className={classes.spacer} />
        {running ? (
          <Button size="compact-sm" h={28} variant="default" onClick={onStop}>
            Stop
          </Button>
        ) : null}
        <Button
          size="compact-sm"
          h={28}
          variant={test !== null && !stale ? 'default' : 'filled'}
          disabled={!ready || running}
          leftSection={<IconFlask size={14} />}
          onClick={onTest}
        >
          {test === null ? `Test${hostName === '' ? '' : ` on ${visibleText(hostName, 40)}`}` : 'Test again'}
        </Button>
      </div>
      {test === null ? null : (
        <div className={classes.test} data-stale={stale || undefined}>
          <ul className={classes.checks} aria-label="Checks">
            {test.checks.map((check) => (
              <Check key={check.id} check={check} />
            ))}
            {running ? (
              <li>
                <span className={classes.mark} data-state="running">
                  <IconLoader2 size={14} aria-label="Under way" />
                </span>
                <span>{test.checks.some(({ id }) => id === 'rights' || id === 'login') ? 'A dry run' : 'The way in'}</span>
                <span className={classes.detail}>
                  {test.items.length > 0 ? `${test.items.length.toLocaleString('en')} found so far` : ''}
                </span>
              </li>
            ) : null}
          </ul>
          {test.problem === null ? null : (
            <div className={classes.problem} role="alert">
              <ProblemText problem={test.problem} />
            </div>
          )}
          {test.summary === null ? null : <Warning words={deletionWarning(test.summary)} />}
          <DryList items={test.items} unlisted={test.summary?.unlisted ?? 0} />
        </div>
      )}
      {ready && test !== null && (ran || (!stale && hasPassed(test))) ? (
        <RunNow host={host} definition={definition} onRun={() => setRan(true)} />
      ) : null}
    </section>
  );
}

function endWords(test: JobTest): string {
  if (test.state === 'running') return 'Under way; nothing is copied.';
  const failed = test.checks.filter(({ state }) => state === 'failed').length;
  if (failed > 0) return `${failed === 1 ? 'One check' : `${failed} checks`} failed.`;
  if (test.problem !== null) return 'It did not work.';
  return test.summary === null ? 'It was stopped.' : dryWords(test.summary);
}

function Warning({ words }: { readonly words: string | null }): ReactNode {
  return words === null ? null : (
    <div className={classes.shout} role="alert">
      <IconAlertOctagon size={18} className={classes.icon} data-tone="bad" aria-hidden="true" />
      <strong>{words}</strong>
    </div>
  );
}

const marks = {
  ok: { Icon: IconCheck, word: 'Well' },
  note: { Icon: IconAlertTriangle, word: 'Note' },
  failed: { Icon: IconAlertOctagon, word: 'Failed' },
} as const;

function Check({ check: { label, state, text, detail } }: { readonly check: JobCheck }): ReactNode {
  const { Icon, word } = marks[state];
  return (
    <li data-state={state}>
      <span className={classes.mark} data-state={state}>
        <Icon size={14} aria-label={word} />
      </span>
      <span>{label}</span>
      <div className={classes.detail}>
        {visibleText(text, 1_000)}
        {detail === undefined ? null : (
          <details>
            <summary>What was said</summary>
            <CodeText text={detail} label="What was said" most={60} />
          </details>
        )}
      </div>
    </li>
  );
}
