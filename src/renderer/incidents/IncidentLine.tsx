import { memo, type ReactNode } from 'react';
import { Link } from 'wouter';
import type { IncidentView } from '../../shared/contract/alerts.ts';
import { formatDuration } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { incidentPath } from '../app/paths.ts';
import { clockDate } from '../components/clock-time.ts';
import { useEachSecond } from '../components/ticker.ts';
import { consoleNow } from '../fleet/store.ts';
import { IncidentMark } from './IncidentMark.tsx';
import classes from './incidents.module.css';

interface IncidentLineProps {
  readonly incident: IncidentView;
  readonly here: boolean;
  readonly chosen: boolean;
  readonly onChoose: (id: string) => void;
}

/** One open incident: how it stands, what it is, since when, and who has taken care of it. */
export const IncidentLine = memo(function IncidentLine({ incident, here, chosen, onChoose }: IncidentLineProps): ReactNode {
  const { id, summary, ruleName, since, acknowledgedBy, snoozedUntil, note, severity, state } = incident;
  const care =
    snoozedUntil !== null
      ? `until ${clockDate(snoozedUntil)}`
      : acknowledgedBy !== null
        ? `by ${visibleText(acknowledgedBy, 40)}`
        : note === ''
          ? ''
          : visibleText(note, 80);
  return (
    <li className={classes.line} data-here={here || undefined} data-chosen={chosen || undefined} data-id={id}>
      <input type="checkbox" checked={chosen} aria-label={`Select ${summary}`} onChange={() => onChoose(id)} />
      <Link href={incidentPath(id)} className={classes.lineLink ?? ''} data-firing={state === 'firing' ? severity : undefined}>
        <IncidentMark incident={incident} />
        <span className={classes.summary}>{summary}</span>
        <span className={classes.rule}>{ruleName}</span>
        <span className={`hum-mono ${classes.age}`}>
          <Age since={since} />
        </span>
        <span className={classes.care}>{care}</span>
      </Link>
    </li>
  );
});

function Age({ since }: { readonly since: number }): ReactNode {
  return useEachSecond(() => formatDuration(consoleNow() - since));
}
