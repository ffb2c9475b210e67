import { IconAlertOctagon, IconAlertTriangle, IconCheck, IconEye, IconMoon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { IncidentView } from '../../shared/contract/alerts.ts';
import mark from '../plans/PlanMark.module.css';
import { incidentLook } from './incident-words.ts';

const shapes = {
  Critical: IconAlertOctagon,
  Warning: IconAlertTriangle,
  Acknowledged: IconEye,
  Snoozed: IconMoon,
  Resolved: IconCheck,
} as const;

/** How an incident stands, as a shape and a word. */
export function IncidentMark({ incident }: { readonly incident: Pick<IncidentView, 'severity' | 'state'> }): ReactNode {
  const { word, tone } = incidentLook(incident);
  const Icon = shapes[word as keyof typeof shapes];
  return (
    <span className={mark.mark} data-tone={tone}>
      <Icon size={14} stroke={2} aria-hidden="true" />
      {word}
    </span>
  );
}
