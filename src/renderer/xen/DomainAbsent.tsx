import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { domainsPath, go } from '../app/paths.ts';
import classes from './domain.module.css';

/** In place of a domain that is not known: gone while looked at, or an address that never was one. */
export function DomainAbsent({ name, wasThere }: { readonly name: string; readonly wasThere: boolean }): ReactNode {
  return (
    <div className={classes.absent}>
      <h1>{wasThere ? `${visibleText(name, 80)} is gone` : `There is no VM called ${visibleText(name, 80)} there`}</h1>
      <p>
        {wasThere
          ? 'It neither runs nor is configured on its host any more. It may have been renamed, migrated, or destroyed without a file in /etc/xen.'
          : 'It neither runs nor is configured on that host, or the host has not answered yet.'}
      </p>
      <Button onClick={() => go(domainsPath)}>Back to the VMs</Button>
    </div>
  );
}
