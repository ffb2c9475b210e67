import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { closeDialog } from '../app/dialogs.ts';
import classes from './inventory.module.css';

/** In place of a form when none of the chosen hosts can be changed. */
export function NothingToEdit(): ReactNode {
  return (
    <div className={classes.form}>
      <p className={classes.lead}>
        None of the chosen hosts is in the inventory: they were removed, or they belong to the demo fleet, which cannot be edited.
      </p>
      <div className={classes.footer}>
        <span className={classes.spacer} />
        <Button onClick={closeDialog}>Close</Button>
      </div>
    </div>
  );
}
