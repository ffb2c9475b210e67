import { IconAlertTriangle, IconCheck, IconClockExclamation, IconHelp, IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { BackupState } from '../../shared/contract/backups.ts';
import mark from '../plans/PlanMark.module.css';
import { stateLooks } from './job-words.ts';

const shapes: Readonly<Record<BackupState, typeof IconX>> = {
  failing: IconX,
  overdue: IconClockExclamation,
  running: IconPlayerPlay,
  unknown: IconHelp,
  healthy: IconCheck,
  disabled: IconPlayerPause,
};

/** The state of a job as a shape and a word. */
export function BackupMark({ state }: { readonly state: BackupState }): ReactNode {
  const { word, tone } = stateLooks[state];
  const Icon = shapes[state];
  return (
    <span className={mark.mark} data-tone={tone}>
      <Icon size={14} stroke={2} aria-hidden="true" />
      {word}
    </span>
  );
}

/** How many findings a job has, worst first. */
export function FindingCount({ errors, warnings }: { readonly errors: number; readonly warnings: number }): ReactNode {
  if (errors + warnings === 0) return null;
  return (
    <span className={mark.mark} data-tone={errors > 0 ? 'bad' : 'warn'}>
      <IconAlertTriangle size={14} stroke={2} aria-hidden="true" />
      <span className="hum-mono">{errors + warnings}</span>
      <span className="hum-unseen">{errors > 0 ? 'things wrong with it' : 'warnings'}</span>
    </span>
  );
}
