import { create } from 'zustand';
import { showDone } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { onConnected } from '../app/connection.ts';
import { useSettings } from '../app/settings.ts';
import { type Dock, emptyDock, kept, mostShells, restored, shellCount, withShell, withShellOf } from './dock.ts';

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

/** Shows the dock or hides it; what runs in it goes on. Does nothing while it is empty. */
export function toggleDock(): void {
  changeDock((dock) => ({ ...dock, shown: !dock.shown && shellCount(dock) > 0 }));
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
