import { type ReactNode, useMemo } from 'react';
import type { PlanView } from '../../shared/contract/plans.ts';
import classes from './ActivityPage.module.css';
import { AuditLog } from './AuditLog.tsx';
import { PlanRow } from './PlanRow.tsx';
import { isUnderWay, needsDecision } from './plan-list.ts';
import { usePlans } from './store.ts';
import { Trouble } from './Trouble.tsx';

/** What Hum does to hosts: what needs a decision, what is under way, and all that was ever done. */
export function ActivityPage(): ReactNode {
  const { plans, loaded, problem } = usePlans();
  const all = useMemo(() => [...plans.values()], [plans]);
  const undecided = all.filter(needsDecision);
  const underWay = all.filter(isUnderWay);
  return (
    <div className={classes.page}>
      <h1>Activity</h1>
      <Trouble problem={problem} />
      {undecided.length > 0 ? (
        <section className={classes.block} aria-labelledby="undecided">
          <h2 id="undecided">Needs a decision</h2>
          <Rows plans={undecided} label="Plans that need a decision" open />
        </section>
      ) : null}
      <section className={classes.block} aria-labelledby="under-way">
        <h2 id="under-way">Under way</h2>
        {loaded && underWay.length === 0 ? <p className={classes.quiet}>Nothing is under way.</p> : null}
        <Rows plans={underWay} label="Plans under way" open={underWay.length === 1} />
      </section>
      <AuditLog />
    </div>
  );
}

function Rows({ plans, label, open }: { readonly plans: readonly PlanView[]; readonly label: string; readonly open: boolean }): ReactNode {
  return (
    <ol className={classes.plans} aria-label={label}>
      {plans.map((plan) => (
        <PlanRow key={plan.id} plan={plan} open={open} />
      ))}
    </ol>
  );
}
