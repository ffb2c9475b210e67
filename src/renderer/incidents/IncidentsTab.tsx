import type { ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import classes from '../plans/ActivityTab.module.css';
import { countFiring, incidentCount } from './incident-words.ts';
import { useIncidents } from './store.ts';

/** What stands in the tab of the incidents: how many fire. Its room is always there. */
export function IncidentsTab(): ReactNode {
  const { critical, warning } = useIncidents(useShallow((state) => countFiring(state.open.values())));
  const all = critical + warning;
  return (
    <>
      <span aria-hidden="true">Incidents</span>
      <span className="hum-unseen">
        {all === 0 ? 'Incidents' : `Incidents: ${incidentCount(all)}${critical > 0 ? `, ${critical} critical` : ''}`}
      </span>
      <span className={classes.badge} aria-hidden="true" data-tone={critical > 0 ? 'bad' : 'warn'}>
        {all === 0 ? '' : all > 99 ? '99+' : all}
      </span>
    </>
  );
}
