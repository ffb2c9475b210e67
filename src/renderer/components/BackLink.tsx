import { IconArrowLeft } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import classes from './BackLink.module.css';

interface BackLinkProps {
  readonly to: string;
  readonly children: string;
}

/** From a page to the list that it belongs to. */
export function BackLink({ to, children }: BackLinkProps): ReactNode {
  return (
    <Link href={to} className={classes.back ?? ''}>
      <IconArrowLeft size={14} aria-hidden="true" />
      {children}
    </Link>
  );
}
