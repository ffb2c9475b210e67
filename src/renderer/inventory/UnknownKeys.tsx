import { Button, Checkbox } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { showDone, showProblem } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { closeDialog } from '../app/dialogs.ts';
import { Command } from '../components/Command.tsx';
import { toggled } from '../components/toggled.ts';
import { Fingerprint } from './Fingerprint.tsx';
import keyClasses from './host-keys.module.css';
import { hostKeyFile, type UnknownKey } from './host-keys.ts';
import classes from './inventory.module.css';
import { ProblemBox } from './ProblemBox.tsx';
import { useSubmission } from './use-submission.ts';

/** New keys with their fingerprints, to compare, tick and trust. A single one needs no tick: its button says what it does. */
export function UnknownKeys({ keys }: { readonly keys: readonly UnknownKey[] }): ReactNode {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(() => new Set(keys.length === 1 ? keys.map(keyName) : []));
  const { busy, problem, submit } = useSubmission();
  const chosen = keys.filter((key) => ticked.has(keyName(key)));
  const all = chosen.length === keys.length;
  const files = [...new Set(keys.map((key) => hostKeyFile(key.type) ?? '/etc/ssh/ssh_host_*_key.pub'))];

  const trust = async () => {
    const result = await submit(() => client.fleet.trustHostKeys({ keys: chosen.map(({ id, fingerprint }) => ({ id, fingerprint })) }));
    if (!result) return;
    closeDialog();
    for (const refused of result.refused.slice(0, 3)) showProblem(refused, 'Trusting a host key');
    if (result.trusted > 0) showDone(`Trusted ${keyCount(result.trusted)}.`);
  };

  return (
    <>
      <p className={classes.lead}>
        {keys.length === 1 ? 'This host was' : 'These hosts were'} never seen from this account before. A key that you have not compared may
        belong to someone in between. On the host itself, or over a way that you trust already, run:
      </p>
      {files.map((file) => (
        <Command key={file} text={`ssh-keygen -lf ${file}`} />
      ))}
      <p className={classes.lead}>Trust the key only if its SHA256 fingerprint is the same. It is then written to known_hosts.</p>
      {/* A region that scrolls has to be reachable by keyboard. */}
      <section className={classes.scroll} aria-label="New host keys">
        <table className={keyClasses.keys}>
          <thead>
            <tr>
              <th>
                <Checkbox
                  size="xs"
                  aria-label="All keys"
                  checked={all}
                  indeterminate={!all && chosen.length > 0}
                  onChange={() => setTicked(new Set(all ? [] : keys.map(keyName)))}
                />
              </th>
              <th scope="col">Host</th>
              <th scope="col">Type</th>
              <th scope="col">Fingerprint</th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={keyName(key)}>
                <td>
                  <Checkbox
                    size="xs"
                    aria-label={`Trust the key of ${visibleText(key.name, 80)}`}
                    checked={ticked.has(keyName(key))}
                    onChange={() => setTicked(toggled(ticked, keyName(key)))}
                  />
                </td>
                <th scope="row" title={visibleText(`${key.address}:${key.port}`, 300)}>
                  {visibleText(key.name, 80)}
                </th>
                <td className="hum-mono">{visibleText(key.type, 40)}</td>
                <td>
                  <Fingerprint fingerprint={key.fingerprint} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <ProblemBox problem={problem} />
      <div className={classes.footer}>
        <span className={classes.spacer} />
        <Button variant="default" onClick={closeDialog} data-autofocus>
          Not now
        </Button>
        <Button onClick={() => void trust()} disabled={busy || chosen.length === 0}>
          {chosen.length === 0 ? 'Trust keys' : `Trust ${keyCount(chosen.length)}`}
        </Button>
      </div>
    </>
  );
}

/** A host that offers another key while the dialog is open is another line, not ticked. */
function keyName(key: UnknownKey): string {
  return `${key.id} ${key.fingerprint}`;
}

function keyCount(count: number): string {
  return `${count} ${count === 1 ? 'key' : 'keys'}`;
}
