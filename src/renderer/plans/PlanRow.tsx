import { IconChevronRight } from '@tabler/icons-react';
import { type ReactNode, useId, useState } from 'react';
import type { PlanView } from '../../shared/contract/plans.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { clockDate, clockTime } from '../components/clock-time.ts';
import classes from './ActivityPage.module.css';
import { PlanMark } from './PlanMark.tsx';
import { PlanDetails } from './PlanPanel.tsx';
import { formatTook, planProgress } from './plan-looks.ts';

interface PlanRowProps {
  readonly plan: PlanView;
  /** Its steps are shown from the start. */
  readonly open?: boolean;
  readonly onOpen?: (open: boolean) => void;
}

/** A plan as one line, which opens to its steps. */
export function PlanRow({ plan, open: openAtFirst = false, onOpen }: PlanRowProps): ReactNode {
  const [open, setOpen] = useState(openAtFirst);
  const details = useId();
  const moving = plan.endedAt === null;
  const toggle = () => {
    setOpen(!open);
    onOpen?.(!open);
  };
  return (
    <li className={classes.plan}>
      <button type="button" className={classes.line} aria-expanded={open} aria-controls={details} onClick={toggle}>
        <IconChevronRight size={14} className={classes.chevron} aria-hidden="true" />
        <time className="hum-mono" dateTime={new Date(plan.createdAt).toISOString()} title={clockTime(plan.createdAt)}>
          {clockDate(plan.createdAt)}
        </time>
        <PlanMark state={plan.state} />
        <span className={classes.title}>{visibleText(plan.title, 200)}</span>
        <span className={`hum-mono ${classes.host}`}>{visibleText(plan.hostName, 120)}</span>
        <span className={classes.by}>{visibleText(plan.by, 60)}</span>
        <span className={`hum-mono ${classes.took}`}>
          {moving ? planProgress(plan) : formatTook((plan.endedAt ?? plan.createdAt) - plan.createdAt)}
        </span>
      </button>
      <div id={details} className={classes.details} hidden={!open}>
        {open ? <PlanDetails plan={plan} heading={false} /> : null}
      </div>
    </li>
  );
}
