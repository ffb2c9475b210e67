import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { IncidentPage, IncidentView } from '../../shared/contract/alerts.ts';
import { formatDuration } from '../../shared/units.ts';
import { ProblemText } from '../app/act.tsx';
import { incidentPath } from '../app/paths.ts';
import { clockDate } from '../components/clock-time.ts';
import { rove } from '../components/rove.ts';
import { incidentCount, matches, type readIncidentQuery } from './incident-words.ts';
import classes from './incidents.module.css';
import { useResolved } from './use-resolved.ts';

/** What was resolved, newest first, and how many incidents each of the last 30 days had. */
export function Past({ terms }: { readonly terms: ReturnType<typeof readIncidentQuery>['terms'] }): ReactNode {
  /** The begin of the day that is looked at, and of the next one. */
  const [day, setDay] = useState<{ readonly from: number; readonly to: number | null } | null>(null);
  const { page, problem, showMore } = useResolved(day?.to ?? null);
  const shown = (page?.incidents ?? []).filter((each) => matches(each, terms) && (day === null || each.openedAt >= day.from));
  const more = page?.more === true && (day === null || (page.incidents.at(-1)?.openedAt ?? 0) >= day.from);
  return (
    <section className={classes.block} aria-labelledby="past" aria-busy={page === null}>
      <div className={classes.pastHead}>
        <h2 id="past">Resolved{day === null ? '' : ` of ${clockDate(day.from).slice(0, 10)}`}</h2>
        {page === null ? null : <Days days={page.days} from={day?.from ?? null} onDay={setDay} />}
      </div>
      {problem === null ? null : <ProblemText problem={problem} />}
      {page !== null && shown.length === 0 ? (
        <p className={classes.about}>{day === null ? 'Nothing was resolved yet.' : 'Nothing of this day.'}</p>
      ) : null}
      <ol className={classes.lines} aria-label="Resolved incidents, newest first" hidden={shown.length === 0}>
        {shown.map((incident) => (
          <ResolvedLine key={incident.id} incident={incident} />
        ))}
      </ol>
      {more ? (
        <Button variant="default" size="compact-sm" onClick={showMore}>
          Show older
        </Button>
      ) : null}
    </section>
  );
}

function ResolvedLine({ incident }: { readonly incident: IncidentView }): ReactNode {
  const { id, summary, severity, ruleName, since, openedAt, resolvedAt } = incident;
  return (
    <li className={classes.pastLine}>
      <Link href={incidentPath(id)} className={classes.lineLink ?? ''}>
        <time className="hum-mono" dateTime={new Date(openedAt).toISOString()}>
          {clockDate(openedAt)}
        </time>
        <span className={classes.summary}>{summary}</span>
        <span className={classes.rule}>{ruleName}</span>
        <span className={`hum-mono ${classes.age}`}>{formatDuration((resolvedAt ?? since) - since)}</span>
        <span className={classes.care}>{severity}</span>
      </Link>
    </li>
  );
}

interface DaysProps {
  readonly days: IncidentPage['days'];
  readonly from: number | null;
  readonly onDay: (day: { readonly from: number; readonly to: number | null } | null) => void;
}

/** A column for each day; a click shows what was that day, another all again. */
function Days({ days, from, onDay }: DaysProps): ReactNode {
  // A line of nothing would say nothing.
  if (days.every(({ warning, critical }) => warning + critical === 0)) return null;
  const most = Math.max(1, ...days.map(({ warning, critical }) => warning + critical));
  return (
    <fieldset className={classes.days} aria-label="Incidents of the last 30 days" onKeyDown={rove}>
      {days.map(({ at, warning, critical }, index) => {
        const label = `${clockDate(at).slice(0, 10)}: ${incidentCount(warning + critical)}${critical > 0 ? `, ${critical} critical` : ''}`;
        const height = (count: number) => ({ height: `${Math.round((22 * count) / most)}px` });
        return (
          <button
            key={at}
            type="button"
            title={label}
            aria-label={label}
            aria-pressed={from === at}
            data-tip={label}
            tabIndex={index === days.length - 1 ? 0 : -1}
            onClick={() => onDay(from === at ? null : { from: at, to: days[index + 1]?.at ?? null })}
          >
            <span data-tone="bad" style={height(critical)} />
            <span data-tone="warn" style={height(warning)} />
          </button>
        );
      })}
    </fieldset>
  );
}
