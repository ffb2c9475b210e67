import { IconAlertOctagon, IconCheck, IconInfoCircle, IconLoader2 } from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import type { CheckState, DeployCheck } from '../../shared/contract/deploy.ts';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './deploy.module.css';
import { groupChecks, tallyChecks, tallyWords } from './preview.ts';

type Shape = ComponentType<{ size: number; stroke: number; 'aria-label': string }>;

/** Each has a shape of its own: none is told by its colour alone. */
const shapes: Readonly<Record<CheckState, { readonly shape: Shape; readonly word: string }>> = {
  running: { shape: IconLoader2, word: 'Being checked' },
  ok: { shape: IconCheck, word: 'Passed' },
  note: { shape: IconInfoCircle, word: 'Note' },
  failed: { shape: IconAlertOctagon, word: 'Failed' },
};

/** What is looked at before anything is touched, as it turns green. Of several VMs each has its own list, open where something failed. */
export function Checks({ checks, many }: { readonly checks: readonly DeployCheck[]; readonly many: boolean }): ReactNode {
  const tally = tallyChecks(checks);
  const groups = groupChecks(checks);
  return (
    <section className={classes.panel} aria-labelledby="checks">
      <div className={classes.panelHead}>
        <h2 id="checks">Checks</h2>
        <span className={classes.tally} role="status" data-tone={tally.failed > 0 ? 'bad' : tally.ended < tally.all ? 'live' : 'good'}>
          {tallyWords(tally)}
        </span>
      </div>
      {groups.map(({ vm, checks: each }) =>
        many && vm !== null ? (
          <VmChecks key={vm} vm={vm} checks={each} />
        ) : (
          <CheckList key={vm ?? ''} checks={each} label={vm ?? 'All VMs'} />
        ),
      )}
    </section>
  );
}

function VmChecks({ vm, checks }: { readonly vm: string; readonly checks: readonly DeployCheck[] }): ReactNode {
  const tally = tallyChecks(checks);
  const state: CheckState = tally.failed > 0 ? 'failed' : tally.ended < tally.all ? 'running' : tally.notes > 0 ? 'note' : 'ok';
  return (
    // `open` changes only with `failed`: what a person has opened meanwhile stays open.
    <details className={classes.vmChecks} open={tally.failed > 0}>
      <summary>
        <Mark state={state} />
        <span className="hum-mono">{visibleText(vm, 80)}</span>
        <span className={classes.about}>{tallyWords(tally)}</span>
      </summary>
      <CheckList checks={checks} label={vm} />
    </details>
  );
}

function CheckList({ checks, label }: { readonly checks: readonly DeployCheck[]; readonly label: string }): ReactNode {
  return (
    <ul className={classes.checks} aria-label={`Checks: ${visibleText(label, 80)}`}>
      {checks.map(({ id, state, title, detail }) => (
        <li key={id} data-state={state}>
          <Mark state={state} />
          <span>{visibleText(title, 200)}</span>
          <span className={classes.detail}>{visibleText(detail, 600)}</span>
        </li>
      ))}
    </ul>
  );
}

function Mark({ state }: { readonly state: CheckState }): ReactNode {
  const { shape: Icon, word } = shapes[state];
  return (
    <span className={classes.mark} data-state={state}>
      <Icon size={16} stroke={2} aria-label={word} />
    </span>
  );
}
