import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useMemo, useState } from 'react';
import type { DomainRow } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import { confirmationFor } from '../../shared/xen-actions.ts';
import { ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { ActionFields } from './ActionFields.tsx';
import { ActionPlans } from './ActionPlans.tsx';
import classes from './action.module.css';
import type { AskedAction } from './action-dialog.ts';
import { actionFrom, firstForm } from './action-form.ts';
import { actionWords, whichOf } from './action-words.ts';
import { showBatch } from './batches.ts';
import { Confirm } from './Confirm.tsx';
import { useXen } from './store.ts';
import { usePreview } from './use-preview.ts';

interface ActionAskProps {
  readonly action: AskedAction;
  readonly onClose: () => void;
  readonly onStarted: (batch: string) => void;
}

/** What is asked, what would be done with the exact commands, and what is refused. Nothing has been done yet. */
export function ActionAsk({ action: { kind, keys }, onClose, onStarted }: ActionAskProps): ReactNode {
  const [rows] = useState(() => domainsOf(keys));
  const [form, setForm] = useState(() => firstForm(rows));
  const [round, setRound] = useState(0);
  const [confirmed, setConfirmed] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const read = actionFrom(kind, form);
  const domains = useMemo(() => rows.map((row) => ({ host: row.host, key: row.key })), [rows]);
  const asked = usePreview(typeof read === 'string' ? null : read, domains, round);
  const possible = asked.preview?.plans.filter((plan) => plan.kind === 'possible') ?? [];
  const willChange = possible.flatMap((plan) => rows.find((row) => row.key === plan.key) ?? []);
  const confirmation = confirmationFor(
    kind,
    willChange.map((row) => row.name),
  );
  const isConfirmed = confirmation.kind === 'none' || confirmed === confirmation.expected;
  const ready = typeof read !== 'string' && asked.current && possible.length > 0 && isConfirmed && !busy;

  const start = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || typeof read === 'string' || !asked.preview) return;
    setBusy(true);
    setProblem(null);
    try {
      const started = await client.xen.act({
        action: read,
        domains: [...domains],
        digest: asked.preview.digest,
        confirmed: confirmation.kind === 'none' ? null : confirmed,
      });
      showBatch({ id: started.batch, plans: started.plans, doneWord: actionWords[kind].done, which: whichOf(willChange) });
      onStarted(started.batch);
    } catch (error) {
      const found = problemFrom(error);
      setProblem(found);
      // The plans are not what was shown any more: what they are now is shown, to be looked at again.
      if (found.code === 'plan-changed') setRound((before) => before + 1);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className={classes.form} onSubmit={(event) => void start(event)} noValidate>
      <p className={classes.lead}>{actionWords[kind].meaning}</p>
      <ActionFields kind={kind} form={form} rows={rows} onChange={setForm} />
      {typeof read === 'string' ? <p className={classes.note}>{read}</p> : <ActionPlans rows={rows} asked={asked} />}
      {confirmation.kind === 'none' ? null : (
        <Confirm
          confirmation={confirmation}
          typed={confirmed}
          onType={setConfirmed}
          which={whichOf(willChange)}
          verb={actionWords[kind].verb}
        />
      )}
      <div role="alert" className={classes.alert}>
        {problem ? (
          <div className={classes.problem}>
            <ProblemText problem={problem} />
          </div>
        ) : null}
      </div>
      <div className={classes.footer}>
        <span className={classes.spacer} />
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          type="submit"
          disabled={!ready}
          {...(kind === 'destroy' ? { color: 'red' } : {})}
          data-autofocus={confirmation.kind === 'none'}
        >
          {actionWords[kind].verb} {willChange.length > 0 ? whichOf(willChange) : ''}
        </Button>
      </div>
    </form>
  );
}

function domainsOf(keys: readonly string[]): readonly DomainRow[] {
  const { domains } = useXen.getState();
  return keys.flatMap((key) => domains.get(key) ?? []);
}
