import { Button, Modal } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { BackupFinding, BackupFix } from '../../shared/contract/backups.ts';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText, showDone } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { activityPath, go } from '../app/paths.ts';
import { problemFrom } from '../app/problem.ts';
import { DiffView } from '../components/DiffView.tsx';
import { PlannedSteps } from '../deploy/PlannedSteps.tsx';
import classes from './backups.module.css';

interface FixDialogProps {
  readonly host: string;
  /** Null for the host's rsync daemon. */
  readonly job: string | null;
  /** Null while the dialog is closed. */
  readonly finding: BackupFinding | null;
  readonly onClose: () => void;
}

/** What a fix would change, then the change. Nothing is done before it was seen. */
export function FixDialog({ host, job, finding, onClose }: FixDialogProps): ReactNode {
  const last = useRef<BackupFinding | null>(null);
  if (finding) last.current = finding;
  const shown = last.current;
  return (
    <Modal
      opened={finding !== null}
      onClose={onClose}
      title={visibleText(shown?.fix ?? '', 100)}
      size={860}
      yOffset="8vh"
      closeOnClickOutside={false}
    >
      {shown === null ? null : <Preview key={`${host} ${job} ${shown.id}`} host={host} job={job} finding={shown} onClose={onClose} />}
    </Modal>
  );
}

function Preview({ host, job, finding, onClose }: FixDialogProps & { readonly finding: BackupFinding }): ReactNode {
  const [fix, setFix] = useState<BackupFix | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const ref = { host, job, finding: finding.id };
  const asked = JSON.stringify(ref);
  useEffect(() => {
    const stopping = new AbortController();
    client.backups.previewFix(JSON.parse(asked), { signal: stopping.signal }).then(
      (found) => {
        if (!stopping.signal.aborted) setFix(found);
      },
      (error: unknown) => {
        if (!stopping.signal.aborted) setProblem(problemFrom(error));
      },
    );
    return () => stopping.abort();
  }, [asked]);
  const apply = async () => {
    if (fix === null) return;
    setBusy(true);
    try {
      await client.backups.applyFix({ ...ref, digest: fix.digest });
      showDone(
        `Under way: ${visibleText(fix.title, 120)}. The activity tells how it goes, and undoes it when it is done. A file that is changed is kept as it was in /var/lib/hum/kept.`,
      );
      onClose();
      go(activityPath);
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
    }
  };
  return (
    <div className={classes.fix}>
      <p>{visibleText(finding.message, 500)}</p>
      {problem === null ? null : (
        <div className={classes.problem} role="alert">
          <ProblemText problem={problem} />
        </div>
      )}
      {fix === null && problem === null ? <p role="status">Looking at what would change…</p> : null}
      {fix === null ? null : (
        <>
          {fix.file === null ? null : (
            <>
              <h3 className="hum-mono">{visibleText(fix.file.path, 300)}</h3>
              <DiffView before={fix.file.before} after={fix.file.after} label="What the fix changes" context={3} />
            </>
          )}
          {fix.note === null ? null : (
            <p className={classes.fixNote}>
              {fix.note.split('\n').map((line) => (
                <span key={line}>{visibleText(line, 400)}</span>
              ))}
            </p>
          )}
          <PlannedSteps steps={fix.steps.map((step) => ({ ...step, host }))} host={host} label="What is done" />
        </>
      )}
      <div className={classes.fixFoot}>
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button disabled={fix === null || busy} onClick={() => void apply()}>
          Apply
        </Button>
      </div>
    </div>
  );
}
