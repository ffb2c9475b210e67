import { useEffect, useMemo, useState } from 'react';
import type { ChartLevel } from '../../shared/contract/alerts.ts';
import { client } from '../app/client.ts';
import { useConnection } from '../app/connection.ts';
import type { ChartKind } from '../components/chart/chart-kind.ts';
import { type DrawnLevel, noLevels } from '../components/chart/chart-levels.ts';

/** Rules change seldom, and memory with a balloon. */
const askedEachMs = 60_000;

/** The levels of the rules that hold for a host, by the chart that they are drawn into. */
export function useChartLevels(host: string, kinds: readonly ChartKind[]): (kind: ChartKind) => readonly DrawnLevel[] {
  const connected = useConnection((connection) => connection.state === 'connected');
  const [levels, setLevels] = useState<readonly ChartLevel[]>([]);
  useEffect(() => {
    if (!connected) return undefined;
    const stopping = new AbortController();
    const ask = async () => {
      try {
        const next = await client.alerts.levels({ host }, { signal: stopping.signal });
        if (!stopping.signal.aborted) setLevels((before) => (JSON.stringify(before) === JSON.stringify(next) ? before : next));
      } catch {
        // Charts without levels are charts all the same.
      }
    };
    void ask();
    // The first sample says how much memory there is.
    const soon = setTimeout(() => void ask(), 5_000);
    const timer = setInterval(() => void ask(), askedEachMs);
    return () => {
      stopping.abort();
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [host, connected]);
  return useMemo(() => {
    const byKind = new Map(kinds.map(({ id, series }) => [id, levels.filter((level) => series.some(({ name }) => name === level.series))]));
    return ({ id }) => byKind.get(id) ?? noLevels;
  }, [levels, kinds]);
}
