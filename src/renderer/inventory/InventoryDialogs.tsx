import type { ReactNode } from 'react';

export function InventoryDialogs(): ReactNode {
  return null;
}
