import { useMemo } from 'react';
import { useFleet } from '../fleet/store.ts';

/** What hosts are called, by their inventory ids. Hostile text. */
export function useHostName(): (host: string) => string {
  const roster = useFleet((state) => state.roster);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `roster` says when hosts came, went or were renamed
  return useMemo(() => {
    const { rows } = useFleet.getState();
    return (host: string) => rows.get(host)?.host.name ?? host;
  }, [roster]);
}
