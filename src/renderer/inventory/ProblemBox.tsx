import type { ReactNode } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { ProblemText } from '../app/act.tsx';
import classes from './inventory.module.css';

/** A problem inside a dialog, spoken at once. Takes no room while there is none. */
export function ProblemBox({ problem }: { readonly problem: Problem | null }): ReactNode {
  return (
    <div role="alert" className={classes.alert}>
      {problem ? (
        <div className={classes.problem}>
          <ProblemText problem={problem} />
        </div>
      ) : null}
    </div>
  );
}
