import { Button, Modal, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { JobChange, JobRead } from '../../../shared/contract/backup-jobs.ts';
import type { Problem } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { ProblemText } from '../../app/act.tsx';
import { client } from '../../app/client.ts';
import { copyBackupPath, go } from '../../app/paths.ts';
import { problemFrom } from '../../app/problem.ts';
import { ChangeView } from './ChangeView.tsx';
import classes from './make.module.css';
import { useChangePreview } from './use-change-preview.ts';

interface JobActionsProps {
  readonly host: string;
  readonly job: JobRead;
  readonly onStarted: (plans: readonly string[], removed: boolean) => void;
}

/** What else can be done with a job that is there. */
export function JobActions({ host, job, onStarted }: JobActionsProps): ReactNode {
  const [asking, setAsking] = useState<'disable' | 'enable' | 'remove' | null>(null);
  const { definition, disabled, byHand } = job;
  return (
    <div className={classes.state}>
      {disabled === null ? null : (
        <p role="status">
          <strong>Disabled:</strong> {visibleText(disabled, 200)}
        </p>
      )}
      {byHand ? (
        <p className={classes.byHand}>
          Somebody has changed its files by hand. What is different is shown on the right; saving puts them back.
        </p>
      ) : null}
      <div className={classes.labels}>
        <Button size="compact-sm" h={28} variant="default" onClick={() => setAsking(disabled === null ? 'disable' : 'enable')}>
          {disabled === null ? 'Disable…' : 'Enable…'}
        </Button>
        <Button size="compact-sm" h={28} variant="default" onClick={() => go(copyBackupPath(host, definition.name))}>
          Copy to other hosts…
        </Button>
        <Button size="compact-sm" h={28} variant="default" color="red" onClick={() => setAsking('remove')}>
          Remove…
        </Button>
      </div>
      {asking === null ? null : (
        <Ask kind={asking} host={host} name={definition.name} onClose={() => setAsking(null)} onStarted={onStarted} />
      )}
    </div>
  );
}

const words = {
  disable: { title: 'Disable', button: 'Disable it', about: 'It stays on the host and does not start by itself until it is enabled.' },
  enable: { title: 'Enable', button: 'Enable it', about: 'It starts by its schedule again.' },
  remove: {
    title: 'Remove',
    button: 'Remove it',
    about: 'Its script and its schedule go. The copies stay, and so do its log and its history on the host.',
  },
} as const;

interface AskProps extends Omit<JobActionsProps, 'job'> {
  readonly kind: keyof typeof words;
  readonly name: string;
  readonly onClose: () => void;
}

function Ask({ kind, host, name, onClose, onStarted }: AskProps): ReactNode {
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const change: JobChange | null =
    kind !== 'disable' ? { kind, name } : reason.trim() === '' ? null : { kind, name, reason: reason.trim() };
  const state = useChangePreview([host], change, 0);
  const digest = state.current && state.preview?.hosts.every((each) => each.kind === 'ready') ? state.preview.digest : null;
  const start = async () => {
    if (change === null || digest === null || busy) return;
    setBusy(true);
    try {
      onStarted((await client.backupJobs.start({ hosts: [host], change, digest })).plans, kind === 'remove');
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
    }
  };
  return (
    <Modal opened onClose={onClose} title={`${words[kind].title} backup ${name}`} size="xl">
      <form
        className={classes.ask}
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <p className={classes.about}>{words[kind].about}</p>
        {kind === 'disable' ? (
          <TextInput
            label="Why"
            description="It stands in the file, for whoever finds it."
            value={reason}
            maxLength={200}
            onChange={(event) => setReason(event.currentTarget.value)}
            data-autofocus
          />
        ) : null}
        {change === null ? null : <ChangeView state={state} read={[]} onOverwrite={() => undefined} onTakeOver={onClose} />}
        {problem === null ? null : (
          <div className={classes.problem} role="alert">
            <ProblemText problem={problem} />
          </div>
        )}
        <div className={classes.browseFoot}>
          <span className={classes.spacer} />
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" {...(kind === 'remove' ? { color: 'red' } : {})} disabled={digest === null} loading={busy}>
            {words[kind].button}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
