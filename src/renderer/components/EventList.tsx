import { IconAlertOctagon, IconAlertTriangle, IconPoint } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { clockDate, clockTime } from './clock-time.ts';
import classes from './EventList.module.css';

export interface ListedEvent {
  /** Epoch ms. */
  readonly at: number;
  readonly severity: 'info' | 'warning' | 'critical';
  /** Hostile text. */
  readonly text: string;
}

const marks = {
  info: { Icon: IconPoint, word: 'Note' },
  warning: { Icon: IconAlertTriangle, word: 'Warning' },
  critical: { Icon: IconAlertOctagon, word: 'Critical' },
} as const;

/** What happened to a host or a domain since Hum was started, newest first. */
export function EventList({ events }: { readonly events: readonly ListedEvent[] | null }): ReactNode {
  return (
    <section className={classes.block}>
      <h2 className={classes.blockTitle}>Recent events</h2>
      {events?.length === 0 ? <p className={classes.quiet}>Nothing has happened since Hum was started.</p> : null}
      <ol className={classes.events} tabIndex={events && events.length > 8 ? 0 : undefined} aria-label="Recent events, newest first">
        {[...(events ?? [])].reverse().map((event) => (
          <EventLine key={`${event.at} ${event.text}`} event={event} />
        ))}
      </ol>
    </section>
  );
}

function EventLine({ event }: { readonly event: ListedEvent }): ReactNode {
  const { Icon, word } = marks[event.severity];
  return (
    <li data-severity={event.severity}>
      <time className="hum-mono" dateTime={new Date(event.at).toISOString()} title={clockDate(event.at)}>
        {clockTime(event.at)}
      </time>
      <Icon size={16} aria-label={word} />
      <span>{visibleText(event.text, 300)}</span>
    </li>
  );
}
