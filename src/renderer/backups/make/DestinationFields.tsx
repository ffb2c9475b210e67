import { Autocomplete, SegmentedControl, TextInput } from '@mantine/core';
import { type ReactNode, useId, useMemo } from 'react';
import { visibleText } from '../../../shared/visible-text.ts';
import { useFleet } from '../../fleet/store.ts';
import type { FormErrors, JobForm } from './job-form.ts';
import classes from './make.module.css';

interface DestinationFieldsProps {
  readonly form: JobForm;
  readonly errors: FormErrors;
  readonly onChange: (part: Partial<JobForm>) => void;
}

const about: Readonly<Record<JobForm['to'], string>> = {
  ssh: 'Another host, with the keys of the account that runs the job.',
  local: 'A folder of the same host: another disk, or one that is mounted.',
  daemon: 'A module of an rsync daemon. It is not encrypted.',
};

/** Where the copies go. */
export function DestinationFields({ form, errors, onChange }: DestinationFieldsProps): ReactNode {
  const id = useId();
  const shape = useFleet((state) => state.shape);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when hosts came, went or changed
  const addresses = useMemo(
    () => [...new Set([...useFleet.getState().rows.values()].map(({ host }) => visibleText(host.address, 200)))],
    [shape],
  );
  const field = { classNames: { input: 'hum-mono' }, autoComplete: 'off', spellCheck: false } as const;
  return (
    <div className={classes.fieldGroup}>
      <div className={classes.segments}>
        <span id={id} className={classes.segmentsLabel}>
          To
        </span>
        <span className={classes.about}>{about[form.to]}</span>
        <SegmentedControl
          aria-labelledby={id}
          size="xs"
          data={[
            { value: 'ssh', label: 'A host, by SSH' },
            { value: 'local', label: 'This host' },
            { value: 'daemon', label: 'rsync daemon' },
          ]}
          value={form.to}
          onChange={(value) => {
            const to = value === 'local' ? 'local' : value === 'daemon' ? 'daemon' : 'ssh';
            // A daemon runs no commands: nothing there could be thinned out.
            onChange({ to, ...(to === 'daemon' ? { keep: 'mirror' } : {}) });
          }}
        />
      </div>
      {form.to === 'local' ? null : (
        <div className={classes.row}>
          <Autocomplete
            {...field}
            label="Host"
            placeholder="backup.example.org"
            data={addresses}
            limit={20}
            value={form.host}
            maxLength={253}
            onChange={(host) => onChange({ host })}
            error={errors.host}
          />
          <TextInput
            {...field}
            label="As"
            placeholder={form.to === 'daemon' ? 'nobody' : form.user}
            value={form.farUser}
            maxLength={32}
            onChange={(event) => onChange({ farUser: event.currentTarget.value })}
            error={errors.farUser}
          />
          <TextInput
            {...field}
            label="Port"
            placeholder={form.to === 'daemon' ? '873' : '22'}
            value={form.port}
            maxLength={5}
            onChange={(event) => onChange({ port: event.currentTarget.value })}
            error={errors.port}
          />
        </div>
      )}
      <TextInput
        {...field}
        label={form.to === 'daemon' ? 'Module and path' : 'Into the folder'}
        placeholder={form.to === 'daemon' ? 'backup/{host}' : '/backup/{host}'}
        description={
          form.to === 'ssh' ? 'It is made where it is missing. Without a slash at its beginning it counts from the home there.' : undefined
        }
        value={form.path}
        maxLength={4096}
        onChange={(event) => onChange({ path: event.currentTarget.value })}
        error={errors.path ?? errors.to}
      />
      {form.to === 'ssh' ? (
        <TextInput
          {...field}
          label="Key file"
          placeholder="the keys that ssh takes by itself"
          value={form.keyFile}
          maxLength={500}
          onChange={(event) => onChange({ keyFile: event.currentTarget.value })}
          error={errors.keyFile}
        />
      ) : null}
      {form.to === 'daemon' ? (
        <TextInput
          {...field}
          label="Password file"
          description="On the host, readable by the account alone."
          placeholder="none"
          value={form.passwordFile}
          maxLength={4096}
          onChange={(event) => onChange({ passwordFile: event.currentTarget.value })}
          error={errors.passwordFile}
        />
      ) : null}
    </div>
  );
}
