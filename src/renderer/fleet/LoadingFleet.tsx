import type { ReactNode } from 'react';
import { ProblemText } from '../app/act.tsx';
import classes from './LoadingFleet.module.css';
import { useFleet } from './store.ts';

const lines = Array.from({ length: 12 }, (_, line) => line);

/** The fleet page before its first snapshot: its lines where the content will be, so that nothing moves when it comes. */
export function LoadingFleet(): ReactNode {
  const problem = useFleet((state) => state.problem);
  return (
    <div className={classes.page} aria-busy="true">
      <p className="hum-unseen" role="status">
        Loading the fleet
      </p>
      {problem ? (
        <div className={classes.problem} role="alert">
          <ProblemText problem={problem} />
        </div>
      ) : null}
      <div className={classes.totals} />
      <div className={classes.heat} />
      <div className={classes.toolbar} />
      {lines.map((line) => (
        <div key={line} className={classes.line} style={{ opacity: 1 - line / lines.length }} />
      ))}
    </div>
  );
}
