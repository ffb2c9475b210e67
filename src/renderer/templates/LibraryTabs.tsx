import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { imagesPath, templatesPath } from '../app/paths.ts';
import classes from './templates.module.css';

/** The two halves of what VMs are made from. */
export function LibraryTabs(): ReactNode {
  const [location] = useLocation();
  return (
    <nav className={classes.tabs} aria-label="What VMs are made from">
      <Link href={templatesPath} aria-current={location === templatesPath ? 'page' : undefined}>
        Templates
      </Link>
      <Link href={imagesPath} aria-current={location === imagesPath ? 'page' : undefined}>
        Golden images
      </Link>
    </nav>
  );
}
