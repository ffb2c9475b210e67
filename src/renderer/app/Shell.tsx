import type { ReactNode } from 'react';
import { InventoryDialogs } from '../inventory/InventoryDialogs.tsx';

export function Shell({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <>
      <main>{children}</main>
      <InventoryDialogs />
    </>
  );
}
