/** A terminal of the dock as the search over all of them has it. */
export interface Findable {
  /** Newest first. */
  lines(): Iterable<string>;
  /** Opens its own search for this text. */
  search(text: string): void;
}

/** Where a text stands in one terminal. */
export interface Found {
  /** The pane of the dock. */
  readonly pane: number;
  /** Lines with the text in them, `mostCounted` at most. */
  readonly count: number;
  /** The newest of them, around the text: hostile. */
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

/** More are not counted. */
export const mostCounted = 1000;
const shownBefore = 40;
const shownAfter = 120;

const terminals = new Map<number, Findable>();

/** Lets a terminal be searched with the others. Returns the way to end that. */
export function findable(pane: number, terminal: Findable): () => void {
  terminals.set(pane, terminal);
  return () => {
    if (terminals.get(pane) === terminal) terminals.delete(pane);
  };
}

/** Opens the search of one terminal. */
export function searchIn(pane: number, text: string): void {
  terminals.get(pane)?.search(text);
}

/**
 * Looks for a text in every terminal, in whatever case, as the search of each does; those that have it, in the order of their opening. The page
 * breathes between two terminals.
 */
export async function findAll(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const [pane, terminal] of [...terminals]) {
    await new Promise((resolve) => setTimeout(resolve));
    if (signal.aborted) break;
    const here = findIn(terminal.lines(), text);
    if (here !== null) found.push({ pane, ...here });
  }
  return found.sort((left, right) => left.pane - right.pane);
}

/** Where the text stands in these lines; null: nowhere. */
export function findIn(lines: Iterable<string>, text: string): Omit<Found, 'pane'> | null {
  const wanted = text.toLowerCase();
  let count = 0;
  let newest: Omit<Found, 'pane' | 'count'> | undefined;
  for (const line of lines) {
    const at = line.toLowerCase().indexOf(wanted);
    if (at < 0) continue;
    count += 1;
    newest ??= {
      before: line.slice(Math.max(0, at - shownBefore), at),
      match: line.slice(at, at + text.length),
      after: line.slice(at + text.length, at + text.length + shownAfter),
    };
    if (count === mostCounted) break;
  }
  return newest === undefined ? null : { count, ...newest };
}
