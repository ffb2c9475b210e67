import type { OpenShells } from '../../shared/contract/settings.ts';

/** A shell in the dock. Ids are the dock's own, and never used again. */
export interface Pane {
  readonly id: number;
  /** The inventory id. */
  readonly host: string;
  /** Where it begins: the directory that its shell told last, or null. */
  readonly directory: string | null;
  /** What the far side calls itself (OSC 0, 2): hostile text. */
  readonly title: string;
  /** Kept from the time before a restart, and not connected until a person says so. */
  readonly asleep: boolean;
  /** It rang while nobody saw it. */
  readonly rang: boolean;
  /** What its session is called on a host that keeps its shells (`InventoryHost.keepShells`). */
  readonly kept: string;
  /** The session log that is replayed in place of a shell; its host is of no meaning. */
  readonly replay: string | null;
}

/** Whether the second pane is at the right of the first, or under it. */
export type Split = 'beside' | 'below';

export interface Tab {
  readonly id: number;
  /** As a person called it; null: as its host is called. */
  readonly name: string | null;
  readonly split: Split;
  /** One or two. */
  readonly panes: readonly [Pane] | readonly [Pane, Pane];
  /** The pane that has the keyboard, or had it last. */
  readonly active: number;
}

/** The terminals at the bottom of the window. */
export interface Dock {
  readonly shown: boolean;
  /** Over the whole page. */
  readonly full: boolean;
  /** The window has nothing else. */
  readonly alone: boolean;
  readonly tabs: readonly Tab[];
  /** The id of the tab that is seen; null while there is none. */
  readonly current: number | null;
  /** The panes that what is typed into one of them goes into; null while each has its own. */
  readonly together: readonly number[] | null;
  readonly nextId: number;
}

export const emptyDock: Dock = { shown: false, full: false, alone: false, tabs: [], current: null, together: null, nextId: 1 };

/** As many as the console opens for one window. */
export const mostShells = 32;
export const longestName = 80;

export function shellCount({ tabs }: Dock): number {
  return tabs.reduce((count, { panes }) => count + panes.length, 0);
}

export function currentTab({ tabs, current }: Dock): Tab | undefined {
  return tabs.find(({ id }) => id === current);
}

export function activePane(dock: Dock): Pane | undefined {
  const tab = currentTab(dock);
  return tab?.panes.find(({ id }) => id === tab.active);
}

/** With a new shell in a tab of its own, behind the one that is seen. Unchanged when there are as many as there may be. */
export function withShell(dock: Dock, host: string, directory: string | null = null): Dock {
  if (shellCount(dock) >= mostShells) return { ...dock, shown: true };
  return inOwnTab(dock, newPane(dock.nextId, host, directory, false), null);
}

/** With a session log, which is called `title`, replayed in a tab of its own. */
export function withReplay(dock: Dock, log: string, title: string): Dock {
  if (shellCount(dock) >= mostShells) return { ...dock, shown: true };
  return inOwnTab(dock, { ...newPane(dock.nextId, '', null, false), replay: log }, title.slice(0, longestName).toWellFormed());
}

function inOwnTab(dock: Dock, pane: Pane, name: string | null): Dock {
  const tab: Tab = { id: pane.id + 1, name, split: 'beside', panes: [pane], active: pane.id };
  const at = dock.tabs.findIndex(({ id }) => id === dock.current) + 1;
  return { ...dock, shown: true, tabs: dock.tabs.toSpliced(at || dock.tabs.length, 0, tab), current: tab.id, nextId: dock.nextId + 2 };
}

/** With the shell of this host that is there already, or a new one. */
export function withShellOf(dock: Dock, host: string): Dock {
  const tab = dock.tabs.find(({ panes }) => panes.some((pane) => pane.host === host));
  return tab === undefined ? withShell(dock, host) : { ...dock, shown: true, current: tab.id };
}

/** The tab that is seen, in two: another shell of the active pane's host in its directory. One that is in two already is only laid out anew. */
export function withSplit(dock: Dock, split: Split): Dock {
  const pane = activePane(dock);
  if (pane === undefined || pane.replay !== null) return dock;
  return changedTab(dock, dock.current, (tab) => {
    const [first, second] = tab.panes;
    if (second !== undefined || shellCount(dock) >= mostShells) return { ...tab, split };
    const added = newPane(dock.nextId, pane.host, pane.directory, false);
    return { ...tab, split, panes: [first, added], active: added.id };
  });
}

/** Without a pane, and without its tab when it was the only one. The tab at its right is seen next, or the last. */
export function withoutPane(dock: Dock, id: number): Dock {
  const at = dock.tabs.findIndex(({ panes }) => panes.some((pane) => pane.id === id));
  const tab = dock.tabs[at];
  if (tab === undefined) return dock;
  const together = dock.together?.filter((pane) => pane !== id) ?? null;
  const [left] = tab.panes.filter((pane) => pane.id !== id);
  if (left !== undefined) return { ...changedTab(dock, tab.id, (each) => ({ ...each, panes: [left], active: left.id })), together };
  const tabs = dock.tabs.toSpliced(at, 1);
  const current = dock.current === tab.id ? ((tabs[at] ?? tabs.at(-1))?.id ?? null) : dock.current;
  return { ...dock, tabs, current, together, ...(tabs.length === 0 ? { shown: false, full: false, together: null } : {}) };
}

