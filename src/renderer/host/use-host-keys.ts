import { useKeys } from '../app/keys.ts';
import { fleetPath, go, hostPath } from '../app/paths.ts';
import { useFleet } from '../fleet/store.ts';
import { openShells } from '../terminals/dock-store.ts';

/** The keys of the host page: `s` opens a shell, `u` and Escape go back to the fleet, `[` and `]` to the host before and after in the inventory. */
export function useHostKeys(id: string): void {
  const toNeighbour = (step: 1 | -1) => {
    const ids = [...useFleet.getState().rows.keys()];
    const next = ids[ids.indexOf(id) + step];
    if (next !== undefined && ids.includes(id)) go(hostPath(next));
  };
  useKeys({
    s: () => openShells([id]),
    u: () => go(fleetPath),
    escape: () => go(fleetPath),
    '[': () => toNeighbour(-1),
    ']': () => toNeighbour(1),
  });
}
