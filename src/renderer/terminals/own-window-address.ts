import { activePane, changedPane, type Dock, emptyDock, withShell } from './dock.ts';

/** What a window that shows nothing but terminals begins with. */
export interface OwnWindow {
  /** The inventory id. */
  readonly host: string;
  readonly directory: string | null;
  /** The session that it goes on with, on a host that keeps its shells. */
  readonly kept: string | null;
}

/** The address of such a window, from the hash on. */
export function ownWindowHash({ host, directory, kept }: OwnWindow): string {
  const asked = new URLSearchParams({ host });
  if (directory !== null) asked.set('directory', directory);
  if (kept !== null) asked.set('kept', kept);
  return `#/window?${asked}`;
}

/** Null for every other page, and for what is no such address. */
export function readOwnWindow(hash: string): OwnWindow | null {
  if (!hash.startsWith('#/window?')) return null;
  const asked = new URLSearchParams(hash.slice('#/window?'.length));
  const [host, directory, kept] = [asked.get('host') ?? '', asked.get('directory'), asked.get('kept')];
  if (!/^[A-Za-z0-9-]{1,64}$/.test(host)) return null;
  return {
    host,
    directory: directory?.startsWith('/') && directory.length <= longestDirectory ? directory : null,
    kept: kept !== null && /^hum-[0-9a-f]{12}$/.test(kept) ? kept : null,
  };
}

/** PATH_MAX of Linux. */
const longestDirectory = 4096;

/** The dock of such a window: all of it, with one shell. */
export function ownDock({ host, directory, kept }: OwnWindow): Dock {
  const dock = withShell({ ...emptyDock, full: true, alone: true }, host, directory);
  const pane = activePane(dock);
  return pane === undefined || kept === null ? dock : changedPane(dock, pane.id, { kept });
}
