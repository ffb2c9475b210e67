import type { ReactNode } from 'react';
import type { BackupJob } from '../../shared/contract/backups.ts';
import { formatBytes, formatDuration } from '../../shared/units.ts';
import classes from './backups.module.css';

/** How long the newest runs took and what they moved, a bar for each. */
export function JobTrend({ runs }: { readonly runs: BackupJob['trend'] }): ReactNode {
  if (runs.length === 0) return <p className={classes.hint}>No run is known yet.</p>;
  return (
    <div className={classes.trends}>
      <Bars
        title="Took"
        runs={runs}
        figure={({ seconds }) => seconds}
        words={(seconds) => (seconds < 1 ? '< 1 s' : formatDuration(seconds * 1000))}
      />
      <Bars title="Moved" runs={runs} figure={({ bytes }) => bytes} words={formatBytes} />
    </div>
  );
}

interface BarsProps {
  readonly title: string;
  readonly runs: BackupJob['trend'];
  readonly figure: (run: BackupJob['trend'][number]) => number | null;
  readonly words: (value: number) => string;
}

function Bars({ title, runs, figure, words }: BarsProps): ReactNode {
  const values = runs.map(figure);
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return null;
  const most = Math.max(...known, 1);
  const last = known.at(-1) ?? 0;
  return (
    <figure className={classes.trend}>
      <figcaption>
        {title} <span className="hum-mono">{words(last)}</span>
        <span className={classes.hint}>, at most {words(Math.max(...known))}</span>
      </figcaption>
      <div className={classes.bars} role="img" aria-label={`${title}: ${known.map(words).join(', ')}`}>
        {values.map((value, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a run has no other name than its place
            key={index}
            title={value === null ? 'unknown' : words(value)}
            style={{ height: `${value === null ? 2 : Math.max(6, (100 * value) / most)}%` }}
          />
        ))}
      </div>
    </figure>
  );
}
