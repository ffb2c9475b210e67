import { useEffect, useRef, useState } from 'react';
import type { SeriesName } from '../../shared/contract/fleet.ts';
import { type HistoryRange, type HistorySeriesName, historySeriesNames } from '../../shared/contract/history.ts';
import type { Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import type { Span } from './span.ts';

/** What the charts of the past show: the wide one, the narrow ones, and the host that is compared with. */
export interface Past {
  readonly wide: HistoryRange;
  readonly narrow: HistoryRange;
  readonly compared: HistoryRange | null;
}

export interface PastView {
  /** The last that was read, kept while the next is on its way. */
  readonly past: Past | null;
  readonly problem: Problem | null;
}

export interface PastQuery {
  readonly host: string;
  readonly span: Span;
  /** The host that is compared with; null for none. */
  readonly other: string | null;
  /** Pixels of the plots; null until they are known. */
  readonly widths: { readonly wide: number; readonly narrow: number } | null;
}

const isWide = (name: HistorySeriesName) => name.startsWith('memory');
const wideSeries = historySeriesNames.filter(isWide);
const narrowSeries = historySeriesNames.filter((name) => !isWide(name));
const comparedSeries: SeriesName[] = ['memoryUsed'];

/** Reads what the charts show, again with each other query. */
export function usePast({ host, span, other, widths }: PastQuery): PastView {
  const [view, setView] = useState<PastView>({ past: null, problem: null });
  const shownHost = useRef(host);
  const { wide, narrow } = widths ?? { wide: 0, narrow: 0 };
  const { from, to } = span;
  useEffect(() => {
    if (wide === 0 || narrow === 0) return undefined;
    if (shownHost.current !== host) setView({ past: null, problem: null });
    shownHost.current = host;
    const stopping = new AbortController();
    const { signal } = stopping;
    const read = (of: string, points: number, series: HistorySeriesName[]) =>
      client.history.range({ host: of, from, to, points, series }, { signal });
    const readAll = async () => {
      try {
        const [first, rest, compared] = await Promise.all([
          read(host, wide, wideSeries),
          read(host, narrow, narrowSeries),
          other === null ? null : read(other, wide, comparedSeries),
        ]);
        if (!signal.aborted) setView({ past: { wide: first, narrow: rest, compared }, problem: null });
      } catch (error) {
        if (!signal.aborted) setView((before) => ({ ...before, problem: problemFrom(error) }));
      }
    };
    void readAll();
    return () => stopping.abort();
  }, [host, from, to, other, wide, narrow]);
  return view;
}
