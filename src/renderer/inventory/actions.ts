import { type Action, act } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { downloadText } from '../components/download.ts';
import { hostCount } from '../components/host-count.ts';
import { useFleet } from '../fleet/store.ts';

/** Takes hosts out of the inventory; the notification offers to bring them back. */
export async function removeHosts(ids: readonly string[]): Promise<void> {
  await act({
    doing: `Removing ${hostCount(ids.length)}`,
    run: () => client.inventory.remove({ ids: [...ids] }),
    done: (removal) => `Removed ${hostCount(removal.count)}.`,
    undo: (removal) => ({
      doing: 'Bringing the hosts back',
      run: () => client.inventory.restore({ undo: removal.undo }),
      done: () => `Brought back ${hostCount(removal.count)}.`,
    }),
  });
}

/** The undo of adding hosts. */
export function takeOutAgain(ids: readonly string[]): Action<unknown> {
  return {
    doing: 'Taking the hosts out again',
    run: () => client.inventory.remove({ ids: [...ids] }),
    done: () => `Took ${hostCount(ids.length)} out again.`,
  };
}

/** A disabled host stays in the inventory and is left alone. Hosts that are so already are passed over, so that "Undo" leaves them so. */
export async function setHostsEnabled(chosen: readonly string[], enabled: boolean): Promise<void> {
  const { rows } = useFleet.getState();
  const ids = chosen.filter((id) => rows.get(id)?.host.enabled === !enabled);
  if (ids.length === 0) return;
  const set = (value: boolean) => client.inventory.setEnabled({ ids: [...ids], enabled: value });
  await act({
    doing: `${enabled ? 'Enabling' : 'Disabling'} ${hostCount(ids.length)}`,
    run: () => set(enabled),
    done: () => `${enabled ? 'Enabled' : 'Disabled'} ${hostCount(ids.length)}.`,
    undo: () => ({
      doing: 'Undoing',
      run: () => set(!enabled),
      done: () => `${enabled ? 'Disabled' : 'Enabled'} ${hostCount(ids.length)} again.`,
    }),
  });
}

/** Gives the id of the copy, undefined when it failed. */
export async function duplicateHost(id: string, name: string): Promise<string | undefined> {
  const copy = await act({
    doing: 'Duplicating the host',
    run: () => client.inventory.duplicate({ id }),
    done: () => `Made a copy of ${name}.`,
    undo: (made) => ({
      doing: 'Removing the copy',
      run: () => client.inventory.remove({ ids: [made.id] }),
      done: () => 'Removed the copy.',
    }),
  });
  return copy?.id;
}

/** Tries hosts now instead of when their next attempt is due. */
export async function retryHosts(ids: readonly string[]): Promise<void> {
  await act({
    doing: `Connecting to ${hostCount(ids.length)}`,
    run: () => client.fleet.reconnect({ ids: [...ids] }),
    done: () => (ids.length === 1 ? 'Trying again now.' : `Trying ${hostCount(ids.length)} again now.`),
  });
}

/** Saves the inventory as a file on the person's machine. */
export async function exportInventory(): Promise<void> {
  await act({
    doing: 'Exporting the inventory',
    run: async () => {
      const file = await client.inventory.exportFile();
      downloadText(file.fileName, file.text, 'application/json');
      return file.fileName;
    },
    done: (fileName) => `Saved ${fileName}.`,
  });
}

/** Starts a demo fleet of so many hosts; says when it runs. */
export async function startDemo(hosts: number): Promise<void> {
  await act({
    doing: 'Starting the demo fleet',
    run: () => client.application.startDemo({ hosts }),
    done: () => `The demo fleet is running: ${hostCount(hosts)}. None of them is saved.`,
  });
}

/** Ends the demo fleet; its hosts leave with it. */
export async function stopDemo(): Promise<void> {
  await act({ doing: 'Stopping the demo fleet', run: () => client.application.stopDemo(), done: () => 'The demo fleet is gone.' });
}
