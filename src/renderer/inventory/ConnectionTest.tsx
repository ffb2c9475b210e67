import { IconCheck, IconCircleDashed, IconMinus, IconPointFilled, IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import classes from './ConnectionTest.module.css';
import { type ChecklistLine, checklist, verdict } from './checklist.ts';
import dialog from './inventory.module.css';
import { ProblemBox } from './ProblemBox.tsx';
import type { ConnectionTestState } from './use-connection-test.ts';

const marks = {
  waiting: { Icon: IconPointFilled, word: 'To come' },
  running: { Icon: IconCircleDashed, word: 'Under way' },
  done: { Icon: IconCheck, word: 'Done' },
  failed: { Icon: IconX, word: 'Failed' },
  skipped: { Icon: IconMinus, word: 'Skipped' },
} as const;

interface ConnectionTestProps {
  readonly test: ConnectionTestState;
  /** Which host of a range was tested. */
  readonly note: string | null;
}

/** The way to a host as a checklist: what was found at each step, and what exactly failed. */
export function ConnectionTest({ test, note }: ConnectionTestProps): ReactNode {
  const end = test.problem ? null : verdict(test.steps, test.running);
  const failed = test.steps.some((step) => step.outcome === 'failed');
  const section = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step makes the list longer
  useEffect(() => {
    section.current?.scrollIntoView({ block: 'end' });
  }, [test.started, test.running, test.steps.length]);
  if (!test.started) return null;
  return (
    <section ref={section} className={classes.test} aria-label="Connection test">
      <ol>
        {checklist(test.steps, test.running).map((line) => (
          <Line key={line.stage} line={line} />
        ))}
      </ol>
      {/* A failed step says itself what is wrong; here it is for those who listen. */}
      <p role="status" className={failed ? 'hum-unseen' : ''}>
        {test.running ? 'Testing…' : (end ?? (test.problem ? '' : 'The test was stopped.'))}
      </p>
      {note ? <p className={dialog.note}>{note}</p> : null}
      <ProblemBox problem={test.problem} />
    </section>
  );
}

function Line({ line }: { readonly line: ChecklistLine }): ReactNode {
  const { Icon, word } = marks[line.mark];
  return (
    <li data-mark={line.mark}>
      <Icon size={16} aria-label={word} />
      <span>{line.label}</span>
      <span className={`hum-mono ${classes.testNote}`}>{line.step && !line.step.problem ? visibleText(line.step.note, 200) : ''}</span>
      <span className={`hum-mono ${classes.testTime}`}>
        {line.step && line.mark !== 'skipped' ? `${Math.round(line.step.tookMs)} ms` : ''}
      </span>
      {line.step?.problem ? (
        <div className={classes.testProblem}>
          <ProblemText problem={line.step.problem} />
        </div>
      ) : null}
    </li>
  );
}
