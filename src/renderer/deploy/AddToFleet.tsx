import { Button, Modal, TextInput } from '@mantine/core';
import { IconServerBolt } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { DeployedGuest, DeployedVm } from '../../shared/contract/deploy.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { go, hostPath } from '../app/paths.ts';
import classes from './deployment.module.css';

/** Offers to make a VM that a plan has deployed a host of the fleet. */
export function AddToFleet({ plan, vm: { host, key, name } }: { readonly plan: string; readonly vm: DeployedVm }): ReactNode {
  const [guest, setGuest] = useState<DeployedGuest | null>(null);
  const [open, setOpen] = useState(false);
  const [user, setUser] = useState('root');
  const vm = visibleText(name, 60);
  const asked = { plan, vm: { host, key } };
  const ask = async () => {
    const found = await act({ doing: `Adding ${vm} to the fleet`, run: () => client.deploy.guest(asked), done: () => null });
    if (found === undefined) return;
    setGuest(found);
    setOpen(true);
  };
  const add = async () => {
    const added = await act({
      doing: `Adding ${vm} to the fleet`,
      run: () => client.deploy.addToFleet({ ...asked, name: null, user }),
      done: () => `${vm} is a host of the fleet now.`,
    });
    if (added === undefined) return;
    setOpen(false);
    go(hostPath(added.id));
  };
  return (
    <>
      <Button variant="default" leftSection={<IconServerBolt size={14} />} onClick={() => void ask()}>
        Add to the fleet…
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={`Add ${vm} to the fleet`} size={520}>
        {guest === null ? null : (
          <form
            className={classes.adding}
            onSubmit={(event) => {
              event.preventDefault();
              void add();
            }}
          >
            <p>
              Hum will log in to <span className="hum-mono">{visibleText(guest.address, 60)}</span>, as to every other host.
            </p>
            <TextInput label="User" value={user} onChange={(event) => setUser(event.currentTarget.value)} data-autofocus required />
            {guest.hostKeys.length > 0 ? (
              <>
                <p>These host keys it has printed to its console. They will be known, and no others:</p>
                <ul className={`hum-mono ${classes.keys}`}>
                  {guest.hostKeys.map(({ type, fingerprint }) => (
                    <li key={fingerprint}>
                      {visibleText(type, 40)} {visibleText(fingerprint, 80)}
                    </li>
                  ))}
                </ul>
              </>
            ) : (
              <p>
                It has printed no host key to its console. Nothing is trusted blindly: at the first connection you are shown its key, to
                compare it.
              </p>
            )}
            <div className={classes.addingFoot}>
              <Button variant="default" onClick={() => setOpen(false)}>
                Cancel
              </Button>
              <Button type="submit">Add the host</Button>
            </div>
          </form>
        )}
      </Modal>
    </>
  );
}
