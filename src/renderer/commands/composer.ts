import { create } from 'zustand';
import type { RunView } from '../../shared/contract/commands.ts';
import { commandsPath, go } from '../app/paths.ts';
import { consoleNow, useFleet } from '../fleet/store.ts';
import { useView } from '../fleet/view.ts';
import { type Composer, selectionName } from './draft.ts';

const first: Composer = {
  text: '',
  values: {},
  hosts: [],
  where: '',
  filter: '',
  as: 'login',
  timeLimit: 60,
  atOnce: 32,
  canary: 0,
};

/** What is being written. It stays while other pages are looked at. */
export const useComposer = create<Composer>(() => first);

export function compose(change: Partial<Composer>): void {
  useComposer.setState(change);
}

/** Takes these hosts (inventory ids) under the name that fits them, and shows the page that runs a command on them. */
export function commandOn(hosts: readonly string[]): void {
  compose({ hosts: [...hosts], where: selectionName(hosts, useFleet.getState().rows, useView.getState().filter, consoleNow()) });
  go(commandsPath);
}

/** Everything of a run, to be changed and run anew on those of its hosts that are still there. */
export function composeAgain({ text, values, as, timeLimitMs, atOnce, canary, where }: RunView, ran: readonly string[]): void {
  const { rows } = useFleet.getState();
  const hosts = ran.filter((id) => rows.has(id));
  compose({ text, values, as, timeLimit: timeLimitMs / 1000, atOnce, canary, hosts, where });
  go(commandsPath);
}
