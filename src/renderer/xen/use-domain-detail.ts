import { useEffect, useState } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { subscribe } from '../app/client.ts';
import { type DomainDetail, foldDomain } from './domain-detail.ts';

export interface DomainView {
  /** Null until the snapshot came. Kept when the stream breaks: what is known stays on the screen. */
  readonly detail: DomainDetail | null;
  readonly problem: Problem | null;
}

const nothing: DomainView = { detail: null, problem: null };

/** Follows one domain for as long as the page shows it, which is also what makes the console ask its host every 2 s. */
export function useDomainDetail(host: string, key: string, present: boolean): DomainView {
  const [view, setView] = useState(nothing);
  useEffect(() => {
    if (!present) return undefined;
    setView(nothing);
    return subscribe(
      (client, signal) => client.xen.watchDomain({ host, key }, { signal }),
      (event) => setView((before) => ({ detail: foldDomain(before.detail, event), problem: null })),
      { onProblem: (problem) => setView((before) => ({ ...before, problem })) },
    );
  }, [host, key, present]);
  return view;
}
