import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { clockTime } from '../components/clock-time.ts';
import { retryHosts } from '../inventory/actions.ts';
import classes from './OutageStrip.module.css';
import { useFleet } from './store.ts';

/** Many hosts that were lost at once, as the one thing that it is. */
export function OutageStrip(): ReactNode {
  const outage = useFleet((state) => state.outage);
  if (outage === null) return null;
  const reconnect = () => {
    const { rows } = useFleet.getState();
    void retryHosts(
      [...rows.values()].filter((row) => row.status.state === 'stale' || row.status.state === 'unreachable').map((row) => row.id),
    );
  };
  return (
    <div role="status" className={classes.strip}>
      <span>
        <strong>
          {clockTime(outage.since)} {visibleText(outage.message, 500)}
        </strong>{' '}
        {visibleText(outage.hint, 500)} They keep their last figures.
      </span>
      <Button size="compact-sm" variant="default" onClick={reconnect}>
        Reconnect all
      </Button>
    </div>
  );
}
