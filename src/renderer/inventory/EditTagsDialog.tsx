import { Button, MultiSelect, TagsInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { showDone } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { closeDialog } from '../app/dialogs.ts';
import { hostCount } from '../components/host-count.ts';
import classes from './inventory.module.css';
import { NothingToEdit } from './NothingToEdit.tsx';
import { ProblemBox } from './ProblemBox.tsx';
import { savedHosts } from './saved-hosts.ts';
import { useKnownLabels } from './use-known-labels.ts';
import { useSubmission } from './use-submission.ts';

/** Adds tags to hosts and takes tags from them; what is not named stays as it is on each. */
export function EditTagsDialog({ ids }: { readonly ids: readonly string[] }): ReactNode {
  const [hosts] = useState(() => savedHosts(ids));
  const [add, setAdd] = useState<string[]>([]);
  const [remove, setRemove] = useState<string[]>([]);
  const known = useKnownLabels();
  const { busy, problem, submit } = useSubmission();
  if (hosts.length === 0) return <NothingToEdit />;
  const carried = [...new Set(hosts.flatMap((host) => host.tags))].sort();

  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (add.length + remove.length === 0) return closeDialog();
    const chosen = hosts.map((host) => host.id);
    const saved = await submit(async () => {
      await client.inventory.retag({ ids: chosen, add, remove });
      return true;
    });
    if (!saved) return;
    closeDialog();
    showDone(`Changed the tags of ${hostCount(hosts.length)}.`);
  };

  return (
    <form className={classes.form} onSubmit={(event) => void save(event)} noValidate>
      <TagsInput
        label={`Add to ${hostCount(hosts.length)}`}
        data-autofocus
        value={add}
        onChange={(tags) => setAdd(tags.filter((tag) => !remove.includes(tag)))}
        data={known.tags}
        limit={20}
        splitChars={[',', ' ']}
      />
      <MultiSelect
        label="Take away"
        value={remove}
        onChange={(tags) => setRemove(tags.filter((tag) => !add.includes(tag)))}
        data={carried}
        limit={50}
        disabled={carried.length === 0}
        placeholder={carried.length === 0 ? 'None of them has a tag' : ''}
      />
      <ProblemBox problem={problem} />
      <div className={classes.footer}>
        <span className={classes.spacer} />
        <Button variant="default" onClick={closeDialog}>
          Cancel
        </Button>
        <Button type="submit" disabled={busy}>
          Save
        </Button>
      </div>
    </form>
  );
}
