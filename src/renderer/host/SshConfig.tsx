import { Checkbox } from '@mantine/core';
import { type ReactNode, useCallback, useEffect, useState } from 'react';
import type { SshConfigView } from '../../shared/contract/inventory.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act } from '../app/act.tsx';
import { client } from '../app/client.ts';
import classes from './host.module.css';

/** What ssh_config says about a host that came from there: what Hum follows, what it does not, and the commands that it may run to find out. */
export function SshConfig({ id }: { readonly id: string }): ReactNode {
  const [config, setConfig] = useState<SshConfigView | null>(null);
  const read = useCallback(() => {
    client.inventory.sshConfigOf({ id }).then(setConfig, () => setConfig(null));
  }, [id]);
  useEffect(read, [read]);
  if (config === null) return null;

  const allow = async (command: string, allowed: boolean) => {
    await act({
      doing: allowed ? 'Allowing a command' : 'Forbidding a command',
      run: () => client.inventory.allowCommand({ command, allowed }),
      done: () => (allowed ? 'It is run before the next connection.' : 'It is not run any more.'),
    });
    read();
  };

  return (
    <section className={classes.block}>
      <h2 className={classes.blockTitle}>From ~/.ssh/config</h2>
      <dl className={classes.facts}>
        <div>
          <dt>Name</dt>
          <dd className="hum-mono">{config.alias}</dd>
        </div>
        {config.followed.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="hum-mono">{value}</dd>
          </div>
        ))}
      </dl>
      {config.unsupported.length > 0 ? <p className={classes.quiet}>Not followed, unlike ssh: {config.unsupported.join(', ')}.</p> : null}
      {config.commands.map(({ command, allowed }) => (
        <Checkbox
          key={command}
          size="xs"
          checked={allowed}
          label={`Run “${visibleText(command, 300)}” on this machine`}
          description="Match exec: without it, what stands below it in the file is left out."
          onChange={(event) => void allow(command, event.currentTarget.checked)}
        />
      ))}
      {config.problems.map(({ message, detail }) => (
        <p key={message} className={classes.quiet}>
          {visibleText(message)} {visibleText(detail ?? '')}
        </p>
      ))}
    </section>
  );
}
