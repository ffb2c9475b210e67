import type { ReactNode } from 'react';
import type { PlannedStep } from '../../shared/contract/plans.ts';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './deploy.module.css';
import { useHostName } from './host-name.ts';

interface PlannedStepsProps {
  readonly steps: readonly PlannedStep[];
  /** The host that all is done on; steps on another say where. */
  readonly host: string | null;
  readonly label: string;
}

/** The exact commands in their order, each with what undoes it. Nothing has been done yet. */
export function PlannedSteps({ steps, host, label }: PlannedStepsProps): ReactNode {
  const nameOf = useHostName();
  return (
    <ol className={classes.steps} aria-label={label}>
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the steps of one plan never change their places
        <li key={index}>
          <div className={classes.stepTitle}>
            {visibleText(step.title, 200)}
            {step.host === host ? null : <span className={classes.about}> on {visibleText(nameOf(step.host), 80)}</span>}
          </div>
          {step.command === '' ? null : (
            <>
              <code className={classes.command}>{visibleText(step.command, 1000)}</code>
              <div className={classes.undo}>
                {step.undo === null ? (
                  'Nothing undoes this.'
                ) : (
                  <>
                    Undone by <code>{visibleText(step.undo, 400)}</code>
                  </>
                )}
              </div>
            </>
          )}
        </li>
      ))}
    </ol>
  );
}
