import { NumberInput, SegmentedControl, Select, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { compareNames } from '../components/compare-names.ts';
import { useFleet } from '../fleet/store.ts';
import classes from './channels.module.css';

interface TemplateFieldProps {
  readonly label: string;
  readonly about: string;
  readonly placeholders: readonly string[];
  readonly placeholder: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

export function TemplateField({ label, about, placeholders, placeholder, text, onChange }: TemplateFieldProps): ReactNode {
  return (
    <Textarea
      label={label}
      description={
        <>
          {about} Placeholders: <span className="hum-mono">{placeholders.map((each) => `{{${each}}}`).join(' ')}</span>
        </>
      }
      placeholder={placeholder}
      classNames={{ input: 'hum-mono' }}
      autosize
      minRows={3}
      maxRows={14}
      spellCheck={false}
      value={text}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface SecondsProps {
  readonly label: string;
  readonly ms: number;
  readonly onChange: (ms: number) => void;
}

export function Seconds({ label, ms, onChange }: SecondsProps): ReactNode {
  return (
    <NumberInput
      className={classes.short ?? ''}
      label={label}
      suffix=" s"
      allowDecimal={false}
      allowNegative={false}
      value={Math.round(ms / 1000)}
      onChange={(seconds) => onChange(Number(seconds) * 1000)}
    />
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: Readonly<Record<Value, string>>;
  readonly onChange: (value: Value) => void;
}

export function Choice<Value extends string>({ label, value, choices, onChange }: ChoiceProps<Value>): ReactNode {
  const data = (Object.keys(choices) as Value[]).map((each) => ({ value: each, label: choices[each] }));
  return (
    <div>
      <div className={classes.choiceLabel}>{label}</div>
      <SegmentedControl size="xs" aria-label={label} data={data} value={value} onChange={onChange} />
    </div>
  );
}

export function AsChoice({
  as,
  onChange,
}: {
  readonly as: 'login' | 'root';
  readonly onChange: (as: 'login' | 'root') => void;
}): ReactNode {
  return <Choice label="As" value={as} choices={{ login: 'The account of the session', root: 'Root' }} onChange={onChange} />;
}

interface HostPickProps {
  readonly label: string;
  readonly host: string;
  readonly onChange: (host: string) => void;
}

/** A host of the fleet, by name. */
export function HostPick({ label, host, onChange }: HostPickProps): ReactNode {
  const rows = useFleet((state) => state.rows);
  const data = [...rows.values()]
    .map(({ id, host: { name } }) => ({ value: id, label: visibleText(name, 80) }))
    .toSorted((left, right) => compareNames(left.label, right.label));
  return (
    <Select
      label={label}
      placeholder="Choose a host"
      searchable
      limit={50}
      data={data}
      value={host === '' ? null : host}
      onChange={(chosen) => onChange(chosen ?? '')}
    />
  );
}
