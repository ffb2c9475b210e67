import { Autocomplete, TagsInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { FieldErrors, HostFormField, HostFormValues } from './host-form.ts';
import classes from './inventory.module.css';
import { useKnownLabels } from './use-known-labels.ts';

interface HostFieldsProps {
  readonly values: HostFormValues;
  readonly errors: FieldErrors;
  readonly onChange: (values: HostFormValues) => void;
  /** Fields in which the edited hosts differ. */
  readonly mixed: ReadonlySet<HostFormField>;
  /** Several hosts at once have no address and no name in common. */
  readonly single: boolean;
  /** Stands under the address: what a typed range comes to. */
  readonly addressNote?: ReactNode;
  /** Why there is no name to type. */
  readonly nameNote?: string | undefined;
}

/** The fields of a host, for adding and for editing. */
export function HostFields({ values, errors, onChange, mixed, single, addressNote, nameNote }: HostFieldsProps): ReactNode {
  const known = useKnownLabels();
  const field = (name: Exclude<HostFormField, 'tags'>, placeholder = '') => ({
    value: values[name],
    error: errors[name],
    placeholder: mixed.has(name) ? 'Different for each host' : placeholder,
  });
  const set = (change: Partial<HostFormValues>) => onChange({ ...values, ...change });
  return (
    <div className={classes.fields}>
      {single ? (
        <>
          <div className={classes.wide}>
            <TextInput
              label="Address"
              data-autofocus
              spellCheck={false}
              autoComplete="off"
              classNames={{ input: 'hum-mono' }}
              onChange={(event) => set({ address: event.currentTarget.value })}
              {...field('address', 'web01.example.org, 192.0.2.7 or web[01-20].example.org')}
            />
            {addressNote}
          </div>
          <TextInput
            label="Name"
            disabled={nameNote !== undefined}
            autoComplete="off"
            onChange={(event) => set({ name: event.currentTarget.value })}
            {...field('name', nameNote ?? 'The address, if left empty')}
          />
        </>
      ) : null}
      <TextInput
        label="User"
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: 'hum-mono' }}
        data-autofocus={single ? undefined : true}
        onChange={(event) => set({ user: event.currentTarget.value })}
        {...field('user')}
      />
      <TextInput
        label="Port"
        inputMode="numeric"
        autoComplete="off"
        classNames={{ input: 'hum-mono' }}
        onChange={(event) => set({ port: event.currentTarget.value })}
        {...field('port', '22')}
      />
      <TextInput
        label="Key file"
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: 'hum-mono' }}
        onChange={(event) => set({ keyFile: event.currentTarget.value })}
        {...field('keyFile', 'The agent, then the default keys')}
      />
      <Autocomplete
        label="Group"
        data={known.groups}
        limit={20}
        comboboxProps={{ withinPortal: true }}
        onChange={(group) => set({ group })}
        {...field('group', 'None')}
      />
      <TagsInput
        label="Tags"
        description={single ? undefined : 'Those that all of them carry. Other tags of a host stay.'}
        value={[...values.tags]}
        error={errors.tags}
        placeholder={values.tags.length === 0 ? 'None' : ''}
        data={known.tags}
        limit={20}
        splitChars={[',', ' ']}
        onChange={(tags) => set({ tags })}
      />
    </div>
  );
}
