import { Button } from '@mantine/core';
import type { ReactNode, Ref } from 'react';
import classes from './TwoPaneForm.module.css';

interface Pane {
  /** The name of its region; none where its parts are regions themselves. */
  readonly label?: string;
  readonly content: ReactNode;
}

interface TwoPaneFormProps {
  /** Left: what is asked. */
  readonly asked: Pane;
  /** Right: what would be done. */
  readonly shown: Pane;
  /** Why it was refused; takes a line of its own above the rest of the foot. */
  readonly refusal: ReactNode;
  /** In one line what the button would do, or why it does not yet. */
  readonly outlook: string;
  readonly submit: { readonly words: string; readonly ready: boolean; readonly ref?: Ref<HTMLButtonElement> };
  /** Also for Ctrl Enter, from any field, and when it is not ready. */
  readonly onSubmit: () => void;
}

/** A whole page: what is asked on the left, what would be done on the right, and one button at the foot that does it. */
export function TwoPaneForm({ asked, shown, refusal, outlook, submit, onSubmit }: TwoPaneFormProps): ReactNode {
  return (
    <form
      className={classes.page}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
      noValidate
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        onSubmit();
      }}
    >
      <section className={classes.fields} aria-label={asked.label}>
        {asked.content}
      </section>
      <section className={classes.shown} aria-label={shown.label}>
        {shown.content}
      </section>
      <footer className={classes.foot}>
        <div role="alert" className={classes.refusal}>
          {refusal}
        </div>
        <span className={classes.outlook} role="status">
          {outlook}
        </span>
        <span className={classes.keys} aria-hidden="true">
          <kbd className="hum-key">Ctrl</kbd> <kbd className="hum-key">Enter</kbd>
        </span>
        {/* Not `disabled`: the keyboard may rest on it while the checks run. */}
        <Button
          {...(submit.ref === undefined ? {} : { ref: submit.ref })}
          type="submit"
          size="md"
          aria-disabled={!submit.ready}
          {...(submit.ready ? {} : { 'data-disabled': true })}
          aria-keyshortcuts="Control+Enter"
        >
          {submit.words}
        </Button>
      </footer>
    </form>
  );
}
