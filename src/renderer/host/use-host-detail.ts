import { useEffect, useState } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { subscribe } from '../app/client.ts';
import { foldDetail, type HostDetail } from './host-detail.ts';

export interface HostView {
  /** Null until the snapshot came. Kept when the stream breaks: what is known stays on the screen. */
  readonly detail: HostDetail | null;
  readonly problem: Problem | null;
}

const nothing: HostView = { detail: null, problem: null };

/** Follows one host for as long as the page shows it, which is also what makes the console sample it every second. */
export function useHostDetail(id: string, present: boolean): HostView {
  const [view, setView] = useState(nothing);
  useEffect(() => {
    if (!present) return undefined;
    setView(nothing);
    return subscribe(
      (client, signal) => client.fleet.watchHost({ id }, { signal }),
      (event) => setView((before) => ({ detail: foldDetail(before.detail, event), problem: null })),
      { onProblem: (problem) => setView((before) => ({ ...before, problem })) },
    );
  }, [id, present]);
  return view;
}
