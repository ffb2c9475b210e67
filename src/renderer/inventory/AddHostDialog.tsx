import { Button } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { showDone } from '../app/act.tsx';
import { useApplication } from '../app/application.ts';
import { client } from '../app/client.ts';
import { closeDialog } from '../app/dialogs.ts';
import { hostCount } from '../components/host-count.ts';
import { takeOutAgain } from './actions.ts';
import { ConnectionTest } from './ConnectionTest.tsx';
import { HostFields } from './HostFields.tsx';
import { emptyHostForm, type FieldErrors, readHostForm } from './host-form.ts';
import classes from './inventory.module.css';
import { ProblemBox } from './ProblemBox.tsx';
import { type AddressPreview, useAddressPreview } from './use-address-preview.ts';
import { useConnectionTest } from './use-connection-test.ts';
import { useSubmission } from './use-submission.ts';

/** Adds one host, or one for each name of a range. */
export function AddHostDialog(): ReactNode {
  const loginUser = useApplication((state) => state.info?.loginUser ?? '');
  const [typed, setTyped] = useState(() => emptyHostForm(loginUser));
  const [errors, setErrors] = useState<FieldErrors>({});
  const preview = useAddressPreview(typed.address);
  const test = useConnectionTest();
  const { busy, problem, submit } = useSubmission();

  const many = preview !== null && preview.count > 1;
  const values = many ? { ...typed, name: '' } : typed;

  const draftOrErrors = () => {
    const reading = readHostForm(values);
    setErrors(reading.kind === 'errors' ? reading.errors : {});
    return reading.kind === 'draft' ? reading.draft : null;
  };

  const add = async (event: FormEvent) => {
    event.preventDefault();
    const draft = draftOrErrors();
    if (!draft || busy) return;
    const added = await submit(() => client.inventory.add(draft));
    if (!added) return;
    closeDialog();
    const whom = added.ids.length === 1 ? visibleText(draft.name ?? draft.address, 80) : hostCount(added.ids.length);
    showDone(`Added ${whom}.`, takeOutAgain(added.ids));
  };

  const tryIt = () => {
    const draft = draftOrErrors();
    const first = preview?.first[0];
    if (draft) void test.start(many && first ? { ...draft, address: first } : draft);
  };

  return (
    <form className={classes.form} onSubmit={(event) => void add(event)} noValidate>
      <HostFields
        values={values}
        errors={errors}
        mixed={new Set()}
        single
        onChange={(next) => {
          setTyped(next);
          setErrors({});
        }}
        addressNote={<AddressNote preview={preview} typed={typed.address} />}
        nameNote={many ? 'Each by its address' : undefined}
      />
      <ConnectionTest
        test={test}
        note={many ? `Tested ${visibleText(preview.first[0] ?? '', 80)}, the first of ${preview.count}.` : null}
      />
      <ProblemBox problem={problem} />
      <div className={classes.footer}>
        <Button variant="default" onClick={test.running ? test.stop : tryIt}>
          {test.running ? 'Stop the test' : 'Test connection'}
        </Button>
        <span className={classes.spacer} />
        <Button variant="default" onClick={closeDialog}>
          Cancel
        </Button>
        <Button type="submit" disabled={busy}>
          {many ? `Add ${hostCount(preview.count)}` : 'Add host'}
        </Button>
      </div>
    </form>
  );
}

/** What the address comes to. Its line is there from the start, so that the form does not move while one types. */
function AddressNote({ preview, typed }: { readonly preview: AddressPreview | null; readonly typed: string }): ReactNode {
  let note = 'A range stands for many hosts: web[01-20].example.org, db[1,3-5].';
  if (preview?.problem) note = visibleText(preview.problem.message, 200);
  else if (preview && preview.count > 1) {
    const more = preview.count - preview.first.length;
    note = `${hostCount(preview.count)}: ${visibleText(preview.first.join(', '), 240)}${more > 0 ? ', …' : ''}`;
  }
  return (
    <p className={classes.note} aria-live="polite" data-typed={typed !== ''}>
      {note}
    </p>
  );
}
