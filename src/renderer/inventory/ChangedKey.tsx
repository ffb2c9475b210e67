import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { Command } from '../components/Command.tsx';
import type { FleetRow } from '../fleet/rows.ts';
import { Fingerprint } from './Fingerprint.tsx';
import keys from './host-keys.module.css';
import { forgetKeyCommands } from './host-keys.ts';
import classes from './inventory.module.css';

/** Why Hum does not speak to a host whose key has changed, with both keys. There is no button: the person decides in a terminal. */
export function ChangedKey({ row }: { readonly row: FleetRow }): ReactNode {
  const { host, status } = row;
  const name = visibleText(host.name, 80);
  const commands = forgetKeyCommands(row);
  return (
    <section className={keys.changed}>
      <h3>{name} shows another key than the one that is known</h3>
      <p className={classes.lead}>
        Either the host was installed anew, or someone stands in between. Hum sends nothing to it until this is settled.
      </p>
      <dl className={keys.changedKeys}>
        {(status.knownKeys ?? []).map((key) => (
          <div key={`${key.where} ${key.fingerprint}`}>
            <dt>
              Known: {visibleText(key.type, 40)}, in <span className={keys.where}>{visibleText(key.where, 200)}</span>
            </dt>
            <dd>
              <Fingerprint fingerprint={key.fingerprint} />
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
      {commands.length > 0 ? (
        <>
          <p className={classes.lead}>
            If you know why the key changed, and the new fingerprint is what the host itself says, forget the old key with this command and
            try again. Hum will then ask you about the new one.
          </p>
          {commands.map((command) => (
            <Command key={command} text={command} />
          ))}
        </>
      ) : null}
    </section>
  );
}
