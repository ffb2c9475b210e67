import { Button, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { scheduleOf, scheduleWords } from '../../../shared/schedule-words.ts';
import classes from './make.module.css';

interface ScheduleFieldProps {
  readonly when: string;
  readonly error: string | undefined;
  readonly onChange: (when: string) => void;
}

const usual = ['every day at 03:15', 'every 6 hours', 'every weekday at 22:00', 'every Sunday at 04:30'] as const;

/** When it runs: in words or as cron has it, and each shown in the other. */
export function ScheduleField({ when, error, onChange }: ScheduleFieldProps): ReactNode {
  const schedule = scheduleOf(when);
  return (
    <div>
      <TextInput
        label="When"
        description={schedule === null ? 'In words, or as five fields of cron.' : `${scheduleWords(schedule)} · cron: ${schedule}`}
        classNames={{ input: 'hum-mono' }}
        value={when}
        maxLength={200}
        onChange={(event) => onChange(event.currentTarget.value)}
        error={error}
        autoComplete="off"
        spellCheck={false}
      />
      <div className={classes.labels}>
        {usual.map((words) => (
          <Button key={words} size="compact-xs" h={24} variant="default" onClick={() => onChange(words)}>
            {words}
          </Button>
        ))}
      </div>
    </div>
  );
}
