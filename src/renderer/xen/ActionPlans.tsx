import { IconBan } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { DomainPlan, DomainRow } from '../../shared/contract/xen.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { useFleet } from '../fleet/store.ts';
import classes from './action.module.css';
import { vmCount } from './domain-count.ts';
import type { PreviewState } from './use-preview.ts';

/** For each domain the commands in their order with what undoes them, or why it is refused. */
export function ActionPlans({ rows, asked }: { readonly rows: readonly DomainRow[]; readonly asked: PreviewState }): ReactNode {
  const { preview, problem, current } = asked;
  if (problem) {
    return (
      <div className={classes.problem} role="alert">
        <ProblemText problem={problem} />
      </div>
    );
  }
  if (!preview) return <p className={classes.note}>Working out what would be done…</p>;
  const refused = preview.plans.filter((plan) => plan.kind === 'refused').length;
  const possible = preview.plans.length - refused;
  return (
    <section className={classes.plans} aria-label="What will be done" data-current={current}>
      <h3 className={classes.plansHead}>
        {possible === 0 ? 'Nothing can be done' : `What will be done on ${vmCount(possible)}`}
        {refused > 0 ? <span className={classes.refusedCount}>{refused} refused</span> : null}
      </h3>
      <ol className={classes.list} tabIndex={preview.plans.length > 3 ? 0 : undefined} aria-label="The plan of each VM">
        {preview.plans.map((plan) => (
          <Plan key={plan.key} plan={plan} row={rows.find((row) => row.key === plan.key)} />
        ))}
      </ol>
    </section>
  );
}

function Plan({ plan, row }: { readonly plan: DomainPlan; readonly row: DomainRow | undefined }): ReactNode {
  const host = useFleet.getState().rows.get(row?.host ?? '')?.host.name ?? row?.host ?? '';
  return (
    <li className={classes.plan} data-refused={plan.kind === 'refused' || undefined}>
      <div className={classes.planHead}>
        <bdi className={`hum-mono ${classes.planName}`}>{visibleText(row?.name ?? plan.key, 80)}</bdi>
        <span className={classes.planHost}>on {visibleText(host, 60)}</span>
      </div>
      {plan.kind === 'refused' ? (
        <div className={classes.refusal}>
          <IconBan size={14} aria-label="Refused" />
          <ProblemText problem={plan.problem} />
        </div>
      ) : (
        <ol className={classes.steps}>
          {plan.steps.map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the steps of one plan never change their places
            <li key={index}>
              <span>{visibleText(step.title, 160)}</span>
              {step.command === '' ? null : <code className={classes.command}>{visibleText(step.command, 600)}</code>}
              {step.command === '' ? null : (
                <span className={classes.undo}>
                  {step.undo === null ? (
                    'Nothing undoes this.'
                  ) : (
                    <>
                      Undone by <code>{visibleText(step.undo, 300)}</code>
                    </>
                  )}
                </span>
              )}
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}
