import type { ReactNode } from 'react';
import { useTitle } from '../app/use-title.ts';
import { CommandForm } from './CommandForm.tsx';
import classes from './commands.module.css';
import { RunList } from './RunList.tsx';

/** A command to be written and run on many hosts, and those that ran. */
export function CommandsPage(): ReactNode {
  useTitle('Commands');
  return (
    <div className={classes.page}>
      <h1 className="hum-unseen">Commands</h1>
      <CommandForm />
      <RunList />
    </div>
  );
}
