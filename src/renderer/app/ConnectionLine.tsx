import type { ReactNode } from 'react';
import { clockTime } from '../components/clock-time.ts';
import { useEachSecond } from '../components/ticker.ts';
import classes from './ConnectionLine.module.css';
import { tryNow } from './client.ts';
import type { Connection } from './connection.ts';
import { useConnection } from './connection.ts';

/** Says calmly that the console is not there, since when figures stand still, and when it is tried again. */
export function ConnectionLine(): ReactNode {
  const connection = useConnection();
  const countdown = useEachSecond(() => retryText(useConnection.getState(), Date.now()));
  if (connection.state === 'connecting') return <div className={classes.line}>Connecting to Hum…</div>;
  if (connection.state !== 'lost') return null;
  const since = clockTime(connection.since);
  return (
    <div className={classes.line} data-lost>
      <span role="status" className={classes.words}>
        <strong>Hum does not answer.</strong> What you see is from {since}.
      </span>
      <span className={classes.countdown}>{countdown}</span>
      {connection.nextTryAt === null ? null : (
        <button type="button" onClick={tryNow}>
          Retry now
        </button>
      )}
    </div>
  );
}

function retryText(connection: Connection, now: number): string {
  if (connection.state !== 'lost') return '';
  if (connection.nextTryAt === null) return 'Trying…';
  const seconds = Math.ceil((connection.nextTryAt - now) / 1000);
  return seconds > 0 ? `Next try in ${seconds} s` : 'Trying…';
}
