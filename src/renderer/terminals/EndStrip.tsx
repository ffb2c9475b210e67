import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { ProblemText } from '../app/act.tsx';
import classes from './terminals.module.css';

interface EndStripProps {
  readonly reason: Problem;
  readonly onAgain: () => void;
  /** Where the terminal can be closed for good. */
  readonly onClose?: (() => void) | undefined;
}

/** Why the terminal ended, and the way to open it again. */
export function EndStrip({ reason, onAgain, onClose }: EndStripProps): ReactNode {
  return (
    <div role="status" className={classes.end} data-tone={reason.code === 'cancelled' ? 'plain' : 'warn'}>
      <ProblemText problem={reason} />
      <div className={classes.answers}>
        <Button size="compact-sm" variant="default" onClick={onAgain}>
          Open again (Enter)
        </Button>
        {onClose === undefined ? null : (
          <Button size="compact-sm" variant="default" onClick={onClose}>
            Close (Ctrl-D)
          </Button>
        )}
      </div>
    </div>
  );
}
