import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import classes from './ActivityTab.module.css';
import { activityLabel, countPlans } from './plan-list.ts';
import { usePlans } from './store.ts';

/** What stands in the tab of the activity page: how many plans are under way, and a mark when one needs a decision. Its room is always there. */
export function ActivityTab(): ReactNode {
  const counts = usePlans(useShallow((state) => countPlans(state.plans)));
  return (
    <>
      <span aria-hidden="true">Activity</span>
      <span className="hum-unseen">{activityLabel(counts)}</span>
      <span className={classes.badge} aria-hidden="true" data-tone={counts.undecided > 0 ? 'bad' : 'live'}>
        {counts.undecided > 0 ? <IconAlertTriangle size={14} stroke={2} /> : counts.underWay > 0 ? counts.underWay : ''}
      </span>
    </>
  );
}
