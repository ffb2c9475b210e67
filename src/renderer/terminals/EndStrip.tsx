import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { ProblemText } from '../app/act.tsx';
import classes from './terminals.module.css';

/** Why the terminal ended, and the way to open it again. */
export function EndStrip({ reason, onAgain }: { readonly reason: Problem; readonly onAgain: () => void }): ReactNode {
  return (
    <div role="status" className={classes.end} data-tone={reason.code === 'cancelled' ? 'plain' : 'warn'}>
      <ProblemText problem={reason} />
      <Button size="compact-sm" variant="default" onClick={onAgain}>
        Open again (Enter)
      </Button>
    </div>
  );
}
