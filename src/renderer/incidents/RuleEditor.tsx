import { Button, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { type RuleId, type RuleSettings, ruleKinds } from '../../shared/alert-rules.ts';
import type { RuleScope, RulesView, SetRule } from '../../shared/contract/alerts.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { hostPath } from '../app/paths.ts';
import { clockDate } from '../components/clock-time.ts';
import { useFleetRow } from '../fleet/store.ts';
import { removeRule, saveRule } from './actions.ts';
import { scopeWords } from './incident-words.ts';
import classes from './incidents.module.css';
import { formOf, type RuleForm, settingsOf, trialWords, typedUnits } from './rule-form.ts';
import { ScopeChoice } from './ScopeChoice.tsx';
import { useTrial } from './use-trial.ts';

interface RuleEditorProps {
  readonly rule: RuleId;
  readonly rules: readonly SetRule[];
  readonly nameOf: (host: string) => string;
  readonly onChange: (view: RulesView | undefined) => void;
}

const sameScope = (left: RuleScope, right: RuleScope) => JSON.stringify(left) === JSON.stringify(right);

/** What a rule is, and what it is set to: for the fleet, a group or a host. */
export function RuleEditor({ rule, rules, nameOf, onChange }: RuleEditorProps): ReactNode {
  const [scope, setScope] = useState<RuleScope>({ kind: 'fleet' });
  const group = useFleetRow(scope.kind === 'host' ? scope.host : '')?.host.group ?? null;
  const own = rules.filter((each) => each.rule === rule);
  const at = (wanted: RuleScope) => own.find((each) => sameScope(each.scope, wanted));
  const set = at(scope);
  const farther = scope.kind === 'host' && group !== null ? at({ kind: 'group', group }) : undefined;
  const holds = set ?? farther ?? at({ kind: 'fleet' });
  const settings = holds?.settings ?? ruleKinds[rule].defaults;
  return (
    <section className={classes.editor} aria-labelledby="rule">
      <h2 id="rule">{ruleKinds[rule].name}</h2>
      <p className={classes.about}>{ruleKinds[rule].about}</p>
      <div className={classes.scope}>
        <ScopeChoice label="Set for" scope={scope} onChange={setScope} />
        <p className={classes.about}>
          {set === undefined
            ? `Nothing is set here: what holds is “${scopeWords(holds?.scope ?? null, nameOf)}”.`
            : `Set by ${visibleText(set.by, 60)} on ${clockDate(set.at)}.`}
        </p>
      </div>
      <Fields
        key={`${JSON.stringify(scope)} ${JSON.stringify(settings)}`}
        {...{ rule, scope, settings, onChange }}
        isSet={set !== undefined}
        where={scope.kind === 'fleet' ? null : scopeWords(scope, nameOf)}
      />
      {own.length === 0 ? null : (
        <div>
          <h3>Where it is set</h3>
          <ul className={classes.places}>
            {own.map((each) => (
              <li key={JSON.stringify(each.scope)}>
                <button type="button" onClick={() => setScope(each.scope)} aria-pressed={sameScope(each.scope, scope)}>
                  {scopeWords(each.scope, nameOf)}
                </button>
                <span className={classes.about}>
                  {each.settings.enabled ? '' : 'off, '}by {visibleText(each.by, 60)}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

interface FieldsProps {
  readonly rule: RuleId;
  readonly scope: RuleScope;
  readonly settings: RuleSettings;
  readonly isSet: boolean;
  /** In words; null for the fleet. */
  readonly where: string | null;
  readonly onChange: (view: RulesView | undefined) => void;
}

function Fields({ rule, scope, settings, isSet, where, onChange }: FieldsProps): ReactNode {
  const { unit, worse } = ruleKinds[rule];
  const [form, setForm] = useState(() => formOf(settings, unit));
  const change = (part: Partial<RuleForm>) => setForm((before) => ({ ...before, ...part }));
  const read = settingsOf(form, unit);
  const wrong = typeof read === 'string' ? read : null;
  const { suffix, decimals } = typedUnits[unit];
  const level = (name: 'warningSet' | 'warningClear' | 'criticalSet' | 'criticalClear', label: string) => (
    <NumberInput
      size="xs"
      label={label}
      suffix={suffix}
      decimalScale={decimals}
      min={0}
      allowNegative={false}
      placeholder="none"
      value={form[name]}
      onChange={(value) => change({ [name]: value })}
    />
  );
  const count = (name: 'average' | 'lasts' | 'clears' | 'hits' | 'of', label: string, unitOf: string) => (
    <NumberInput
      size="xs"
      label={label}
      suffix={unitOf}
      decimalScale={name === 'lasts' || name === 'clears' ? 2 : 0}
      min={0}
      allowNegative={false}
      value={form[name]}
      onChange={(value) => change({ [name]: value })}
    />
  );
  const sign = worse === 'higher' ? '≥' : '≤';
  const clearSign = worse === 'higher' ? '≤' : '≥';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typeof read !== 'string') void saveRule(rule, scope, read, where ?? 'the fleet').then(onChange);
  };
  return (
    <form className={classes.fields} onSubmit={submit}>
      <Switch label="Watch this" checked={form.enabled} onChange={(event) => change({ enabled: event.currentTarget.checked })} />
      <div className={classes.grid}>
        {level('warningSet', `Warning from ${sign}`)}
        {level('warningClear', `clears at ${clearSign}`)}
        {level('criticalSet', `Critical from ${sign}`)}
        {level('criticalClear', `clears at ${clearSign}`)}
        {count('average', 'Average of', ' s')}
        {count('lasts', 'Bad for', ' min')}
        {count('clears', 'Well for, to clear', ' min')}
        <div className={classes.often}>
          {count('hits', 'Samples bad', '')}
          {count('of', 'of the last', '')}
        </div>
        <Select
          size="xs"
          label="Quiet hours"
          allowDeselect={false}
          data={[
            { value: 'none', label: 'None' },
            { value: 'warnings', label: 'Warnings wait' },
            { value: 'all', label: 'Everything waits' },
          ]}
          value={form.quiet}
          onChange={(value) => value !== null && change({ quiet: value })}
        />
        {form.quiet === 'none' ? null : (
          <div className={classes.often}>
            <TextInput
              size="xs"
              label="from"
              value={form.quietFrom}
              onChange={(event) => change({ quietFrom: event.currentTarget.value })}
            />
            <TextInput size="xs" label="to" value={form.quietTo} onChange={(event) => change({ quietTo: event.currentTarget.value })} />
          </div>
        )}
      </div>
      <div className={classes.trial} role="status" aria-label="On the last week">
        {wrong === null ? <Trial rule={rule} scope={scope} settings={read as RuleSettings} /> : wrong}
      </div>
      <div className={classes.formFoot}>
        {isSet ? (
          <Button variant="default" onClick={() => void removeRule(rule, scope, settings, onChange).then(onChange)}>
            Remove what is set here
          </Button>
        ) : null}
        <Button type="submit" disabled={wrong !== null}>
          {where === null ? 'Save for the fleet' : `Save for ${where}`}
        </Button>
      </div>
    </form>
  );
}

function Trial({
  rule,
  scope,
  settings,
}: {
  readonly rule: RuleId;
  readonly scope: RuleScope;
  readonly settings: RuleSettings;
}): ReactNode {
  const { trial, problem } = useTrial(rule, scope, settings);
  if (!settings.enabled) return 'It is off: nothing would have fired.';
  if (problem !== null) return <ProblemText problem={problem} />;
  if (trial === null) return 'Trying it on the last week…';
  return (
    <>
      <span>{trialWords(trial)}</span>
      {trial.worst.length === 0 ? null : (
        <ul className={classes.worst}>
          {trial.worst.slice(0, 5).map(({ host, name, fired, at }) => (
            <li key={host}>
              <Link href={hostPath(host)}>{visibleText(name, 100)}</Link> {fired}×
              <span className={`hum-mono ${classes.about}`}>{at.slice(-3).map(clockDate).join(', ')}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
