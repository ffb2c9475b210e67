import { Button, Checkbox, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { SshConfigScan } from '../../shared/contract/inventory.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText, showDone } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { closeDialog, openDialog } from '../app/dialogs.ts';
import { hostCount } from '../components/host-count.ts';
import { toggled } from '../components/toggled.ts';
import { takeOutAgain } from './actions.ts';
import classes from './inventory.module.css';
import { ProblemBox } from './ProblemBox.tsx';
import { SshConfigRow } from './SshConfigRow.tsx';
import { matching, newAliases, scanSummary } from './ssh-config-choice.ts';
import { useSshConfig } from './use-ssh-config.ts';
import { useSubmission } from './use-submission.ts';

/** Hosts of `~/.ssh/config` to tick. */
export function SshConfigDialog(): ReactNode {
  const { scan, problem, rescan } = useSshConfig();
  if (!scan) {
    return (
      <div className={classes.form}>
        {problem ? <ProblemBox problem={problem} /> : <p className={classes.lead}>Reading the SSH configuration…</p>}
        <div className={classes.footer}>
          <span className={classes.spacer} />
          {problem ? (
            <Button variant="default" onClick={rescan}>
              Try again
            </Button>
          ) : null}
          <Button variant="default" onClick={closeDialog}>
            Close
          </Button>
        </div>
      </div>
    );
  }
  return <Choice scan={scan} rescan={rescan} />;
}

/** From here on a list is long enough to be filtered. */
const longList = 12;

function Choice({ scan, rescan }: { readonly scan: SshConfigScan; readonly rescan: () => void }): ReactNode {
  const [ticked, setTicked] = useState(() => newAliases(scan.candidates));
  const [filter, setFilter] = useState('');
  const { busy, problem, submit } = useSubmission();
  const shown = matching(scan.candidates, filter);
  const choosable = shown.filter((candidate) => !candidate.known).map((candidate) => candidate.alias);
  const chosen = scan.candidates.filter((candidate) => !candidate.known && ticked.has(candidate.alias)).map((candidate) => candidate.alias);
  const tickedShown = choosable.filter((alias) => ticked.has(alias)).length;
  const all = choosable.length > 0 && tickedShown === choosable.length;

  const tickAll = () => setTicked(new Set(all ? [...ticked].filter((alias) => !choosable.includes(alias)) : [...ticked, ...choosable]));

  const add = async () => {
    const added = await submit(() => client.inventory.importSshConfig({ aliases: chosen }));
    if (!added) return;
    closeDialog();
    showDone(`Added ${hostCount(added.ids.length)} from the SSH configuration.`, takeOutAgain(added.ids));
  };

  return (
    <div className={classes.form}>
      <p className={classes.lead}>
        {visibleText(scanSummary(scan), 300)}
        {scan.candidates.length === 0 ? ' Write a Host entry for each and read it again, or add hosts by their addresses.' : ''}
      </p>
      {scan.problems.map((one) => (
        <div key={`${one.code} ${one.message}`} className={classes.warning}>
          <ProblemText problem={one} />
        </div>
      ))}
      {scan.candidates.length > longList ? (
        <TextInput
          aria-label="Filter the list"
          placeholder="Filter by name, address, user or file"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      ) : null}
      {scan.candidates.length > 0 ? (
        <div className={classes.list}>
          <Checkbox
            className={classes.listHead}
            size="xs"
            label={`${chosen.length} of ${scan.candidates.length} chosen`}
            checked={all}
            indeterminate={!all && tickedShown > 0}
            disabled={choosable.length === 0}
            onChange={tickAll}
          />
          <ul>
            {shown.map((candidate) => (
              <SshConfigRow
                key={candidate.alias}
                candidate={candidate}
                mainFile={scan.file}
                ticked={ticked.has(candidate.alias)}
                onToggle={() => setTicked((before) => toggled(before, candidate.alias))}
              />
            ))}
          </ul>
        </div>
      ) : null}
      {scan.wildcards.length > 0 ? (
        <p className={classes.note}>
          Left out, since a pattern is not a host:{' '}
          <span className="hum-mono">{visibleText(scan.wildcards.slice(0, 12).join('  '), 240)}</span>
          {scan.wildcards.length > 12 ? ` and ${scan.wildcards.length - 12} more` : ''}. What they set for the hosts above is followed.
        </p>
      ) : null}
      <ProblemBox problem={problem} />
      <div className={classes.footer}>
        <Button variant="default" onClick={rescan}>
          Read again
        </Button>
        <span className={classes.spacer} />
        <Button variant="default" onClick={closeDialog}>
          Cancel
        </Button>
        {scan.candidates.length === 0 ? (
          <Button onClick={() => openDialog({ kind: 'add-host' })}>Add a host…</Button>
        ) : (
          <Button onClick={() => void add()} disabled={busy || chosen.length === 0}>
            {chosen.length === 0 ? 'Add hosts' : `Add ${hostCount(chosen.length)}`}
          </Button>
        )}
      </div>
    </div>
  );
}
