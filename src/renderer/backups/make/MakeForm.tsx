import { TextInput } from '@mantine/core';
import { type ReactNode, useMemo, useState } from 'react';
import type { Adoption, JobChange, JobRead } from '../../../shared/contract/backup-jobs.ts';
import type { Problem } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { ProblemText } from '../../app/act.tsx';
import { client } from '../../app/client.ts';
import { editBackupPath, go } from '../../app/paths.ts';
import { problemFrom } from '../../app/problem.ts';
import { hostCount } from '../../components/host-count.ts';
import { TwoPaneForm } from '../../components/TwoPaneForm.tsx';
import { useHostName } from '../../deploy/host-name.ts';
import type { Beginning } from './beginning.ts';
import { ChangeView } from './ChangeView.tsx';
import { DestinationFields } from './DestinationFields.tsx';
import { HostsField } from './HostsField.tsx';
import { JobActions } from './JobActions.tsx';
import { errorsOfFilled, firstForm, forAnyHost, formOf, type JobForm, nameFor, readForm } from './job-form.ts';
import { KeepFields } from './KeepFields.tsx';
import classes from './make.module.css';
import { OptionFields } from './OptionFields.tsx';
import { ScheduleField } from './ScheduleField.tsx';
import { SourceFields } from './SourceFields.tsx';
import { Started } from './Started.tsx';
import { TestPanel } from './TestPanel.tsx';
import { useChangePreview } from './use-change-preview.ts';
import { trustWords, useJobTest } from './use-job-test.ts';

interface MakeFormProps {
  readonly beginning: Beginning;
  readonly job: JobRead | null;
  readonly adoption: Adoption | null;
  /** Reads the job anew, and forgets what was typed. */
  readonly onReload: () => void;
}

