import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { PlanView } from '../../shared/contract/plans.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { decide } from './actions.ts';
import { PlanMark } from './PlanMark.tsx';
import classes from './PlanPanel.module.css';
import { PlanSteps } from './PlanSteps.tsx';
import { type Decision, decisionLabels, decisionsFor, planLooks } from './plan-looks.ts';
import { usePlan } from './store.ts';

/** One plan, live, by its id: for the dialog that started it. Nothing while the stream has not told of it. */
export function PlanPanel({ id }: { readonly id: string }): ReactNode {
  const plan = usePlan(id);
  return plan ? <PlanDetails plan={plan} /> : <div className={classes.panel} aria-busy="true" />;
}

interface PlanDetailsProps {
  readonly plan: PlanView;
  readonly heading?: boolean;
  /** False where the page offers to cancel it elsewhere. */
  readonly cancel?: boolean;
}

/** A plan with its state, why it stands there, its steps, and what can be decided about it. */
export function PlanDetails({ plan, heading = true, cancel = true }: PlanDetailsProps): ReactNode {
  return (
    <div className={classes.panel}>
      {heading ? (
        <div className={classes.head}>
          <PlanMark state={plan.state} />
          <strong>{visibleText(plan.title, 300)}</strong>
        </div>
      ) : null}
      {plan.problem ? (
        <div className={classes.problem} data-tone={plan.state === 'done' ? 'warn' : planLooks[plan.state].tone} role="status">
          <ProblemText problem={plan.problem} />
        </div>
      ) : null}
      <PlanSteps plan={plan} />
      <Decisions plan={plan} cancel={cancel} />
    </div>
  );
}

function Decisions({ plan, cancel }: { readonly plan: PlanView; readonly cancel: boolean }): ReactNode {
  const [pending, setPending] = useState<Decision | null>(null);
  const decisions = decisionsFor(plan).filter((decision) => cancel || decision !== 'cancel');
  if (decisions.length === 0) return null;
  const take = async (decision: Decision) => {
    setPending(decision);
    await decide(plan, decision);
    setPending(null);
  };
  return (
    <div className={classes.decisions}>
      {decisions.map((decision, index) => (
        <Button
          key={decision}
          size="compact-sm"
          h={28}
          variant={index === 0 && decision !== 'cancel' ? 'filled' : 'default'}
          disabled={pending !== null}
          onClick={() => void take(decision)}
        >
          {decision === 'cancel' && plan.state === 'queued' ? 'Cancel' : decisionLabels[decision]}
        </Button>
      ))}
    </div>
  );
}
