import { Radio, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { FormErrors, JobForm } from './job-form.ts';
import classes from './make.module.css';

interface KeepFieldsProps {
  readonly form: JobForm;
  readonly errors: FormErrors;
  readonly onChange: (part: Partial<JobForm>) => void;
}

/** What of the past stays at the destination. */
export function KeepFields({ form, errors, onChange }: KeepFieldsProps): ReactNode {
  const far = form.to === 'daemon';
  const number = (name: 'days' | 'daily' | 'weekly' | 'monthly', label: string) => (
    <TextInput
      label={label}
      size="xs"
      w={84}
      classNames={{ input: 'hum-mono' }}
      inputMode="numeric"
      maxLength={5}
      value={form[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.value })}
      error={errors[name] === undefined ? undefined : true}
    />
  );
  return (
    <Radio.Group
      label="Keep"
      value={form.keep}
      error={errors.keep ?? errors.days ?? errors.daily ?? errors.weekly ?? errors.monthly}
      onChange={(value) => onChange({ keep: value === 'mirror' ? 'mirror' : value === 'changed' ? 'changed' : 'snapshots' })}
    >
      <div className={classes.radios}>
        <Radio
          value="snapshots"
          size="xs"
          label="A folder per run"
          description="Each is whole; unchanged files take no room twice."
          disabled={far}
        />
        {form.keep === 'snapshots' ? (
          <div className={classes.numbers}>
            {number('daily', 'Days')}
            {number('weekly', 'Weeks')}
            {number('monthly', 'Months')}
          </div>
        ) : null}
        <Radio value="changed" size="xs" label="One copy, and what was replaced or deleted" disabled={far} />
        {form.keep === 'changed' ? <div className={classes.numbers}>{number('days', 'For days')}</div> : null}
        <Radio
          value="mirror"
          size="xs"
          label="One copy"
          description={far ? 'An rsync daemon can keep nothing else.' : 'A mistake is copied too.'}
        />
      </div>
    </Radio.Group>
  );
}
