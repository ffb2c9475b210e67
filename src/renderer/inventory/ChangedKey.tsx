import { Button, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { showDone } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { clockDate } from '../components/clock-time.ts';
import type { FleetRow } from '../fleet/rows.ts';
import { Fingerprint } from './Fingerprint.tsx';
import keys from './host-keys.module.css';
import { forgetKeyCommands } from './host-keys.ts';
import classes from './inventory.module.css';
import { ProblemBox } from './ProblemBox.tsx';
import { useSubmission } from './use-submission.ts';

/** Why Hum does not speak to a host whose key has changed: both keys side by side, and the lines that would have to go. Nothing here trusts the new one. */
export function ChangedKey({ row }: { readonly row: FleetRow }): ReactNode {
  const { host, status } = row;
  const name = visibleText(host.name, 80);
  const known = status.knownKeys ?? [];
  if (status.problem?.code !== 'host-key-changed') {
    return (
      <section className={keys.changed}>
        <h3>{name} is refused</h3>
        <p className={classes.lead}>{visibleText(status.problem?.message ?? '', 2000)}</p>
        <p className={classes.lead}>{visibleText(status.problem?.hint ?? '', 2000)}</p>
      </section>
    );
  }
  return (
    <section className={keys.changed}>
      <h3>
        {status.offeredKey?.of ? `The jump host ${visibleText(status.offeredKey.of, 120)} before ${name}` : name} shows another key than the
        one that is known
      </h3>
      <p className={classes.lead}>
        Either the host was installed anew, or someone stands in between. Hum sends nothing to it until this is settled.
      </p>
      <dl className={keys.changedKeys}>
        {known.map((key) => (
          <div key={`${key.where} ${key.fingerprint}`}>
            <dt>Known: {visibleText(key.type, 40)}</dt>
            <dd>
              <Fingerprint fingerprint={key.fingerprint} />
            </dd>
            <dd className={keys.source}>
              <span className={keys.where}>{visibleText(key.where, 200)}</span>
              {key.firstSeen === null ? '' : `, first seen ${clockDate(key.firstSeen)}`}
            </dd>
          </div>
        ))}
        {status.offeredKey ? (
          <div>
            <dt>Offered now: {visibleText(status.offeredKey.type, 40)}</dt>
            <dd>
              <Fingerprint fingerprint={status.offeredKey.fingerprint} />
            </dd>
          </div>
        ) : null}
      </dl>
      {known.length > 0 ? <Forget row={row} /> : null}
    </section>
  );
}

/** Takes the old key out of known_hosts, when the person knows why it changed and types which host it is. */
function Forget({ row }: { readonly row: FleetRow }): ReactNode {
  const { host, status } = row;
  const [typed, setTyped] = useState('');
  const { busy, problem, submit } = useSubmission();
  const known = status.knownKeys ?? [];

  const forget = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || typed !== host.name) return;
    const gone = await submit(async () => {
      await client.fleet.forgetHostKeys({ id: host.id, name: typed });
      return true;
    });
    if (gone) showDone(`The old key of ${visibleText(host.name, 80)} was taken out. Its new key has to be compared and trusted now.`);
  };

  return (
    <form className={classes.form} onSubmit={(event) => void forget(event)}>
      <p className={classes.lead}>
        If you know why the key changed, and the new fingerprint is what the host itself says, the old key can go. What is taken out of
        known_hosts:
      </p>
      {known.map((key) => (
        <pre key={`${key.where} ${key.fingerprint}`} className={keys.line}>
          {visibleText(key.line, 4000)}
        </pre>
      ))}
      <p className={classes.lead}>
        In a terminal: <code className="hum-mono">{forgetKeyCommands(row).join('; ')}</code>
      </p>
      <div className={keys.forget}>
        <TextInput
          label={
            <>
              Type the name of the host, <bdi className="hum-mono">{visibleText(host.name, 200)}</bdi>, to take the old key out
            </>
          }
          classNames={{ input: 'hum-mono' }}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" disabled={busy || typed !== host.name}>
          Take the old key out
        </Button>
      </div>
      <ProblemBox problem={problem} />
    </form>
  );
}
