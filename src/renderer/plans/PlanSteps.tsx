import type { ReactNode } from 'react';
import type { PlanView, StepView } from '../../shared/contract/plans.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { Command } from '../components/Command.tsx';
import { useEachSecond } from '../components/ticker.ts';
import { consoleNow, useFleetRow } from '../fleet/store.ts';
import { StepMark } from './PlanMark.tsx';
import classes from './PlanPanel.module.css';
import { stepDuration } from './plan-looks.ts';

/** The steps of a plan with their commands, what they printed and how long they took. */
export function PlanSteps({ plan }: { readonly plan: PlanView }): ReactNode {
  return (
    <ol className={classes.steps} aria-label={`Steps of ${visibleText(plan.title, 200)}`}>
      {plan.steps.map((step, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a plan never change their places, and two may be alike
        <StepLine key={position} step={step} elsewhere={step.host !== plan.host} />
      ))}
    </ol>
  );
}

function StepLine({ step, elsewhere }: { readonly step: StepView; readonly elsewhere: boolean }): ReactNode {
  const duration = useEachSecond(() => stepDuration(step, step.state, consoleNow()));
  const undoing = step.state === 'undoing' || step.state === 'undone' || step.state === 'undo-failed';
  return (
    <li data-state={step.state}>
      <div className={classes.stepHead}>
        <span className={classes.stepState}>
          <StepMark state={step.state} />
        </span>
        <span className={classes.stepTitle}>
          {visibleText(step.title, 300)}
          {elsewhere ? <HostName id={step.host} /> : null}
        </span>
        <span className={classes.progress}>{visibleText(step.progress, 200)}</span>
        <span className={`hum-mono ${classes.duration}`}>{duration}</span>
      </div>
      <div className={classes.stepBody}>
        {step.command === '' ? null : <Command text={step.command} />}
        {undoing && step.undo ? (
          <div className={classes.undo}>
            <span>Undo</span>
            <Command text={step.undo} />
          </div>
        ) : null}
        {step.problem ? (
          <div className={classes.stepProblem}>
            <ProblemText problem={step.problem} />
          </div>
        ) : null}
        {step.output.trim() === '' ? null : <Output text={step.output} />}
      </div>
    </li>
  );
}

/** Line by line, so that line breaks stay and nothing else acts. */
function Output({ text }: { readonly text: string }): ReactNode {
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <details className={classes.output}>
      <summary>
        Output <span className="hum-mono">{lines.length === 1 ? '1 line' : `${lines.length} lines`}</span>
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be within reach of the keyboard */}
      <pre className="hum-mono" tabIndex={0}>
        {lines.map((line) => visibleText(line.replace(/\r$/, ''), 2000)).join('\n')}
      </pre>
    </details>
  );
}

function HostName({ id }: { readonly id: string }): ReactNode {
  const name = useFleetRow(id)?.host.name ?? id;
  return <span className={classes.where}> on {visibleText(name, 120)}</span>;
}
