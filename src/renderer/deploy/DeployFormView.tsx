import { NumberInput, Radio, Select, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import type { TemplateSummary } from '../../shared/contract/templates.ts';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { deploymentPath, go } from '../app/paths.ts';
import { problemFrom } from '../app/problem.ts';
import { TwoPaneForm } from '../components/TwoPaneForm.tsx';
import { hasEnded } from '../plans/plan-list.ts';
import { usePlans } from '../plans/store.ts';
import { vmCount } from '../xen/domain-count.ts';
import { useXen } from '../xen/store.ts';
import { DraftView } from './DraftView.tsx';
import classes from './deploy.module.css';
import { vmOf } from './deployment.ts';
import {
  askedParameters,
  type DeployForm,
  firstForm,
  freeName,
  mostAtOnce,
  readNames,
  requestFrom,
  shownValue,
  suggestion,
} from './form.ts';
import { HostChoice } from './HostChoice.tsx';
import { useHostName } from './host-name.ts';
import { rememberTemplate } from './last-template.ts';
import { ParameterField } from './ParameterField.tsx';
import { errorOf, homelessErrors, placementWords, tallyChecks } from './preview.ts';
import { type PreviewState, useDeployPreview } from './use-deploy-preview.ts';

interface DeployFormViewProps {
  readonly template: TemplateSummary;
  readonly templates: readonly TemplateSummary[];
  /** An inventory id; null for the best host. */
  readonly host: string | null;
  readonly onTemplate: (id: string, host: string) => void;
}

/** The form of one template. It opens filled in, with the keyboard on its button: Enter deploys as soon as the checks have passed. */
export function DeployFormView({ template, templates, host, onTemplate }: DeployFormViewProps): ReactNode {
  const [form, setForm] = useState<DeployForm>(() => firstForm(freeName(template, takenNames()), host));
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const nameOf = useHostName();
  const read = useMemo(() => requestFrom(template, form), [template, form]);
  const names = useMemo(() => readNames(form.names), [form.names]);
  const state = useDeployPreview(typeof read === 'string' ? null : read, round);
  const { preview, current } = state;
  const errors = preview?.errors ?? [];
  const count = typeof names === 'string' ? 0 : names.length;
  const ready = typeof read !== 'string' && current && preview !== null && preview.digest !== null && errors.length === 0 && !busy;
  const change = (part: Partial<DeployForm>) => setForm((before) => ({ ...before, ...part }));
  useEffect(() => button.current?.focus({ preventScroll: true }), []);

  const start = async () => {
    if (!ready || typeof read === 'string' || preview?.digest == null) return;
    setBusy(true);
    setProblem(null);
    try {
      const { batch } = await client.deploy.start({ ...read, digest: preview.digest });
      rememberTemplate(template.id);
      go(deploymentPath(batch, template.id));
    } catch (error) {
      setProblem(problemFrom(error));
      setBusy(false);
      // It is not as it was shown any more: what it is now is looked at, and shown.
      setRound((before) => before + 1);
    }
  };

  const missing = typeof read === 'string' ? read : null;
  const homeless = homelessErrors(errors, new Set(['names', 'host', ...askedParameters(template).map(({ name }) => name)]));
  return (
    <>
      <h1 className="hum-unseen">Deploy {visibleText(template.name, 80)}</h1>
      <TwoPaneForm
        asked={{ label: 'What is asked', content: asked() }}
        shown={{ label: 'What would be done', content: <DraftView state={state} missing={missing} /> }}
        refusal={
          problem === null && homeless.length === 0 ? null : (
            <>
              {problem ? (
                <div className={classes.problem}>
                  <ProblemText problem={problem} />
                </div>
              ) : null}
              {homeless.map((error) => (
                <p key={`${error.field} ${error.message}`} className={classes.fieldError}>
                  {visibleText(`${error.field}: ${error.message}`, 300)}
                </p>
              ))}
            </>
          )
        }
        outlook={outlookWords(state, missing, busy, nameOf)}
        submit={{ words: deployWords(names), ready, ref: button }}
        onSubmit={() => void start()}
      />
    </>
  );

  function asked(): ReactNode {
    return (
      <>
        <Select
          label="Template"
          description={visibleText(template.outline, 200)}
          data={templates.map(({ id, name }) => ({ value: id, label: visibleText(name, 80) }))}
          value={template.id}
          onChange={(id) => id !== null && id !== template.id && onTemplate(id, form.host)}
          allowDeselect={false}
          searchable={templates.length > 8}
        />
        <TextInput
          label="Name"
          description={namesWords(names)}
          error={typeof names === 'string' ? names : errorOf(errors, 'names')}
          classNames={{ input: 'hum-mono' }}
          value={form.names}
          maxLength={4096}
          onChange={(event) => change({ names: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
        <HostChoice
          hosts={preview?.hosts ?? []}
          value={form.host}
          onChange={(next) => change({ host: next })}
          error={errorOf(errors, 'host')}
        />
        {count > 1 ? (
          <Radio.Group
            label={`If one of the ${count} fails`}
            value={form.partial}
            onChange={(partial) => change({ partial: partial === 'keep' ? 'keep' : 'all-or-none' })}
          >
            <div className={classes.radios}>
              <Radio value="keep" label="The others stay" size="xs" />
              <Radio value="all-or-none" label="All are taken back" size="xs" />
            </div>
          </Radio.Group>
        ) : null}
        {count > 1 && form.partial === 'keep' ? (
          <NumberInput
            label="At once on one host"
            description="How many are built side by side; the others wait."
            classNames={{ input: 'hum-mono' }}
            value={Number.isFinite(form.atOnce) ? form.atOnce : ''}
            onChange={(value) => change({ atOnce: typeof value === 'number' ? value : Number.NaN })}
            min={1}
            max={mostAtOnce}
            allowDecimal={false}
            allowNegative={false}
          />
        ) : null}
        {askedParameters(template).map((parameter) => (
          <ParameterField
            key={parameter.name}
            parameter={parameter}
            value={shownValue(parameter, form.values)}
            suggestion={suggestion(parameter, typeof names === 'string' ? undefined : names[0])}
            error={errorOf(errors, parameter.name)}
            onChange={(value) => change({ values: { ...form.values, [parameter.name]: value } })}
          />
        ))}
        <NumberInput
          label="Memory left free on each host, MiB"
          description="What placement does not touch, for dom0 and what is to come."
          classNames={{ input: 'hum-mono' }}
          value={Number.isFinite(form.headroomMib) ? form.headroomMib : ''}
          onChange={(value) => change({ headroomMib: typeof value === 'number' ? value : Number.NaN })}
          min={0}
          max={2 ** 24}
          step={64}
          allowDecimal={false}
          allowNegative={false}
        />
      </>
    );
  }
}

function deployWords(names: readonly string[] | string): string {
  if (typeof names === 'string') return 'Deploy';
  return `Deploy ${names.length === 1 ? visibleText(names[0] ?? '', 40) : vmCount(names.length)}`;
}

/** Names of domains that run or are configured anywhere, or are being deployed. */
function takenNames(): ReadonlySet<string> {
  const coming = [...usePlans.getState().plans.values()].filter((plan) => plan.kind === 'xen.deploy' && !hasEnded(plan));
  return new Set([...[...useXen.getState().domains.values()].map((row) => row.name), ...coming.map(vmOf)]);
}

const namesShown = 4;

function namesWords(names: readonly string[] | string): string {
  if (typeof names === 'string' || names.length === 1) return 'A range makes several: web[01-10].';
  const shown = names.slice(0, namesShown).map((name) => visibleText(name, 40));
  return `${vmCount(names.length)}: ${shown.join(', ')}${names.length > namesShown ? `, … ${visibleText(names.at(-1) ?? '', 40)}` : ''}`;
}

/** In one line what the button would do, or why it does not yet. */
function outlookWords(
  { preview, current, problem }: PreviewState,
  missing: string | null,
  busy: boolean,
  nameOf: (host: string) => string,
): string {
  if (missing !== null) return missing;
  if (busy) return 'Checking once more what can change, then starting…';
  if (problem ?? preview?.problem) return 'It cannot be deployed as it is.';
  if (!preview || !current) return 'Working out what would be done…';
  const failed = tallyChecks(preview.checks).failed;
  if (preview.errors.length > 0)
    return `${preview.errors.length === 1 ? 'One field is' : `${preview.errors.length} fields are`} not right yet.`;
  if (failed > 0) return `${failed === 1 ? 'One check' : `${failed} checks`} failed: nothing has been touched.`;
  if (preview.digest === null) return 'Checking; nothing has been touched.';
  return `Ready: ${visibleText(placementWords(preview.vms, nameOf), 200)}.`;
}
