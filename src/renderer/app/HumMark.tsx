import type { ReactNode } from 'react';

/** The mark of Hum: a level of memory, and the line it draws over time. */
export function HumMark({ size = 20 }: { readonly size?: number }): ReactNode {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="var(--hum-accent)"
      strokeWidth="1.8"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M2 10h2.2M6.4 5.5v9M10 2.5v15M13.6 5.5v9M15.8 10H18" />
    </svg>
  );
}
