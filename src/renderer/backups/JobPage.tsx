import { Button } from '@mantine/core';
import { IconPencil, IconRefresh, IconTransferIn } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { BackupJob } from '../../shared/contract/backups.ts';
import { exitMeaning } from '../../shared/rsync-exit-codes.ts';
import { formatBytes, formatDuration } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { useKeys } from '../app/keys.ts';
import { backupsPath, editBackupPath, go, hostPath } from '../app/paths.ts';
import { useTitle } from '../app/use-title.ts';
import { BackLink } from '../components/BackLink.tsx';
import { CodeText } from '../components/CodeText.tsx';
import { clockDate } from '../components/clock-time.ts';
import { useEachSecond } from '../components/ticker.ts';
import { useHostName } from '../deploy/host-name.ts';
import { consoleNow } from '../fleet/store.ts';
import { BackupMark } from './BackupMark.tsx';
import classes from './backups.module.css';
import { DayStrip } from './DayStrip.tsx';
import { Findings } from './Findings.tsx';
import { JobLog } from './JobLog.tsx';
import { JobTrend } from './JobTrend.tsx';
import { adoptPath, evidenceWords, nextWords, originWords, placeWords, relative } from './job-words.ts';
import { useBackups, useFollowBackups, useJob } from './store.ts';

/** One backup job: how it does, what is wrong with it, what it moved, and its log. */
export function JobPage({ host, id }: { readonly host: string; readonly id: string }): ReactNode {
  useFollowBackups();
  const loaded = useBackups((state) => state.loaded);
  const job = useJob(host, id);
  const nameOf = useHostName();
  useTitle(job === undefined ? 'Backups' : visibleText(job.name, 80));
  const back = () => go(backupsPath);
  useKeys({ u: back, escape: back });
  return (
    <div className={classes.jobPage} aria-busy={!loaded}>
      <BackLink to={backupsPath}>Backups</BackLink>
      {job !== undefined ? (
        <Job job={job} hostName={nameOf(host)} />
      ) : loaded ? (
        <div className={classes.nothing}>
          <h1>This job is not there any more</h1>
          <p>
            It was changed or removed on the host, or Hum has not read the host yet. A job that was changed stands among the backups under
            its new form.
          </p>
        </div>
      ) : (
        <p role="status">Asking for the backups of the fleet…</p>
      )}
    </div>
  );
}

function Job({ job, hostName }: { readonly job: BackupJob; readonly hostName: string }): ReactNode {
  const adopting = adoptPath(job);
  const [asking, setAsking] = useState(false);
  const read = async () => {
    setAsking(true);
    await act({ doing: 'Reading the backups of this host', run: () => client.backups.refresh({ hosts: [job.host] }), done: () => null });
    setAsking(false);
  };
  const last = job.lastEnded;
  const meaning = last?.exit == null ? null : exitMeaning(last.exit);
  return (
    <>
      <header className={classes.jobHead}>
        <div>
          <h1>{visibleText(job.name, 120)}</h1>
          <p className={classes.stateLine}>
            <BackupMark state={job.state} />
            <span>{visibleText(job.stateWords, 300)}</span>
            <span className={classes.hint}>
              on{' '}
              <a className="hum-mono" href={`#${hostPath(job.host)}`}>
                {visibleText(hostName, 80)}
              </a>
            </span>
          </p>
        </div>
        <span className={classes.spacer} />
        <Button
          variant="default"
          size="compact-sm"
          h={30}
          leftSection={<IconRefresh size={14} />}
          onClick={() => void read()}
          aria-busy={asking}
        >
          Read again
        </Button>
        {adopting === null ? null : (
          <Button size="compact-sm" h={30} leftSection={<IconTransferIn size={14} />} component="a" href={`#${adopting}`}>
            Adopt
          </Button>
        )}
        {job.managed === null ? null : (
          <Button
            size="compact-sm"
            h={30}
            leftSection={<IconPencil size={14} />}
            component="a"
            href={`#${editBackupPath(job.host, job.managed)}`}
          >
            Edit
          </Button>
        )}
      </header>
      {meaning !== null && meaning.kind !== 'ok' ? (
        <div className={classes.problem} data-kind={meaning.kind} role="note">
          <strong>
            Status {last?.exit}: {meaning.words}
          </strong>
          <div className={classes.hint}>{meaning.hint}</div>
        </div>
      ) : null}
      <Findings job={job} />
      <div className={classes.columns}>
        <Facts job={job} />
        <section>
          <h2>30 days</h2>
          <DayStrip days={job.days} large />
          <JobTrend runs={job.trend} />
        </section>
      </div>
      {job.command === '' ? null : (
        <section>
          <h2>What is started</h2>
          <CodeText text={job.command} label="The command" most={200} />
        </section>
      )}
      <JobLog key={`${job.host} ${job.id} ${job.lastRun?.endedAt}`} host={job.host} job={job.id} />
    </>
  );
}

function Facts({ job }: { readonly job: BackupJob }): ReactNode {
  const offset = useBackups((state) => state.hosts.get(job.host)?.clockOffsetMs ?? 0);
  const zone = useBackups((state) => state.hosts.get(job.host)?.timeZone ?? 'UTC');
  const { rsync, running } = job;
  const rows: readonly (readonly [string, ReactNode])[] = [
    ['From', rsync.sources.map((place) => visibleText(placeWords(place), 300)).join('\n')],
    ['To', rsync.destination === null ? '' : visibleText(placeWords(rsync.destination), 300)],
    ['When', `${visibleText(job.scheduleWords, 200)} (${zone})`],
    ['Next start', <Moment key="next" at={job.nextAt} offset={offset} none={job.disabled === null ? 'unknown' : 'none'} coming />],
    ...(running === null
      ? []
      : [
          [
            'Running',
            <span key="running">
              process {running.pid}, <Since at={running.since} offset={offset} />
              {running.bytes === null ? '' : `, ${formatBytes(running.bytes)} so far`}
              {running.overlaps ? ', into the next start' : ''}
            </span>,
          ] as const,
        ]),
    ['Last start', <Moment key="start" at={job.lastStartAt} offset={offset} none="unknown" />],
    ['Last success', <Moment key="success" at={job.lastSuccessAt} offset={offset} none="unknown" />],
    ['Known from', evidenceWords[job.evidence]],
    ['As', job.user !== null ? visibleText(job.user, 60) : job.origin.manager === '*' ? 'each account that logs in' : 'unknown'],
    ['Options', visibleText(rsync.options.join(' '), 500)],
    ['Bandwidth', rsync.bandwidth === null ? 'no limit' : visibleText(rsync.bandwidth, 40)],
    ['Stands in', visibleText(originWords(job), 400)],
  ];
  return (
    <section>
      <h2 className="hum-unseen">Facts</h2>
      <dl className={classes.facts}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="hum-mono">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Since({ at, offset }: { readonly at: number; readonly offset: number }): ReactNode {
  return useEachSecond(() => `for ${formatDuration(consoleNow() + offset - at)}`);
}

/** A moment of the host's clock, in words and by the clock of the person. */
function Moment({
  at,
  offset,
  none,
  coming = false,
}: {
  readonly at: number | null;
  readonly offset: number;
  readonly none: string;
  readonly coming?: boolean;
}): ReactNode {
  const words = useEachSecond(() => (coming ? nextWords : relative)(at, consoleNow() + offset));
  return at === null ? none : `${words} (${clockDate(at - (Math.abs(offset) > 60_000 ? offset : 0))})`;
}
