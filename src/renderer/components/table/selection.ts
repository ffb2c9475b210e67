import { toggled } from '../toggled.ts';

/** Which rows of a table are chosen; where the cursor is; from where a range grows. All are ids of rows. */
export interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly cursor: string | null;
  readonly anchor: string | null;
}

/** Nothing chosen, and the cursor nowhere. */
export const noSelection: Selection = { chosen: new Set(), cursor: null, anchor: null };

/** How a row was clicked: alone, added to or taken from the choice (Ctrl, Cmd), or up to it (Shift). */
export type Pick = 'only' | 'toggle' | 'range';

/** The selection after a click on `id`; `order` is what the table shows, from top to bottom. */
export function picked(selection: Selection, order: readonly string[], id: string, pick: Pick): Selection {
  switch (pick) {
    case 'only':
      return { chosen: new Set([id]), cursor: id, anchor: id };
    case 'toggle':
      return { chosen: toggled(selection.chosen, id), cursor: id, anchor: id };
    case 'range': {
      const from = order.indexOf(selection.anchor ?? selection.cursor ?? id);
      const to = order.indexOf(id);
      if (to < 0) return selection;
      const start = from < 0 ? to : Math.min(from, to);
      const end = from < 0 ? to : Math.max(from, to);
      return { chosen: new Set(order.slice(start, end + 1)), cursor: id, anchor: from < 0 ? id : (order[from] ?? id) };
    }
  }
}

/** The selection with its cursor `by` lines further, at most at the ends; `extend` chooses what lies between the anchor and the cursor. */
export function moved(selection: Selection, order: readonly string[], by: number, extend: boolean): Selection {
  if (order.length === 0) return selection;
  const at = selection.cursor === null ? -1 : order.indexOf(selection.cursor);
  const wanted = at >= 0 ? at + by : by > 0 ? by - 1 : order.length + by;
  const next = Math.min(order.length - 1, Math.max(0, wanted));
  const cursor = order[next];
  if (cursor === undefined) return selection;
  if (!extend) return { ...selection, cursor, anchor: null };
  const anchor = selection.anchor ?? selection.cursor ?? cursor;
  return picked({ ...selection, anchor }, order, cursor, 'range');
}

/** The selection without the rows that are gone: the same object when none is. */
export function pruned(selection: Selection, exists: (id: string) => boolean): Selection {
  const gone = [...selection.chosen].some((id) => !exists(id)) || (selection.cursor !== null && !exists(selection.cursor));
  if (!gone) return selection;
  return {
    chosen: new Set([...selection.chosen].filter(exists)),
    cursor: selection.cursor !== null && exists(selection.cursor) ? selection.cursor : null,
    anchor: selection.anchor !== null && exists(selection.anchor) ? selection.anchor : null,
  };
}
