import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type RefObject, useImperativeHandle, useRef, useState } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { useKeys } from '../app/keys.ts';
import { backupJobPath, go } from '../app/paths.ts';
import { useEachSecond } from '../components/ticker.ts';
import { consoleNow } from '../fleet/store.ts';
import { BackupMark, FindingCount } from './BackupMark.tsx';
import classes from './backups.module.css';
import { DayStrip } from './DayStrip.tsx';
import { type ListedJob, nextWords, placeWords, relative, sourceWords, tookWords } from './job-words.ts';
import { useBackups } from './store.ts';

const lineHeight = 34;

export interface JobListHandle {
  focus(): void;
}

interface JobListProps {
  readonly jobs: readonly ListedJob[];
  readonly handle: RefObject<JobListHandle | null>;
  readonly empty: ReactNode;
}

const keyOf = ({ job }: ListedJob) => `${job.host}/${job.id}`;

/** Jobs line by line; only the lines in sight exist. j, k and Enter as in every list. */
export function JobList({ jobs, handle, empty }: JobListProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const virtualizer = useVirtualizer({
    count: jobs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    getItemKey: (index) => {
      const listed = jobs[index];
      return listed === undefined ? index : keyOf(listed);
    },
    overscan: 8,
  });
  useImperativeHandle(handle, () => ({ focus: () => scroller.current?.focus() }));
  const at = jobs.findIndex((listed) => keyOf(listed) === cursor);
  const move = (to: number) => {
    const next = jobs[Math.max(0, Math.min(jobs.length - 1, to))];
    if (next === undefined) return;
    setCursor(keyOf(next));
    virtualizer.scrollToIndex(jobs.indexOf(next), { align: 'auto' });
  };
  const open = () => {
    const listed = jobs[at];
    if (listed !== undefined) go(backupJobPath(listed.job.host, listed.job.id));
  };
  useKeys({
    j: () => move(at + 1),
    k: () => move(at - 1),
    arrowdown: () => move(at + 1),
    arrowup: () => move(at - 1),
    home: () => move(0),
    end: () => move(jobs.length - 1),
    enter: open,
  });
  return (
    <div className={classes.table}>
      <div className={classes.head} aria-hidden="true">
        <span>State</span>
        <span>Job</span>
        <span>Host</span>
        <span>From, to</span>
        <span className={classes.when}>When</span>
        <span>Next</span>
        <span>Last success</span>
        <span className={classes.took}>Took</span>
        <span className={classes.days}>30 days</span>
        <span />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable for the keyboard */}
      <div ref={scroller} className={classes.lines} tabIndex={0}>
        {jobs.length === 0 ? empty : null}
        <ul className={classes.list} style={{ height: virtualizer.getTotalSize() }} aria-label="Backup jobs">
          {virtualizer.getVirtualItems().map(({ index, key, start }) => {
            const listed = jobs[index];
            return listed === undefined ? null : (
              <Line key={key} listed={listed} top={start} atCursor={keyOf(listed) === cursor} position={index + 1} of={jobs.length} />
            );
          })}
        </ul>
      </div>
    </div>
  );
}

interface LineProps {
  readonly listed: ListedJob;
  readonly top: number;
  readonly atCursor: boolean;
  readonly position: number;
  readonly of: number;
}

function Line({ listed: { job, hostName }, top, atCursor, position, of }: LineProps): ReactNode {
  const offset = useBackups((state) => state.hosts.get(job.host)?.clockOffsetMs ?? 0);
  const next = useEachSecond(() => nextWords(job.nextAt, consoleNow() + offset));
  const last = useEachSecond(() => relative(job.lastSuccessAt, consoleNow() + offset));
  const errors = job.findings.filter(({ severity }) => severity === 'error').length;
  const { destination } = job.rsync;
  return (
    <li
      aria-posinset={position}
      aria-setsize={of}
      className={classes.line}
      style={{ transform: `translateY(${top}px)` }}
      data-cursor={atCursor || undefined}
    >
      <a href={`#${backupJobPath(job.host, job.id)}`} className={classes.lineLink}>
        <span title={visibleText(job.stateWords, 300)}>
          <BackupMark state={job.state} />
        </span>
        <span className={classes.name}>{visibleText(job.name, 100)}</span>
        <span className="hum-mono">{visibleText(hostName, 80)}</span>
        <span className={`hum-mono ${classes.way}`}>
          {visibleText(sourceWords(job), 200)}
          {destination === null ? '' : ` → ${visibleText(placeWords(destination), 200)}`}
        </span>
        <span className={classes.when}>{visibleText(job.scheduleWords, 120)}</span>
        <span className="hum-mono">{next || '–'}</span>
        <span className="hum-mono">{last || 'unknown'}</span>
        <span className={`hum-mono ${classes.took}`}>{tookWords(job.trend.at(-1) ?? null) || '–'}</span>
        <span className={classes.days}>
          <DayStrip days={job.days} />
        </span>
        <FindingCount errors={errors} warnings={job.findings.length - errors} />
      </a>
    </li>
  );
}
