import { Button, Checkbox, Modal, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import type { PromptView } from '../../shared/contract/prompts.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { client } from '../app/client.ts';
import { useDialog } from '../app/dialogs.ts';
import { ProblemBox } from '../inventory/ProblemBox.tsx';
import { useSubmission } from '../inventory/use-submission.ts';
import { useActionDialog } from '../xen/action-dialog.ts';
import classes from './prompts.module.css';
import { promptToShow } from './prompts-state.ts';
import { answerLater, usePrompts } from './store.ts';
import { whoWaits } from './words.ts';

/** The one dialog in which hosts and keys ask a person for something: which, for whom, and why. */
export function PromptDialog(): ReactNode {
  const otherDialog = useDialog(({ dialog }) => dialog !== null);
  const action = useActionDialog(({ open }) => open !== null);
  const state = usePrompts();
  const asked = promptToShow(state, otherDialog || action);
  const shown = useRef<PromptView | undefined>(undefined);
  // The modal notes what had the focus, to give it back, when it opens, but not when it is there open from the first.
  const [mounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  // While it fades out the dialog still shows what it was about.
  if (asked) shown.current = asked;
  const prompt = shown.current;
  return (
    <Modal
      opened={mounted && asked !== undefined}
      onClose={answerLater}
      title={prompt?.title ?? ''}
      size={520}
      yOffset="12vh"
      zIndex={300}
      closeOnClickOutside={false}
    >
      {prompt ? <Form key={prompt.id} prompt={prompt} more={state.open.length - 1} /> : null}
    </Modal>
  );
}

function Form({ prompt, more }: { readonly prompt: PromptView; readonly more: number }): ReactNode {
  const { id, kind, reason, instructions, fields, mistake, remember } = prompt;
  const { busy, problem, submit } = useSubmission();
  const form = useRef<HTMLFormElement>(null);

  const answer = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy || !form.current) return;
    // Read from the fields and sent at once: no state of the page ever holds it.
    const typed = new FormData(form.current);
    const answers = fields.map((_, index) => String(typed.get(`answer-${index}`) ?? ''));
    const keep = typed.get('remember') !== null;
    for (const field of form.current.querySelectorAll<HTMLInputElement>('[name^="answer-"]')) field.value = '';
    await submit(() => client.prompts.answer({ id, answers, remember: keep }));
    form.current?.querySelector<HTMLInputElement>('[name="answer-0"]')?.focus();
  };

  return (
    <form ref={form} className={classes.form} onSubmit={(event) => void answer(event)} noValidate>
      <p className={classes.lead}>
        {whoWaits(prompt)} {reason}
      </p>
      {instructions === '' ? null : <pre className={classes.instructions}>{instructions}</pre>}
      {fields.map(({ text, echo }, index) => {
        const label = visibleText(text.trim() || 'Answer', 200);
        const Field = echo ? TextInput : PasswordInput;
        return (
          <Field
            // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one question never change their order
            key={index}
            name={`answer-${index}`}
            label={label}
            error={index === 0 ? mistake : null}
            autoComplete="off"
            spellCheck={false}
            classNames={{ input: 'hum-mono' }}
            data-autofocus={index === 0 ? true : undefined}
          />
        );
      })}
      {remember ? (
        <Checkbox
          name="remember"
          size="xs"
          disabled={remember.refusal !== null}
          label={remember.where === 'keychain' ? 'Remember in the keychain of this account' : 'Remember until Hum is closed'}
          description={remember.refusal}
        />
      ) : null}
      <ProblemBox problem={problem} />
      <div className={classes.footer}>
        <span className={classes.more}>{more > 0 ? `${more} more ${more === 1 ? 'question waits' : 'questions wait'}` : ''}</span>
        <Button variant="default" onClick={answerLater}>
          Later
        </Button>
        <Button variant="default" onClick={() => void submit(() => client.prompts.cancel({ id }))}>
          {kind === 'passphrase' ? 'Leave it locked' : 'Do not answer'}
        </Button>
        <Button type="submit" disabled={busy}>
          {kind === 'passphrase' ? 'Unlock' : 'Log in'}
        </Button>
      </div>
    </form>
  );
}
