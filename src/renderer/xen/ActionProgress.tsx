import { Button } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { PlanView, StepView } from '../../shared/contract/plans.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act, ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import classes from './action.module.css';
import { askAction } from './action-dialog.ts';
import { endSentence, hasEnded, tally, undoneSentence } from './batch-end.ts';
import { plansOf, useBatches } from './batches.ts';

/** How what was started goes, domain by domain, up to its end. Closing leaves it under way. */
export function ActionProgress({ batch: id, onClose }: { readonly batch: string; readonly onClose: () => void }): ReactNode {
  const batch = useBatches((state) => state.batches.get(id));
  const views = useBatches((state) => state.views);
  if (!batch) return null;
  const plans = plansOf(batch, views);
  const sum = tally(plans, batch.plans.length);
  const over = sum.ended >= sum.all;
  const ignored = plans.filter((plan) => plan.problem?.code === 'guest-ignored').map((plan) => plan.subject);
  const running = plans.filter((plan) => !hasEnded(plan));
  return (
    <div className={classes.form}>
      <p className={classes.outcome} role="status" data-ended={over ? (sum.failed > 0 ? 'badly' : 'well') : undefined}>
        {over ? endSentence(sum, batch.doneWord, batch.which) : `Under way: ${sum.ended} of ${sum.all} ended.`}
      </p>
      <ol className={classes.list} aria-label="Progress of each VM">
        {plans.map((plan) => (
          <PlanProgress key={plan.id} plan={plan} />
        ))}
      </ol>
      <div className={classes.footer}>
        {ignored.length > 0 ? (
          <Button variant="default" onClick={() => askAction('destroy', ignored)}>
            Destroy instead…
          </Button>
        ) : null}
        <span className={classes.spacer} />
        {over ? null : (
          <Button variant="default" disabled={running.length === 0} onClick={() => void cancelAll(running)}>
            Cancel and undo
          </Button>
        )}
        <Button onClick={onClose} data-autofocus>
          {over ? 'Close' : 'Go on in the background'}
        </Button>
      </div>
    </div>
  );
}

async function cancelAll(plans: readonly PlanView[]): Promise<void> {
  await act({
    doing: 'Cancelling',
    run: () => Promise.all(plans.map((plan) => client.plans.cancel({ id: plan.id }))),
    done: () => null,
  });
}

const planWords: Readonly<Record<PlanView['state'], string>> = {
  queued: 'Waits for its turn',
  running: 'Under way',
  undoing: 'Being undone',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
  undone: 'Undone',
  stuck: 'Needs a decision',
  interrupted: 'Interrupted',
  dismissed: 'Left as it is',
};

function PlanProgress({ plan }: { readonly plan: PlanView }): ReactNode {
  const failed = hasEnded(plan) && plan.state !== 'done';
  return (
    <li className={classes.plan} data-state={plan.state}>
      <div className={classes.planHead}>
        <bdi className={classes.planName}>{visibleText(plan.title, 120)}</bdi>
        <span className={classes.planState} data-failed={failed || undefined}>
          {plan.state === 'done' ? <IconCheck size={14} aria-hidden="true" /> : failed ? <IconX size={14} aria-hidden="true" /> : null}
          {planWords[plan.state]}
        </span>
      </div>
      <ol className={classes.steps}>
        {plan.steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the steps of one plan never change their places
          <li key={index} data-step={step.state}>
            <span>
              {visibleText(step.title, 160)}
              <span className={classes.stepState}>{stepWords(step)}</span>
            </span>
          </li>
        ))}
      </ol>
      {failed ? (
        <div className={classes.refusal}>
          <div>
            {plan.problem ? <ProblemText problem={plan.problem} /> : null}
            <p className={classes.note}>{undoneSentence(plan)}</p>
          </div>
        </div>
      ) : null}
    </li>
  );
}

function stepWords(step: StepView): string {
  const words: Readonly<Record<StepView['state'], string>> = {
    waiting: '',
    running: step.progress === '' ? 'under way' : visibleText(step.progress, 80),
    done: 'done',
    failed: 'failed',
    undoing: 'being undone',
    undone: 'undone',
    'undo-failed': 'could not be undone',
    kept: 'stays done',
    unknown: 'not known how it ended',
  };
  return words[step.state];
}
