import type { ReactNode } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { ProblemText } from '../app/act.tsx';
import classes from './PlanPanel.module.css';

/** Why a list on the page is not whole or not new, spoken at once. Takes no room while there is nothing to say. */
export function Trouble({ problem }: { readonly problem: Problem | null }): ReactNode {
  return (
    <div role="alert">
      {problem ? (
        <div className={classes.problem} data-tone="bad">
          <ProblemText problem={problem} />
        </div>
      ) : null}
    </div>
  );
}
