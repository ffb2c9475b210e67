// biome-ignore-all lint/a11y/useSemanticElements: a table's elements cannot be laid out line by line; the ARIA grid pattern is used instead
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active line (aria-activedescendant)
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { memo, type ReactNode } from 'react';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { hostCount } from '../components/host-count.ts';
import { isFailing } from '../components/host-states.ts';
import classes from './FleetTable.module.css';
import type { Item } from './items.ts';
import type { FleetRows } from './rows.ts';
import { useFleet } from './store.ts';
import { totalsOf } from './totals.ts';

interface GroupLineProps {
  readonly item: Item & { readonly kind: 'group' };
  readonly rowIndex: number;
  readonly top: number;
  readonly span: number;
  readonly folded: boolean;
  readonly onFold: (key: string) => void;
}

/** The heading of a group: its name, how many hosts it has and how they are. Folds them away. */
export const GroupLine = memo(function GroupLine({ item, rowIndex, top, span, folded, onFold }: GroupLineProps): ReactNode {
  const summary = useFleet((state) => summaryOf(item.ids, state.rows));
  const Chevron = folded ? IconChevronRight : IconChevronDown;
  return (
    <div role="row" className={classes.group} style={{ top }} aria-rowindex={rowIndex}>
      <span role="gridcell" aria-colspan={span}>
        <button type="button" className={classes.fold} aria-expanded={!folded} onClick={() => onFold(item.key)}>
          <Chevron size={14} aria-hidden="true" />
          <strong>{item.name === null ? 'No group' : visibleText(item.name, 80)}</strong>
          <span className={classes.summary}>{summary}</span>
        </button>
      </span>
    </div>
  );
});

function summaryOf(ids: readonly string[], rows: FleetRows): string {
  const members = ids.flatMap((id) => rows.get(id) ?? []);
  const totals = totalsOf(members);
  const failing = members.filter((row) => isFailing(row.status.state)).length;
  const parts = [hostCount(totals.hosts)];
  if (totals.memoryTotal > 0) parts.push(`${formatBytes(totals.memoryUsed)} of ${formatBytes(totals.memoryTotal)}`);
  if (failing > 0) parts.push(`${failing} ${failing === 1 ? 'needs' : 'need'} help`);
  return parts.join(' · ');
}
