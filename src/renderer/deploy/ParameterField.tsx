import { NumberInput, SegmentedControl, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import type { TemplateParameter } from '../../shared/contract/templates.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { limitsOf } from '../templates/parameter-words.ts';
import classes from './deploy.module.css';
import { isYes } from './form.ts';

interface ParameterFieldProps {
  readonly parameter: TemplateParameter;
  readonly value: string;
  /** What it comes to when it is left empty; '' where nothing is known. */
  readonly suggestion: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

const shortChoices = 3;

/** The field of a parameter, by its type, with its help, its limits and what is wrong with it. */
export function ParameterField({ parameter, value, suggestion, error, onChange }: ParameterFieldProps): ReactNode {
  const { type, label, name, choices } = parameter;
  const title = visibleText(label === '' ? name : label, 80);
  const about = aboutOf(parameter);
  const common = {
    label: title,
    description: about === '' ? undefined : about,
    error: error === undefined ? undefined : visibleText(error, 300),
    required: parameter.default === null,
    placeholder: visibleText(suggestion, 80),
    autoComplete: 'off',
    spellCheck: false,
  } as const;
  switch (type) {
    case 'boolean':
      return (
        <Switch
          label={title}
          description={about}
          error={common.error}
          checked={isYes(value)}
          onChange={(event) => onChange(event.currentTarget.checked ? 'true' : 'false')}
        />
      );
    case 'choice':
      return choices.length <= shortChoices && choices.every((choice) => choice.length <= 16) ? (
        <Segments title={title} about={about} error={common.error} choices={choices} value={value} onChange={onChange} />
      ) : (
        <Select
          {...common}
          data={choices.map((choice) => ({ value: choice, label: visibleText(choice, 80) }))}
          value={value === '' ? null : value}
          onChange={(next) => onChange(next ?? '')}
          allowDeselect={false}
          searchable={choices.length > 8}
        />
      );
    case 'integer':
      return (
        <NumberInput
          {...common}
          classNames={{ input: 'hum-mono' }}
          value={value}
          onChange={(next) => onChange(String(next))}
          allowDecimal={false}
          {...wholeLimit('min', parameter.minimum)}
          {...wholeLimit('max', parameter.maximum)}
          clampBehavior="none"
        />
      );
    case 'text':
      return (
        <Textarea
          {...common}
          classNames={{ input: 'hum-mono' }}
          autosize
          minRows={1}
          maxRows={8}
          maxLength={16_384}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    default:
      return (
        <TextInput
          {...common}
          classNames={{ input: 'hum-mono' }}
          maxLength={16_384}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}

/** Help and limits in one line below the label; for a choice the field itself shows what there is. */
function aboutOf(parameter: TemplateParameter): string {
  const limits = parameter.type === 'choice' || parameter.type === 'boolean' ? null : limitsOf(parameter);
  const help = visibleText(parameter.help, 300);
  if (limits === null) return help;
  const sentence = `${limits.charAt(0).toUpperCase()}${limits.slice(1)}.`;
  return help === '' ? sentence : `${help.replace(/[.\s]*$/, '.')} ${sentence}`;
}

function wholeLimit(side: 'min' | 'max', written: string | null): { readonly min?: number; readonly max?: number } {
  const limit = written === null ? Number.NaN : Number(written);
  return Number.isSafeInteger(limit) ? { [side]: limit } : {};
}

interface SegmentsProps {
  readonly title: string;
  readonly about: string;
  readonly error: string | undefined;
  readonly choices: readonly string[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Segments({ title, about, error, choices, value, onChange }: SegmentsProps): ReactNode {
  const id = useId();
  return (
    <div className={classes.segments}>
      <span id={id} className={classes.segmentsLabel}>
        {title}
      </span>
      {about === '' ? null : <span className={classes.about}>{about}</span>}
      <SegmentedControl
        aria-labelledby={id}
        size="xs"
        data={choices.map((choice) => ({ value: choice, label: visibleText(choice, 40) }))}
        value={value}
        onChange={onChange}
      />
      {error === undefined ? null : <span className={classes.fieldError}>{error}</span>}
    </div>
  );
}
