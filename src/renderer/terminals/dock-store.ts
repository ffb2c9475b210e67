import { create } from 'zustand';
import type { KeepShells } from '../../shared/contract/inventory.ts';
import { firstTerminalSettings } from '../../shared/first-terminal-settings.ts';
import { showDone, showProblem } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { onConnected } from '../app/connection.ts';
import { problemFrom } from '../app/problem.ts';
import { useSettings } from '../app/settings.ts';
import { useFleet } from '../fleet/store.ts';
import { type Dock, emptyDock, kept, mostShells, type Pane, restored, shellCount, typingTogether, withShell, withShellOf } from './dock.ts';
import { isProduction } from './marks.ts';

/** The terminals of this window. */
export const useDock = create<Dock>(() => emptyDock);

/** Applies one of the functions of dock.ts. */
export function changeDock(change: (dock: Dock) => Dock): void {
  useDock.setState(change, true);
}

/** More shells than this at once are opened by mistake. */
export const mostAtOnce = 8;

/** Opens a shell on each of these hosts (inventory ids), and shows the last. */
export function openShells(hosts: readonly string[]): void {
  const room = mostShells - shellCount(useDock.getState());
  if (hosts.length > mostAtOnce) showDone(`At most ${mostAtOnce} shells are opened at once.`);
  else if (hosts.length > room) showDone(`A window has ${mostShells} shells at most. Close some of them first.`);
  else changeDock((dock) => hosts.reduce((before, host) => withShell(before, host), dock));
}

/** Shows the shell of a host that is open already, or opens one. */
export function showShell(host: string): void {
  changeDock((dock) => withShellOf(dock, host));
}

/** Types into several shells at once, or no more. Those in production join only by hand. */
export function toggleTogether(): void {
  const labels = useSettings.getState().settings?.terminal.productionLabels ?? firstTerminalSettings.productionLabels;
  const { rows } = useFleet.getState();
  changeDock((dock) =>
    typingTogether(dock, (id) => {
      const host = rows.get(id)?.host;
      return host !== undefined && isProduction(host, labels);
    }),
  );
}

/** Shows the dock or hides it; what runs in it goes on. Does nothing while it is empty. */
export function toggleDock(): void {
  changeDock((dock) => ({ ...dock, shown: !dock.shown && shellCount(dock) > 0 }));
}

/**
 * Ends what ran in a shell that is closed here, on a host that keeps its shells: with the window alone it goes on. One that was not opened since a
 * restart may be in use in another window, and is left. Returns the way to stop.
 */
export function endClosedShells(): () => void {
  return useDock.subscribe(({ tabs }, before) => {
    const open = new Set(tabs.flatMap(({ panes }) => panes.map(({ id }) => id)));
    for (const pane of before.tabs.flatMap(({ panes }) => [...panes])) {
      if (open.has(pane.id) || pane.asleep || pane.replay !== null) continue;
      const keeper = useFleet.getState().rows.get(pane.host)?.host.keepShells ?? 'no';
      if (keeper !== 'no') ending = Promise.all([ending, endKept(pane, keeper)]).then((well) => well.every(Boolean));
    }
  });
}

let ending: Promise<boolean> = Promise.resolve(true);

/** Once every shell that was closed here has been ended on its host. False where one could not be, which the page has said. */
export function closedShellsEnded(): Promise<boolean> {
  return ending;
}

async function endKept({ host, kept }: Pick<Pane, 'host' | 'kept'>, keeper: Exclude<KeepShells, 'no'>): Promise<boolean> {
  const byHand = keeper === 'tmux' ? `tmux kill-session -t ${kept}` : `screen -S ${kept} -X quit`;
  try {
    await client.terminals.endKept({ host, kept });
    return true;
  } catch (error) {
    const problem = problemFrom(error);
    showProblem({ ...problem, hint: `What ran in it goes on there. To end it: ${byHand}` }, `Ending a shell that runs in ${keeper}`);
    return false;
  }
}

const keepAfterMs = 800;

/** Brings the shells of before a restart back, asleep, and keeps what is open for the next. Returns the way to stop. */
export function rememberShells(): () => void {
  let known: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function begin(): void {
    const saved = useSettings.getState().settings?.openShells;
    if (known !== null || saved === undefined) return;
    known = JSON.stringify(saved);
    // A shell that a link has opened meanwhile stays in front.
    changeDock((dock) => (dock.tabs.length === 0 ? restored(saved) : dock));
    later();
  }

  async function keep(): Promise<void> {
    const open = kept(useDock.getState());
    const text = JSON.stringify(open);
    if (known === null || text === known) return;
    const before = known;
    known = text;
    try {
      await client.settings.update({ openShells: open });
    } catch {
      // Hum cannot be reached, which the page says already, or cannot save, which the next setting that is changed will say.
      known = before;
    }
  }

  function later(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void keep(), keepAfterMs);
  }

  begin();
  const stops = [useSettings.subscribe(begin), useDock.subscribe(later), onConnected(later), () => clearTimeout(timer)];
  return () => {
    for (const stop of stops) stop();
  };
}
