import { Button, Modal, Textarea } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { acknowledge, addNote, snooze } from './actions.ts';
import { incidentCount, untilMorning } from './incident-words.ts';
import classes from './incidents.module.css';

/** What is to be done with some incidents. */
export interface IncidentTask {
  readonly what: 'acknowledge' | 'snooze' | 'note';
  readonly ids: readonly string[];
}

const titles = { acknowledge: 'Acknowledge', snooze: 'Snooze', note: 'Add a note to' } as const;
const hourMs = 3_600_000;

/** Asks what is needed to acknowledge, snooze or note. */
export function IncidentDialog({ task, onClose }: { readonly task: IncidentTask | null; readonly onClose: () => void }): ReactNode {
  return (
    <Modal
      opened={task !== null}
      onClose={onClose}
      title={task === null ? '' : `${titles[task.what]} ${incidentCount(task.ids.length)}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {task === null ? null : task.what === 'snooze' ? <Snooze task={task} onClose={onClose} /> : <Say task={task} onClose={onClose} />}
    </Modal>
  );
}

interface TaskProps {
  readonly task: IncidentTask;
  readonly onClose: () => void;
}

function Say({ task: { what, ids }, onClose }: TaskProps): ReactNode {
  const [text, setText] = useState('');
  const needed = what === 'note' && text.trim() === '';
  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    if (needed) return;
    onClose();
    void (what === 'note' ? addNote(ids, text) : acknowledge(ids, text));
  };
  return (
    <form className={classes.form} onSubmit={submit}>
      <Textarea
        label={what === 'note' ? 'Note' : 'Note, for whoever comes after (may be empty)'}
        data-autofocus
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
        }}
      />
      <div className={classes.formFoot}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" disabled={needed}>
          {what === 'note' ? 'Add the note' : 'Acknowledge'}
        </Button>
      </div>
    </form>
  );
}

function Snooze({ task: { ids }, onClose }: TaskProps): ReactNode {
  const choices: readonly (readonly [string, number])[] = [
    ['30 minutes', hourMs / 2],
    ['1 hour', hourMs],
    ['4 hours', 4 * hourMs],
    ['Until eight in the morning', untilMorning(Date.now())],
    ['1 day', 24 * hourMs],
    ['1 week', 7 * 24 * hourMs],
  ];
  return (
    <div className={classes.form}>
      <p className={classes.about}>Nobody is told of it until then. It still clears by itself, and becoming critical ends the snooze.</p>
      <div className={classes.choices}>
        {choices.map(([word, ms], index) => (
          <Button
            key={word}
            variant="default"
            data-autofocus={index === 0 || undefined}
            onClick={() => {
              onClose();
              void snooze(ids, ms);
            }}
          >
            {word}
          </Button>
        ))}
      </div>
    </div>
  );
}
