import type { InventoryHost } from '../../src/shared/contract/inventory.ts';

/** A saved host with nothing special about it but `change`. */
export function inventoryHost(id: string, change: Partial<InventoryHost> = {}): InventoryHost {
  return {
    id,
    name: id,
    address: '192.0.2.7',
    port: 22,
    user: 'root',
    keyFile: null,
    group: null,
    tags: [],
    enabled: true,
    origin: 'manual',
    ...change,
  };
}
