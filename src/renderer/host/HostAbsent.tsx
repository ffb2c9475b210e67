import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { openDialog } from '../app/dialogs.ts';
import { fleetPath, go } from '../app/paths.ts';
import classes from './host.module.css';

/** In place of a host that is not in the inventory: removed while looked at (`name` is known then), or an address that never was one. */
export function HostAbsent({ name }: { readonly name: string | null }): ReactNode {
  return (
    <div className={classes.absent}>
      <h1>{name === null ? 'There is no such host' : `${visibleText(name, 80)} was removed`}</h1>
      <p>
        {name === null
          ? 'The address of this page names a host that is not in the inventory. It may have been removed, or belong to a demo fleet that has ended.'
          : 'It was taken out of the inventory, here or in another window. Nothing on the host itself was changed.'}
      </p>
      <div className={classes.absentWays}>
        <Button onClick={() => go(fleetPath)}>Back to the fleet</Button>
        <Button variant="default" onClick={() => openDialog({ kind: 'add-host' })}>
          Add a host…
        </Button>
      </div>
    </div>
  );
}