export function withoutTab(dock: Dock, id: number): Dock {
  const tab = dock.tabs.find((each) => each.id === id);
  return (tab?.panes ?? []).reduce((before, pane) => withoutPane(before, pane.id), dock);
}

/** An empty name gives the tab back that of its host. */
export function renamed(dock: Dock, id: number, name: string): Dock {
  const kept = name.trim().slice(0, longestName).toWellFormed();
  return changedTab(dock, id, (tab) => ({ ...tab, name: kept === '' ? null : kept }));
}

/** The tab so many places further, round and round. */
export function stepped(dock: Dock, by: number): Dock {
  const count = dock.tabs.length;
  const at = dock.tabs.findIndex(({ id }) => id === dock.current);
  const next = dock.tabs[(((at + by) % count) + count) % count];
  return next === undefined ? dock : { ...dock, current: next.id };
}

/** The tab put where another is; that one and those behind it move up, or down where it came from before them. */
export function moved(dock: Dock, id: number, to: number): Dock {
  const from = dock.tabs.findIndex((tab) => tab.id === id);
  const place = dock.tabs.findIndex((tab) => tab.id === to);
  const tab = dock.tabs[from];
  if (tab === undefined || place < 0) return dock;
  return { ...dock, tabs: dock.tabs.toSpliced(from, 1).toSpliced(place, 0, tab) };
}

/** The other half of the tab that is seen. */
export function otherHalf(dock: Dock): Dock {
  return changedTab(dock, dock.current, (tab) => ({ ...tab, active: tab.panes.find(({ id }) => id !== tab.active)?.id ?? tab.active }));
}

/** This pane, and with it its tab. */
export function activated(dock: Dock, pane: number): Dock {
  const tab = dock.tabs.find(({ panes }) => panes.some(({ id }) => id === pane));
  if (tab === undefined) return dock;
  return { ...changedTab(dock, tab.id, (each) => ({ ...each, active: pane })), current: tab.id };
}

export function changedPane(dock: Dock, id: number, change: Partial<Omit<Pane, 'id' | 'host'>>): Dock {
  const tab = dock.tabs.find(({ panes }) => panes.some((pane) => pane.id === id));
  if (tab === undefined) return dock;
  const after = (pane: Pane): Pane => (pane.id === id ? { ...pane, ...change } : pane);
  const [first, second] = tab.panes;
  return changedTab(dock, tab.id, (each) => ({ ...each, panes: second === undefined ? [after(first)] : [after(first), after(second)] }));
}

/** Every shell that is open. */
export function awakePanes({ tabs }: Dock): readonly Pane[] {
  return tabs.flatMap(({ panes }) => panes.filter((pane) => !pane.asleep));
}

/** Typing goes into the active shell and all others that are open, but for those that `spared` names; or, where it did, into one again. */
export function typingTogether(dock: Dock, spared: (host: string) => boolean): Dock {
  if (dock.together !== null) return { ...dock, together: null };
  const active = activePane(dock)?.id;
  const taken = awakePanes(dock).filter(({ id, host }) => id === active || !spared(host));
  return taken.length === 0 ? dock : { ...dock, shown: true, together: taken.map(({ id }) => id) };
}

/** With this pane among those that are typed into together, or without it. */
export function joined(dock: Dock, pane: number, joins: boolean): Dock {
  const others = dock.together?.filter((id) => id !== pane);
  if (others === undefined) return dock;
  const joining = joins && awakePanes(dock).some(({ id }) => id === pane);
  return { ...dock, together: joining ? [...others, pane] : others };
}

/** The others that get what is typed into this one. */
export function typedAlong({ together }: Dock, pane: number): readonly number[] {
  return together?.includes(pane) ? together.filter((id) => id !== pane) : [];
}

/** What is kept for after a restart: shells, and no replays. */
export function kept({ shown, tabs }: Dock): OpenShells {
  return {
    shown,
    tabs: tabs
      .filter(({ panes: [first] }) => first.replay === null)
      .map(({ name, split, panes }) => ({ name, split, panes: panes.map(({ host, directory, kept }) => ({ host, directory, kept })) })),
  };
}

/** The dock of before a restart: its shells are asleep. */
export function restored({ shown, tabs }: OpenShells): Dock {
  let nextId = 1;
  const again = tabs.flatMap(({ name, split, panes }): Tab[] => {
    const [first, second] = panes.map(({ kept, host, directory }) => {
      const pane = newPane(nextId++, host, directory, true);
      return kept === undefined ? pane : { ...pane, kept };
    });
    if (first === undefined) return [];
    return [{ id: nextId++, name, split, panes: second === undefined ? [first] : [first, second], active: first.id }];
  });
  return { ...emptyDock, shown: shown && again.length > 0, tabs: again, current: again[0]?.id ?? null, nextId };
}

function newPane(id: number, host: string, directory: string | null, asleep: boolean): Pane {
  return { id, host, directory, title: '', asleep, rang: false, kept: newKeptName(), replay: null };
}

/** As the contract has it; nobody has the same twice. */
function newKeptName(): string {
  return `hum-${[...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

function changedTab(dock: Dock, id: number | null, change: (tab: Tab) => Tab): Dock {
  const tabs = dock.tabs.map((tab) => (tab.id === id ? change(tab) : tab));
  const highest = Math.max(0, ...tabs.flatMap((tab) => [tab.id, ...tab.panes.map((pane) => pane.id)]));
  return { ...dock, tabs, nextId: Math.max(dock.nextId, highest + 1) };
}
