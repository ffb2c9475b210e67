import type { ReactNode } from 'react';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { hostCount } from '../components/host-count.ts';
import { isFailing } from '../components/host-states.ts';
import classes from '../components/table/table.module.css';
import type { FleetRows } from './rows.ts';
import { useFleet } from './store.ts';
import { totalsOf } from './totals.ts';

/** The words of a group's heading: its name, how many hosts it has and how they are. */
export function GroupHeading({ name, ids }: { readonly name: string | null; readonly ids: readonly string[] }): ReactNode {
  const summary = useFleet((state) => summaryOf(ids, state.rows));
  return (
    <>
      <strong>{name === null ? 'No group' : visibleText(name, 80)}</strong>
      <span className={classes.summary}>{summary}</span>
    </>
  );
}

function summaryOf(ids: readonly string[], rows: FleetRows): string {
  const members = ids.flatMap((id) => rows.get(id) ?? []);
  const totals = totalsOf(members);
  const failing = members.filter((row) => isFailing(row.status.state)).length;
  const parts = [hostCount(totals.hosts)];
  if (totals.memoryTotal > 0) parts.push(`${formatBytes(totals.memoryUsed)} of ${formatBytes(totals.memoryTotal)}`);
  if (failing > 0) parts.push(`${failing} ${failing === 1 ? 'needs' : 'need'} help`);
  return parts.join(' · ');
}
