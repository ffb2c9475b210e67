import { useMemo } from 'react';
import { useFleet } from '../fleet/store.ts';

/** The groups and tags that the fleet uses already, sorted, as suggestions. */
export function useKnownLabels(): { readonly groups: string[]; readonly tags: string[] } {
  const shape = useFleet((state) => state.shape);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` moves when a host is edited; the rows themselves with every figure
  return useMemo(() => {
    const hosts = [...useFleet.getState().rows.values()].map((row) => row.host);
    return {
      groups: [...new Set(hosts.flatMap((host) => host.group ?? []))].sort(),
      tags: [...new Set(hosts.flatMap((host) => host.tags))].sort(),
    };
  }, [shape]);
}
