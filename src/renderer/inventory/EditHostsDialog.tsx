import { Button, Select } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { KeepShells, RunAs } from '../../shared/contract/inventory.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { showDone } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { closeDialog } from '../app/dialogs.ts';
import { hostCount } from '../components/host-count.ts';
import { ConnectionTest } from './ConnectionTest.tsx';
import { commonFields, readEditForm } from './edit-form.ts';
import { HostFields } from './HostFields.tsx';
import { type FieldErrors, readHostForm } from './host-form.ts';
import classes from './inventory.module.css';
import { NothingToEdit } from './NothingToEdit.tsx';
import { ProblemBox } from './ProblemBox.tsx';
import { savedHosts } from './saved-hosts.ts';
import { useConnectionTest } from './use-connection-test.ts';
import { useSubmission } from './use-submission.ts';

/** Edits one host, or what several have in common. What changed elsewhere since the dialog opened stays, unless it is edited here too. */
export function EditHostsDialog({ ids }: { readonly ids: readonly string[] }): ReactNode {
  const [hosts] = useState(() => savedHosts(ids));
  const [before] = useState(() => commonFields(hosts));
  const [values, setValues] = useState(before.values);
  const [runAsBefore] = useState(() => common(hosts.map((host) => host.runAs ?? 'sudo-n')));
  const [runAs, setRunAs] = useState(runAsBefore);
  const [keepBefore] = useState(() => common(hosts.map((host) => host.keepShells ?? 'no')));
  const [keep, setKeep] = useState(keepBefore);
  const [agentBefore] = useState(() => common(hosts.map((host) => (host.forwardAgent ? 'yes' : 'no'))));
  const [agent, setAgent] = useState(agentBefore);
  const [errors, setErrors] = useState<FieldErrors>({});
  const test = useConnectionTest();
  const { busy, problem, submit } = useSubmission();
  const [first] = hosts;
  if (!first) return <NothingToEdit />;
  const single = hosts.length === 1;

  const save = async (event: FormEvent) => {
    event.preventDefault();
    const reading = readEditForm(before, values, hosts.length);
    if (reading.kind === 'errors') return setErrors(reading.errors);
    const chosenWays = {
      ...(runAs === null || runAs === runAsBefore ? {} : { runAs }),
      ...(keep === null || keep === keepBefore ? {} : { keepShells: keep }),
      ...(agent === null || agent === agentBefore ? {} : { forwardAgent: agent === 'yes' }),
    };
    if (!reading.changes && Object.keys(chosenWays).length === 0) return closeDialog();
    if (busy) return;
    const { tags } = reading.edit;
    const change = { ...reading.edit.change, ...chosenWays };
    const chosen = hosts.map((host) => host.id);
    const saved = await submit(async () => {
      if (Object.keys(change).length > 0) await client.inventory.update({ ids: chosen, change });
      if (tags.add.length + tags.remove.length > 0) {
        await client.inventory.retag({ ids: chosen, add: [...tags.add], remove: [...tags.remove] });
      }
      return true;
    });
    if (!saved) return;
    closeDialog();
    const whom = single ? visibleText(first.name, 80) : hostCount(hosts.length);
    showDone(`Saved ${whom}.`);
  };

  const tryIt = () => {
    const reading = readHostForm(values);
    if (reading.kind === 'draft') void test.start(reading.draft);
    else setErrors(reading.errors);
  };

  return (
    <form className={classes.form} onSubmit={(event) => void save(event)} noValidate>
      {single ? null : <p className={classes.lead}>{namesOf(hosts.map((host) => host.name))}</p>}
      <HostFields
        values={values}
        errors={errors}
        mixed={before.mixed}
        single={single}
        onChange={(next) => {
          setValues(next);
          setErrors({});
        }}
      />
      <Select
        label="Commands run as root by"
        description="For Xen, where the account is not root. A password goes to sudo over the connection, never into a command line."
        data={rootWays}
        value={runAs}
        placeholder="Different for each host"
        allowDeselect={false}
        onChange={setRunAs}
      />
      <Select
        label="Shells run in"
        description="In tmux or screen, where the host has it, a shell goes on when the connection is cut, and the next one comes back to it."
        data={keepWays}
        value={keep}
        placeholder="Different for each host"
        allowDeselect={false}
        onChange={setKeep}
      />
      <Select
        label="Forward the SSH agent"
        description={
          agent === 'yes'
            ? 'While you are connected, root on that host can log in wherever your keys can. Set it only where you would trust root with them: to get to a host behind another, a jump host needs no agent.'
            : 'Whether a shell there can log in elsewhere with your keys, as with ssh -A. A jump host does not need it.'
        }
        data={agentWays}
        value={agent}
        placeholder="Different for each host"
        allowDeselect={false}
        onChange={setAgent}
      />
      <ConnectionTest test={test} note={null} />
      <ProblemBox problem={problem} />
      <div className={classes.footer}>
        {single ? (
          <Button variant="default" onClick={test.running ? test.stop : tryIt}>
            {test.running ? 'Stop the test' : 'Test connection'}
          </Button>
        ) : null}
        <span className={classes.spacer} />
        <Button variant="default" onClick={closeDialog}>
          Cancel
        </Button>
        <Button type="submit" disabled={busy}>
          {single ? 'Save' : `Save ${hostCount(hosts.length)}`}
        </Button>
      </div>
    </form>
  );
}

const rootWays: { readonly value: RunAs; readonly label: string }[] = [
  { value: 'sudo-n', label: 'sudo, where it wants no password' },
  { value: 'sudo-password', label: 'sudo with a password' },
  { value: 'doas', label: 'doas' },
  { value: 'nothing', label: 'nothing: only what the account may do itself' },
];

const keepWays: { readonly value: KeepShells; readonly label: string }[] = [
  { value: 'no', label: 'nothing: they end with the connection' },
  { value: 'tmux', label: 'tmux' },
  { value: 'screen', label: 'screen' },
];

const agentWays: { readonly value: 'no' | 'yes'; readonly label: string }[] = [
  { value: 'no', label: 'no' },
  { value: 'yes', label: 'yes, to its shells' },
];

/** What all have; null where they differ. */
function common<T extends string>(ways: readonly T[]): T | null {
  const [first] = ways;
  return first !== undefined && ways.every((way) => way === first) ? first : null;
}

function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, 6).map((name) => visibleText(name, 60));
  const more = names.length - shown.length;
  return `${hostCount(names.length)}: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
