import { Button, Checkbox, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { showDone, showProblem } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { closeDialog } from '../app/dialogs.ts';
import { Command } from '../components/Command.tsx';
import { toggled } from '../components/toggled.ts';
import { setHostsEnabled } from './actions.ts';
import { Fingerprint } from './Fingerprint.tsx';
import keyClasses from './host-keys.module.css';
import { hostKeyFile, type UnknownKey } from './host-keys.ts';
import classes from './inventory.module.css';
import { ProblemBox } from './ProblemBox.tsx';
import { useSubmission } from './use-submission.ts';

/** New keys with their fingerprints, to compare, tick and trust. A single one needs no tick: its button says what it does. */
export function UnknownKeys({ keys }: { readonly keys: readonly UnknownKey[] }): ReactNode {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(() => new Set(keys.length === 1 ? keys.map(keyName) : []));
  const [list, setList] = useState('');
  const [compared, setCompared] = useState<Compared | null>(null);
  const { busy, problem, submit } = useSubmission();
  const chosen = keys.filter((key) => ticked.has(keyName(key)));
  const all = chosen.length === keys.length;
  const files = [...new Set(keys.map((key) => hostKeyFile(key.type) ?? '/etc/ssh/ssh_host_*_key.pub'))];

  const trust = async (once: boolean) => {
    const wanted = chosen.map(({ id, fingerprint }) => ({ id, fingerprint }));
    const result = await submit(() => client.fleet.trustHostKeys({ keys: wanted, once }));
    if (!result) return;
    closeDialog();
    for (const refused of result.refused.slice(0, 3)) showProblem(refused, 'Trusting a host key');
    if (result.trusted > 0) showDone(`Trusted ${keyCount(result.trusted)}.`);
  };

  const compare = async () => {
    const found = await submit(() => client.fleet.compareHostKeys({ ids: keys.map(({ id }) => id), text: list }));
    if (!found) return;
    setCompared({ listed: new Set(found.listed), contradicted: new Set(found.contradicted) });
    setTicked(new Set(keys.filter(({ id }) => found.listed.includes(id)).map(keyName)));
  };

  const refuse = async () => {
    closeDialog();
    await setHostsEnabled(
      chosen.map(({ id }) => id),
      false,
    );
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
      {keys.length > 1 ? (
        <div className={keyClasses.compare}>
          <Textarea
            label="A list of fingerprints, or lines of known_hosts, from somewhere you trust"
            placeholder="256 SHA256:… root@web01 (ED25519)"
            autosize
            minRows={2}
            maxRows={6}
            spellCheck={false}
            classNames={{ input: 'hum-mono' }}
            value={list}
            onChange={(event) => setList(event.currentTarget.value)}
          />
          <Button variant="default" disabled={busy || list.trim() === ''} onClick={() => void compare()}>
            Compare and tick
          </Button>
          <span role="status" className={classes.note}>
            {compared ? comparedText(compared, keys.length) : ''}
          </span>
        </div>
      ) : null}
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
            {needingEyesFirst(keys, compared).map((key) => (
              <tr key={keyName(key)}>
                <td>
                  <Checkbox
                    size="xs"
                    aria-label={`Trust the key of ${visibleText(key.name, 80)}`}
                    checked={ticked.has(keyName(key))}
                    onChange={() => setTicked(toggled(ticked, keyName(key)))}
                  />
                </td>
                <th scope="row" title={visibleText(key.place, 300)}>
                  {key.jump ? `Jump host ${visibleText(key.place, 120)}` : visibleText(key.name, 80)}
                </th>
                <td className="hum-mono">{visibleText(key.type, 40)}</td>
                <td>
                  <Fingerprint fingerprint={key.fingerprint} />
                  {compared?.contradicted.has(key.id) ? (
                    <p className={keyClasses.contradicted}>The list has another key for this host.</p>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {keys.length === 1 && keys[0] ? (
        <pre className={keyClasses.art} aria-hidden="true">
          {keys[0].art}
        </pre>
      ) : null}
      <ProblemBox problem={problem} />
      <div className={classes.footer}>
        <Button variant="default" onClick={() => void refuse()} disabled={busy || chosen.length === 0}>
          Refuse and disable
        </Button>
        <span className={classes.spacer} />
        <Button variant="default" onClick={closeDialog} data-autofocus>
          Not now
        </Button>
        <Button variant="default" onClick={() => void trust(true)} disabled={busy || chosen.length === 0}>
          Trust until Hum ends
        </Button>
        <Button onClick={() => void trust(false)} disabled={busy || chosen.length === 0}>
          {chosen.length === 0 ? 'Trust keys' : `Trust ${keyCount(chosen.length)}`}
        </Button>
      </div>
    </>
  );
}

interface Compared {
  readonly listed: ReadonlySet<string>;
  readonly contradicted: ReadonlySet<string>;
}

/** In a fleet, what the list contradicts or says nothing of must not be looked for among the rest. */
function needingEyesFirst(keys: readonly UnknownKey[], compared: Compared | null): readonly UnknownKey[] {
  if (compared === null) return keys;
  const rank = ({ id }: UnknownKey) => (compared.contradicted.has(id) ? 0 : compared.listed.has(id) ? 2 : 1);
  return keys.toSorted((a, b) => rank(a) - rank(b));
}

function comparedText({ listed, contradicted }: Compared, all: number): string {
  const other =
    contradicted.size === 0
      ? ''
      : ` ${contradicted.size} ${contradicted.size === 1 ? 'host shows' : 'hosts show'} another key than the list has.`;
  return `${listed.size} of ${all} keys are in the list.${other}`;
}

/** A host that offers another key while the dialog is open is another line, not ticked. */
function keyName(key: UnknownKey): string {
  return `${key.id} ${key.fingerprint}`;
}

function keyCount(count: number): string {
  return `${count} ${count === 1 ? 'key' : 'keys'}`;
}
