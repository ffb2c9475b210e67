import type { ReactNode } from 'react';

export function Welcome(): ReactNode {
  return <h1>Welcome</h1>;
}
