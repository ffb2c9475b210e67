import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './prompts.module.css';
import { answerNow, usePrompts } from './store.ts';

/** What waits for an answer while its dialog is put aside. */
export function PromptStrip(): ReactNode {
  const { open, later } = usePrompts();
  const aside = open.filter(({ id }) => later.has(id));
  const [first] = aside;
  if (!first) return null;
  return (
    <div role="status" className={classes.strip}>
      <span>
        {first.title}: {first.hostCount === 1 ? '1 host waits' : `${first.hostCount} hosts wait`} for an answer
        {aside.length > 1 ? `, and there are ${aside.length - 1} more questions` : ''}.
      </span>
      <Button size="compact-sm" variant="default" onClick={answerNow}>
        Answer…
      </Button>
    </div>
  );
}
