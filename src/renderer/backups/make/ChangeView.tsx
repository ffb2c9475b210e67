import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { HostChange, JobFile } from '../../../shared/contract/backup-jobs.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { ProblemText } from '../../app/act.tsx';
import { CodeText } from '../../components/CodeText.tsx';
import { DiffView } from '../../components/DiffView.tsx';
import { useHostName } from '../../deploy/host-name.ts';
import { PlannedSteps } from '../../deploy/PlannedSteps.tsx';
import classes from './make.module.css';
import type { PreviewState } from './use-change-preview.ts';

interface ChangeViewProps {
  readonly state: PreviewState;
  /** What the files were when the page read them, where it did. */
  readonly read: readonly { readonly path: string; readonly text: string }[];
  /** A person wants what the page says, whatever is there now. */
  readonly onOverwrite: (version: string) => void;
  /** A person wants what is there now. */
  readonly onTakeOver: () => void;
}

/** The exact files and steps of each host, before anything is written. */
export function ChangeView({ state, read, onOverwrite, onTakeOver }: ChangeViewProps): ReactNode {
  const { preview, current, problem } = state;
  const [chosen, setChosen] = useState<string | null>(null);
  const nameOf = useHostName();
  if (problem !== null) {
    return (
      <div className={classes.problem} role="alert">
        <ProblemText problem={problem} />
      </div>
    );
  }
  if (preview === null) return <p className={classes.about}>It is shown here, whole, as soon as the form says enough.</p>;
  const shown = preview.hosts.find(({ host }) => host === chosen) ?? preview.hosts[0];
  return (
    <div className={classes.change} data-current={current || undefined}>
      {preview.hosts.length > 1 ? (
        <fieldset className={classes.hostTabs} aria-label="Of which host">
          {preview.hosts.map(({ host, kind }) => (
            <button key={host} type="button" aria-pressed={host === shown?.host} data-kind={kind} onClick={() => setChosen(host)}>
              {kind === 'ready' ? null : (
                <IconAlertTriangle
                  size={12}
                  className={classes.icon}
                  data-tone="warn"
                  aria-label={kind === 'refused' ? 'Refused' : 'Changed'}
                />
              )}
              {visibleText(nameOf(host), 40)}
            </button>
          ))}
        </fieldset>
      ) : null}
      {shown === undefined ? null : (
        <Change key={shown.host} change={shown} read={read} onOverwrite={onOverwrite} onTakeOver={onTakeOver} />
      )}
    </div>
  );
}

function Change({ change, read, onOverwrite, onTakeOver }: Omit<ChangeViewProps, 'state'> & { readonly change: HostChange }): ReactNode {
  if (change.kind === 'refused') {
    return (
      <div className={classes.problem} role="alert">
        <ProblemText problem={change.problem} />
      </div>
    );
  }
  if (change.kind === 'changed') {
    const paths = [...new Set([...change.files.map(({ path }) => path), ...read.map(({ path }) => path)])];
    return (
      <div className={classes.conflict} role="alert">
        <strong>Somebody else has changed this job since it was opened. Nothing is overwritten.</strong>
        {paths.map((path) => {
          const [before, after] = [
            read.find((file) => file.path === path)?.text ?? '',
            change.files.find((file) => file.path === path)?.text ?? '',
          ];
          return before === after ? null : (
            <div key={path}>
              <p className={`hum-mono ${classes.fileName}`}>{visibleText(path, 300)}</p>
              <DiffView before={before} after={after} label={`What has changed in ${visibleText(path, 200)}`} context={2} />
            </div>
          );
        })}
        <div className={classes.labels}>
          <Button size="compact-sm" h={28} onClick={onTakeOver}>
            Go on from what is there now
          </Button>
          <Button size="compact-sm" h={28} variant="default" onClick={() => onOverwrite(change.version)}>
            Write what the form says all the same
          </Button>
        </div>
      </div>
    );
  }
  const { files, notes, nextRuns, zone, steps, host } = change;
  return (
    <>
      {notes.length === 0 ? null : (
        <ul className={classes.notes} aria-label="To be known">
          {notes.map((note) => (
            <li key={note}>
              <IconAlertTriangle size={14} className={classes.icon} data-tone="warn" aria-hidden="true" /> {visibleText(note, 400)}
            </li>
          ))}
        </ul>
      )}
      {nextRuns.length === 0 ? null : (
        <p className={classes.about}>{`Runs next ${nextRuns
          .slice(0, 3)
          .map((at) => runTime(at, zone))
          .join(', ')}${zone === null ? ', if the host keeps the time of this computer' : ` (${zone})`}.`}</p>
      )}
      {files.length === 0 ? (
        <p className={classes.about}>The files on the host are like this already.</p>
      ) : (
        files.map((file) => <File key={file.path} file={file} />)
      )}
      {steps.length === 0 ? null : (
        <details className={classes.details}>
          <summary>The {steps.length} steps, each with its undo</summary>
          <PlannedSteps steps={steps} host={host} label="The steps" />
        </details>
      )}
    </>
  );
}

function File({ file: { path, mode, before, after } }: { readonly file: JobFile }): ReactNode {
  const name = visibleText(path, 300);
  const about =
    after === null ? 'removed' : before === null ? `new, mode ${mode}` : mode === 'keep' ? 'one line changed' : `changed, mode ${mode}`;
  return (
    <details className={classes.file} open={!path.endsWith('.sh') || before !== null || undefined}>
      <summary>
        <span className="hum-mono">{name}</span> <span className={classes.about}>{about}</span>
      </summary>
      {before === null ? (
        <CodeText text={after ?? ''} label={name} />
      ) : (
        <DiffView before={before} after={after ?? ''} label={`Changes of ${name}`} context={3} />
      )}
    </details>
  );
}

/** In the host's own time, which is what its cron goes by. */
export function runTime(at: number, zone: string | null): string {
  return new Date(at).toLocaleString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(zone === null ? {} : { timeZone: zone }),
  });
}
