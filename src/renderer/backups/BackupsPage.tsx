import { Button } from '@mantine/core';
import { IconPlus, IconRefresh } from '@tabler/icons-react';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import { type BackupState, backupStates } from '../../shared/contract/backups.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act, ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { useKeys } from '../app/keys.ts';
import { backupJobPath, fleetPath, go, hostPath, newBackupPath } from '../app/paths.ts';
import { useTitle } from '../app/use-title.ts';
import { FilterField } from '../components/FilterField.tsx';
import { hostCount } from '../components/host-count.ts';
import { useHostName } from '../deploy/host-name.ts';
import { useFleet } from '../fleet/store.ts';
import classes from './backups.module.css';
import { Daemons } from './Daemons.tsx';
import { HostNotes } from './HostNotes.tsx';
import { JobList, type JobListHandle } from './JobList.tsx';
import { answers, counts, inOrder, type ListedJob, sharedDestinations, stateLooks, withoutJobs } from './job-words.ts';
import { useBackups, useFollowBackups } from './store.ts';

/** Every backup job of the fleet: what fails, what is late, what runs, and which hosts have none. */
export function BackupsPage(): ReactNode {
  useFollowBackups();
  useTitle('Backups');
  const { loaded, hosts, problem } = useBackups();
  const nameOf = useHostName();
  const [filter, setFilter] = useState('');
  const [only, setOnly] = useState<BackupState | null>(null);
  const [asking, setAsking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const list = useRef<JobListHandle>(null);
  useKeys({ '/': () => field.current?.focus(), escape: () => (only === null ? setFilter('') : setOnly(null)) });
  const all = useMemo(
    () => [...hosts.values()].flatMap(({ host, jobs }) => jobs.map((job): ListedJob => ({ job, hostName: nameOf(host) }))).sort(inOrder),
    [hosts, nameOf],
  );
  const matching = useMemo(() => all.filter((listed) => answers(listed, filter)), [all, filter]);
  const shown = only === null ? matching : matching.filter(({ job }) => job.state === only);
  const tally = counts(matching);
  const shared = useMemo(() => sharedDestinations(all), [all]);
  const none = withoutJobs(hosts.values());
  const readAgain = async () => {
    setAsking(true);
    await act({ doing: 'Reading the backups', run: () => client.backups.refresh({ hosts: [...hosts.keys()] }), done: () => null });
    setAsking(false);
  };
  if (!loaded) return <Loading />;
  return (
    <div className={classes.page}>
      <h1 className="hum-unseen">Backups</h1>
      <header className={classes.bar}>
        <FilterField
          label="Filter backups"
          placeholder="Filter: a job, a host, a path, a warning"
          filter={filter}
          onChange={setFilter}
          error={undefined}
          field={field}
          onLeave={() => list.current?.focus()}
        />
        <fieldset className={classes.chips} aria-label="States">
          {backupStates.map((state) => (
            <button
              key={state}
              type="button"
              className={classes.chip}
              aria-pressed={only === state}
              data-tone={stateLooks[state].tone}
              data-zero={tally.get(state) === 0 || undefined}
              onClick={() => setOnly(only === state ? null : state)}
            >
              {stateLooks[state].word} <span className="hum-mono">{tally.get(state)}</span>
            </button>
          ))}
        </fieldset>
        <span className={classes.spacer} />
        <Button
          variant="default"
          size="compact-sm"
          h={30}
          leftSection={<IconRefresh size={14} />}
          onClick={() => void readAgain()}
          aria-busy={asking}
        >
          Read again
        </Button>
        <Button size="compact-sm" h={30} leftSection={<IconPlus size={14} />} component="a" href={`#${newBackupPath}`}>
          New backup
        </Button>
      </header>
      <div className={classes.notes}>
        {problem === null ? null : (
          <div className={classes.problem} role="alert">
            <ProblemText problem={problem} />
          </div>
        )}
        <HostNotes />
        <Daemons />
        {none.length > 0 ? (
          <details className={classes.note}>
            <summary>{hostCount(none.length)} without any backup</summary>
            <Names hosts={none} />
          </details>
        ) : null}
        {shared.length > 0 ? (
          <details className={classes.note} data-tone="warn">
            <summary>
              {shared.length === 1 ? 'One destination is' : `${shared.length} destinations are`} written to by more than one job
            </summary>
            <ul className={classes.shared}>
              {shared.slice(0, 50).map(({ place, jobs }) => (
                <li key={jobs.map(({ job }) => job.id).join()}>
                  <span className="hum-mono">{visibleText(place, 200)}</span>:{' '}
                  {jobs.slice(0, 10).map(({ job, hostName }, index) => (
                    <span key={`${job.host} ${job.id}`}>
                      {index > 0 ? ', ' : ''}
                      <a href={`#${backupJobPath(job.host, job.id)}`}>
                        {visibleText(job.name, 80)} on {visibleText(hostName, 80)}
                      </a>
                    </span>
                  ))}
                  {jobs.length > 10 ? ` and ${jobs.length - 10} more` : ''}
                </li>
              ))}
            </ul>
          </details>
        ) : null}
      </div>
      <JobList
        jobs={shown}
        handle={list}
        empty={
          <Empty
            any={all.length > 0}
            onClear={() => {
              setFilter('');
              setOnly(null);
            }}
          />
        }
      />
    </div>
  );
}

function Names({ hosts }: { readonly hosts: readonly string[] }): ReactNode {
  const nameOf = useHostName();
  const names = hosts
    .map((id) => ({ id, name: nameOf(id) }))
    .sort((left, right) => left.name.localeCompare(right.name, 'en', { numeric: true }));
  return (
    <p className={classes.names}>
      {names.slice(0, 200).map(({ id, name }) => (
        <a key={id} className="hum-mono" href={`#${hostPath(id)}`}>
          {visibleText(name, 80)}
        </a>
      ))}
      {names.length > 200 ? <span>and {hostCount(names.length - 200)} more</span> : null}
    </p>
  );
}

function Loading(): ReactNode {
  const problem = useBackups((state) => state.problem);
  return (
    <div className={classes.nothing} aria-busy="true" role={problem ? 'alert' : 'status'}>
      {problem ? <ProblemText problem={problem} /> : <p>Asking for the backups of the fleet…</p>}
    </div>
  );
}

function Empty({ any, onClear }: { readonly any: boolean; readonly onClear: () => void }): ReactNode {
  const waiting = useBackups((state) => [...state.hosts.values()].filter(({ readAt }) => readAt === null).length);
  const fleet = useFleet((state) => state.rows.size);
  if (any) {
    return (
      <div className={classes.nothing}>
        <p>No job answers this filter.</p>
        <Button size="compact-sm" variant="default" onClick={onClear}>
          Clear the filter
        </Button>
      </div>
    );
  }
  return (
    <div className={classes.nothing}>
      <h2>{waiting > 0 ? `${hostCount(waiting)} still to be read` : 'No backup is known yet'}</h2>
      <p>
        {fleet === 0
          ? 'Add a host, and its jobs appear here by themselves.'
          : 'Jobs that run rsync are found in crontabs, the folders of cron and the timers of systemd. Nothing has to be installed.'}
      </p>
      <Button size="compact-sm" variant="default" onClick={() => go(fleet === 0 ? fleetPath : newBackupPath)}>
        {fleet === 0 ? 'Go to the fleet' : 'Make the first one'}
      </Button>
    </div>
  );
}
