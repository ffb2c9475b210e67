import type { InventoryHost } from '../../shared/contract/inventory.ts';
import { useFleet } from '../fleet/store.ts';

/** Those of the hosts that are there and can be changed: a demo host cannot, it is not in the inventory. */
export function savedHosts(ids: readonly string[]): readonly InventoryHost[] {
  const { rows } = useFleet.getState();
  return ids.flatMap((id) => {
    const host = rows.get(id)?.host;
    return host && host.origin !== 'demo' ? [host] : [];
  });
}
