import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconCheck,
  IconCircle,
  IconCircleDashed,
  IconHelp,
  IconLock,
  IconMinus,
  IconPlayerPlay,
  IconX,
} from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import type { PlanState, StepState } from '../../shared/contract/plans.ts';
import classes from './PlanMark.module.css';
import { planLooks, stepLooks } from './plan-looks.ts';

type Shape = ComponentType<{ size: number; stroke: number; 'aria-hidden': 'true' }>;

/** Each has a shape of its own: none is told by its colour alone. */
const shapes: Readonly<Record<PlanState | StepState, Shape>> = {
  queued: IconCircleDashed,
  waiting: IconCircle,
  running: IconPlayerPlay,
  undoing: IconArrowBackUp,
  done: IconCheck,
  failed: IconX,
  cancelled: IconArrowBackUp,
  undone: IconArrowBackUp,
  stuck: IconAlertTriangle,
  'undo-failed': IconAlertTriangle,
  interrupted: IconHelp,
  unknown: IconHelp,
  kept: IconLock,
  dismissed: IconMinus,
};

/** Where a plan stands, as a shape and a word. */
export function PlanMark({ state }: { readonly state: PlanState }): ReactNode {
  return <Mark shape={shapes[state]} {...planLooks[state]} />;
}

/** Where a step stands, as a shape and a word. */
export function StepMark({ state }: { readonly state: StepState }): ReactNode {
  return <Mark shape={shapes[state]} {...stepLooks[state]} />;
}

function Mark({ shape: Icon, word, tone }: { readonly shape: Shape; readonly word: string; readonly tone: string }): ReactNode {
  return (
    <span className={classes.mark} data-tone={tone}>
      <Icon size={14} stroke={2} aria-hidden="true" />
      {word}
    </span>
  );
}