/** The form of a job on the left; its test and what would be written on the right. */
export function MakeForm({ beginning, job, adoption, onReload }: MakeFormProps): ReactNode {
  const base = job?.definition ?? adoption?.definition ?? null;
  const nameOf = useHostName();
  const [form, setForm] = useState<JobForm>(() => {
    if (base === null) return firstForm;
    return beginning.kind === 'copy' ? forAnyHost(formOf(base), nameOf(beginning.host)) : formOf(base);
  });
  const [hosts, setHosts] = useState<readonly string[]>(() =>
    beginning.kind === 'edit' || beginning.kind === 'adopt' ? [beginning.host] : [],
  );
  const [version, setVersion] = useState<string | null>(beginning.kind === 'edit' ? (job?.version ?? null) : null);
  const [touched, setTouched] = useState(base !== null);
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [started, setStarted] = useState<{ readonly plans: readonly string[]; readonly what: 'saved' | 'changed' | 'removed' } | null>(
    null,
  );
  const { test, begin, stop } = useJobTest();
  const read = useMemo(() => readForm(form, base), [form, base]);
  const definition = read.definition;
  const wish = useMemo(
    (): JobChange | null => (definition === null ? null : { kind: 'save', definition, version, adopt: adoption?.line ?? null }),
    [definition, version, adoption],
  );
  const state = useChangePreview(hosts, started === null ? wish : null, round);
  const errors = touched ? (read.errors ?? {}) : errorsOfFilled(read.errors ?? {}, form);
  const [first] = hosts;
  const possible = state.preview?.hosts.filter((each) => each.kind === 'ready' && each.steps.length > 0).length ?? 0;
  const ready = wish !== null && state.current && state.preview !== null && possible > 0 && !busy;

  const change = (part: Partial<JobForm>) =>
    setForm((before) => {
      const next = { ...before, ...part };
      return part.sources !== undefined && !next.named ? { ...next, name: nameFor(part.sources[0] ?? '') } : next;
    });

  const save = async () => {
    setTouched(true);
    if (!ready || wish === null || state.preview === null) return;
    setBusy(true);
    setProblem(null);
    try {
      const { plans } = await client.backupJobs.start({ hosts: [...hosts], change: wish, digest: state.preview.digest });
      setStarted({ plans, what: 'saved' });
    } catch (error) {
      setProblem(problemFrom(error));
      setRound((before) => before + 1);
    }
    setBusy(false);
  };

  if (started !== null) {
    /** What was made is there now, and is changed from here on. */
    const again = () => {
      const [only, another] = hosts;
      if (beginning.kind !== 'edit' && only !== undefined && another === undefined && definition !== null)
        go(editBackupPath(only, definition.name));
      else onReload();
    };
    return (
      <Started
        plans={started.plans}
        job={started.what === 'saved' ? definition : null}
        hosts={hosts}
        onAgain={started.what === 'removed' ? null : again}
      />
    );
  }

  return (
    <TwoPaneForm
      asked={{ label: 'The job', content: asked() }}
      shown={{
        content: (
          <div className={classes.panels}>
            <TestPanel
              host={first}
              hostName={first === undefined ? '' : nameOf(first)}
              definition={definition}
              test={test}
              onTest={() => first !== undefined && definition !== null && begin(first, definition)}
              onStop={stop}
            />
            <section className={classes.panel} aria-labelledby="what-is-written">
              <div className={classes.panelHead}>
                <h2 id="what-is-written">What is written</h2>
              </div>
              <ChangeView state={state} read={job?.files ?? []} onOverwrite={(now) => setVersion(now)} onTakeOver={onReload} />
            </section>
          </div>
        ),
      }}
      refusal={
        problem === null ? null : (
          <div className={classes.problem}>
            <ProblemText problem={problem} />
          </div>
        )
      }
      outlook={outlookWords()}
      submit={{
        words: `${beginning.kind === 'edit' ? 'Save changes' : 'Save'}${possible > 1 ? ` on ${hostCount(possible)}` : ''}`,
        ready,
      }}
      onSubmit={() => void save()}
    />
  );

  function asked(): ReactNode {
    return (
      <>
        <h1 className={classes.jobName}>
          {beginning.kind === 'edit'
            ? `Backup ${beginning.name}`
            : beginning.kind === 'adopt'
              ? 'Take over a line'
              : beginning.kind === 'copy'
                ? `Copy of ${beginning.name}`
                : 'New backup'}
        </h1>
        {adoption === null ? null : <Taken adoption={adoption} />}
        {job === null || beginning.kind !== 'edit' ? null : (
          <JobActions
            host={beginning.host}
            job={job}
            onStarted={(plans, removed) => setStarted({ plans, what: removed ? 'removed' : 'changed' })}
          />
        )}
        <HostsField hosts={hosts} onChange={setHosts} fixed={beginning.kind === 'edit' || beginning.kind === 'adopt'} />
        <SourceFields sources={form.sources} error={errors.sources} host={first} onChange={(sources) => change({ sources })} />
        <DestinationFields form={form} errors={errors} onChange={change} />
        <ScheduleField when={form.when} error={errors.when} onChange={(when) => change({ when })} />
        <KeepFields form={form} errors={errors} onChange={change} />
        <TextInput
          label="Name"
          description={beginning.kind === 'edit' ? 'It is in the names of its files.' : 'Lower-case letters, digits and dashes.'}
          classNames={{ input: 'hum-mono' }}
          value={form.name}
          maxLength={41}
          disabled={beginning.kind === 'edit'}
          onChange={(event) => {
            const name = event.currentTarget.value;
            setForm((before) => ({ ...before, name, named: true }));
          }}
          error={errors.name}
          autoComplete="off"
          spellCheck={false}
        />
        <OptionFields form={form} errors={errors} onChange={change} />
      </>
    );
  }

  function outlookWords(): string {
    if (hosts.length === 0) return 'Choose a host.';
    if (read.errors !== null) return Object.values(read.errors)[0] ?? 'Something in the form is not right yet.';
    if (busy) return 'Looking once more at the host, then writing…';
    if (!state.current) return 'Working out what would be written…';
    if (state.problem !== null) return 'It cannot be saved as it is.';
    const refused = hosts.length - possible;
    if (possible === 0)
      return state.preview?.hosts.every((each) => each.kind === 'ready') ? 'Nothing has changed.' : 'It cannot be saved as it is.';
    const trust = trustWords(test, first, definition);
    return refused > 0 ? `${trust} ${hostCount(refused)} cannot have it.` : trust;
  }
}

/** The line that the job takes the place of, and what is different. */
function Taken({ adoption: { line, notes } }: { readonly adoption: Adoption }): ReactNode {
  return (
    <div className={classes.taken}>
      <p className={classes.about}>
        Line {line.line} of <span className="hum-mono">{visibleText(line.file, 200)}</span> is commented when the job is saved:
      </p>
      <code>{visibleText(line.text, 1_000)}</code>
      <ul>
        {notes.map((note) => (
          <li key={note}>{visibleText(note, 300)}</li>
        ))}
      </ul>
    </div>
  );
}
