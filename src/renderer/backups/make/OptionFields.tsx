import { Checkbox, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import type { JobOptions } from '../../../shared/contract/backup-jobs.ts';
import type { FormErrors, JobForm } from './job-form.ts';
import classes from './make.module.css';

interface OptionFieldsProps {
  readonly form: JobForm;
  readonly errors: FormErrors;
  readonly onChange: (part: Partial<JobForm>) => void;
}

const meanings: readonly (readonly [keyof JobOptions, string, string])[] = [
  ['archive', '--archive', 'Folders, links, rights, owners and times go along. Nearly always wanted.'],
  ['delete', '--delete', 'What is gone at the source goes from the copy too. The script refuses while the source is empty.'],
  ['numericIds', '--numeric-ids', 'Owners by number: right when the other host has other accounts.'],
  ['hardLinks', '--hard-links', 'Files with several names stay one file. Costs memory.'],
  ['acls', '--acls', 'Access control lists go along.'],
  ['xattrs', '--xattrs', 'Extended attributes go along, SELinux labels among them.'],
  ['oneFileSystem', '--one-file-system', 'Stops at mount points.'],
  ['sparse', '--sparse', 'Holes in files, disk images for instance, take no room in the copy.'],
  ['compress', '--compress', 'Less over a slow line, more CPU. Of no use on a local copy.'],
  ['checksum', '--checksum', 'Reads every file on both sides instead of comparing size and time. Slow.'],
  ['listFiles', '--itemize-changes', 'Each file that was copied stands in the log.'],
];

/** How rsync does it, and what goes round it. */
export function OptionFields({ form, errors, onChange }: OptionFieldsProps): ReactNode {
  const id = useId();
  const mono = { classNames: { input: 'hum-mono' }, autoComplete: 'off', spellCheck: false } as const;
  const lines = { ...mono, autosize: true, minRows: 1, maxRows: 8 } as const;
  return (
    <details
      className={classes.details}
      open={
        Object.keys(errors).some((field) => ['excludes', 'extra', 'bandwidthKib', 'before', 'after', 'mailTo', 'user'].includes(field)) ||
        undefined
      }
    >
      <summary>Account, options, excludes, commands, mail</summary>
      <div className={classes.fieldGroup}>
        <div className={classes.row}>
          <TextInput
            {...mono}
            label="Runs as"
            description="Its rights, its keys."
            value={form.user}
            maxLength={32}
            onChange={(event) => onChange({ user: event.currentTarget.value })}
            error={errors.user}
          />
          <div className={classes.segments}>
            <span id={id} className={classes.segmentsLabel}>
              Started by
            </span>
            <span className={classes.about}>What the host has.</span>
            <SegmentedControl
              aria-labelledby={id}
              size="xs"
              data={[
                { value: 'cron', label: 'cron' },
                { value: 'timer', label: 'systemd timer' },
              ]}
              value={form.scheduler}
              onChange={(value) => onChange({ scheduler: value === 'timer' ? 'timer' : 'cron' })}
            />
          </div>
        </div>
        <div className={classes.options}>
          {meanings.map(([key, option, text]) => (
            <Checkbox
              key={key}
              size="xs"
              label={<code>{option}</code>}
              description={text}
              checked={form.options[key]}
              onChange={(event) => onChange({ options: { ...form.options, [key]: event.currentTarget.checked } })}
            />
          ))}
        </div>
        <Checkbox
          size="xs"
          label="Make way for others"
          description="nice and ionice: the host’s own work comes first."
          checked={form.calm}
          onChange={(event) => onChange({ calm: event.currentTarget.checked })}
        />
        <Textarea
          {...lines}
          label="Leave out"
          description="A pattern per line: *.tmp, /cache/"
          value={form.excludes}
          maxLength={100_000}
          onChange={(event) => onChange({ excludes: event.currentTarget.value })}
          error={errors.excludes}
        />
        <TextInput
          {...mono}
          label="Bandwidth, KiB/s"
          placeholder="as much as there is"
          value={form.bandwidthKib}
          maxLength={8}
          onChange={(event) => onChange({ bandwidthKib: event.currentTarget.value })}
          error={errors.bandwidthKib}
        />
        <Textarea
          {...lines}
          label="Other options of rsync"
          description="One per line: --fuzzy"
          value={form.extra}
          maxLength={20_000}
          onChange={(event) => onChange({ extra: event.currentTarget.value })}
          error={errors.extra}
        />
        <Textarea
          {...lines}
          label="Command before"
          description="Where it fails nothing is copied: a database dump, a mount."
          value={form.before}
          maxLength={4_000}
          onChange={(event) => onChange({ before: event.currentTarget.value })}
          error={errors.before}
        />
        <Textarea
          {...lines}
          label="Command after"
          description="Always; $HUM_EXIT is how it went."
          value={form.after}
          maxLength={4_000}
          onChange={(event) => onChange({ after: event.currentTarget.value })}
          error={errors.after}
        />
        <TextInput
          {...mono}
          label="Mail when it fails"
          placeholder="nobody"
          value={form.mailTo}
          maxLength={200}
          onChange={(event) => onChange({ mailTo: event.currentTarget.value })}
          error={errors.mailTo}
        />
      </div>
    </details>
  );
}
