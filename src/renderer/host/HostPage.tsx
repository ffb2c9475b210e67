import type { ReactNode } from 'react';

export function HostPage({ id }: { readonly id: string }): ReactNode {
  return <h1>{id}</h1>;
}
