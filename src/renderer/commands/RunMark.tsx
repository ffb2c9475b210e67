import { IconAlertTriangle, IconCheck, IconHelp, IconPlayerPlay, IconPlayerStop, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import mark from '../plans/PlanMark.module.css';
import type { RunTone } from './run-words.ts';

const shapes = { quiet: IconPlayerStop, live: IconPlayerPlay, good: IconCheck, warn: IconAlertTriangle, bad: IconX } as const;

/** How something stands, as a shape and a word. */
export function RunMark({ word, tone }: { readonly word: string; readonly tone: RunTone }): ReactNode {
  const Icon = word === 'Interrupted' ? IconHelp : shapes[tone];
  return (
    <span className={mark.mark} data-tone={tone}>
      <Icon size={14} stroke={2} aria-hidden="true" />
      {word}
    </span>
  );
}
