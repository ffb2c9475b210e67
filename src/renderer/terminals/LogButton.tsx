import { ActionIcon, Tooltip } from '@mantine/core';
import { IconPlayerRecord, IconPlayerRecordFilled } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './terminals.module.css';

interface LogButtonProps {
  /** The session log that the terminal is written to. */
  readonly log: string | null;
  /** Pixels. */
  readonly size: number;
  readonly onClick: () => void;
}

/** Begins a session log of a terminal, or ends it; says while one is kept. */
export function LogButton({ log, size, onClick }: LogButtonProps): ReactNode {
  if (log === null) {
    return (
      <Tooltip label="Keep a session log of it">
        <ActionIcon variant="subtle" color="gray" size={size} aria-label="Keep a session log" onClick={onClick}>
          <IconPlayerRecord size={14} />
        </ActionIcon>
      </Tooltip>
    );
  }
  return (
    <Tooltip label={`What is printed is written to ${log}. Press to end that.`} multiline maw={360}>
      <button type="button" className={classes.logging} aria-label="End the session log" onClick={onClick}>
        <IconPlayerRecordFilled size={12} aria-hidden="true" /> Log
      </button>
    </Tooltip>
  );
}
