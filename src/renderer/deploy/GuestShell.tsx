import { Button, Modal, TextInput } from '@mantine/core';
import { IconTerminal2 } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { DeployedGuest, DeployedVm } from '../../shared/contract/deploy.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { go, hostPath } from '../app/paths.ts';
import { hostArrives } from '../fleet/store.ts';
import { openShells } from '../terminals/dock-store.ts';
import classes from './deployment.module.css';

/** Offers a shell on a VM that a plan has deployed, which becomes a host of the fleet for that. */
export function GuestShell({ plan, vm: { host, key, name } }: { readonly plan: string; readonly vm: DeployedVm }): ReactNode {
  const [guest, setGuest] = useState<DeployedGuest | null>(null);
  const [open, setOpen] = useState(false);
  const [user, setUser] = useState('');
  const vm = visibleText(name, 60);
  const asked = { plan, vm: { host, key } };
  const ask = async () => {
    const doing = `Opening a shell on ${vm}`;
    const found = await act({ doing, run: () => client.deploy.guest(asked), done: () => null });
    if (found === undefined) return;
    setGuest(found);
    setUser(found.user);
    setOpen(true);
  };
  const add = async (): Promise<string | undefined> => {
    const added = await act({
      doing: `Adding ${vm} to the fleet`,
      run: () => client.deploy.addToFleet({ ...asked, name: null, user }),
      done: (host) => (host.added ? `${vm} is a host of the fleet now.` : `${vm} is a host of the fleet already.`),
    });
    if (added !== undefined) setOpen(false);
    return added?.id;
  };
  const openShell = async () => {
    const id = await add();
    if (id !== undefined && (await hostArrives(id))) openShells([id]);
  };
  const onlyAdd = async () => {
    const id = await add();
    if (id !== undefined) go(hostPath(id));
  };
  return (
    <>
      <Button variant="default" leftSection={<IconTerminal2 size={14} />} onClick={() => void ask()}>
        Open a shell…
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={`Open a shell on ${vm}`} size={560}>
        {guest === null ? null : (
          <form
            className={classes.shell}
            onSubmit={(event) => {
              event.preventDefault();
              void openShell();
            }}
          >
            <p>
              It becomes a host of the fleet for that: Hum will log in to <span className="hum-mono">{visibleText(guest.address, 60)}</span>
              , as to every other host.
            </p>
            <TextInput label="User" value={user} onChange={(event) => setUser(event.currentTarget.value)} data-autofocus required />
            {guest.hostKeys.length > 0 ? (
              <>
                <p>It has printed these host keys to its console. They will be known, and no others:</p>
                <ul className={`hum-mono ${classes.keys}`} aria-label="Its host keys">
                  {guest.hostKeys.map(({ type, fingerprint }) => (
                    <li key={fingerprint}>
                      <span>{visibleText(type, 40)}</span>
                      <span>{visibleText(fingerprint, 80)}</span>
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
            <div className={classes.shellFoot}>
              <Button variant="default" onClick={() => setOpen(false)}>
                Cancel
              </Button>
              <span className={classes.spacer} />
              <Button variant="default" disabled={user.trim() === ''} onClick={() => void onlyAdd()}>
                Only add it
              </Button>
              <Button type="submit">Open the shell</Button>
            </div>
          </form>
        )}
      </Modal>
    </>
  );
}
