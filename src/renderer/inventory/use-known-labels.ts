import { useMemo } from 'react';
import { useFleet } from '../fleet/store.ts';

/** The groups and tags that the fleet uses already, sorted, as suggestions. */
export function useKnownLabels(): { readonly groups: string[]; readonly tags: string[] } {
  const roster = useFleet((state) => state.roster);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `roster` moves when a host is edited; the rows themselves with every figure
  return useMemo(() => {
    const hosts = [...useFleet.getState().rows.values()].map((row) => row.host);
    return {
      groups: [...new Set(hosts.flatMap((host) => host.group ?? []))].sort(),
      tags: [...new Set(hosts.flatMap((host) => host.tags))].sort(),
    };
  }, [roster]);
}
