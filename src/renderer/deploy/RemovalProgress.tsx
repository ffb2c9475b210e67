import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { domainsPath, go } from '../app/paths.ts';
import { PlanPanel } from '../plans/PlanPanel.tsx';
import { isUnderWay } from '../plans/plan-list.ts';
import { usePlan } from '../plans/store.ts';
import classes from './deploy.module.css';
import { closeRemoval } from './removal.ts';

/** How a removal goes. Closing leaves it under way. */
export function RemovalProgress({ plan: id }: { readonly plan: string }): ReactNode {
  const plan = usePlan(id);
  const moving = plan === undefined || isUnderWay(plan);
  const done = plan?.state === 'done';
  const close = () => {
    closeRemoval();
    // The page beneath is about a VM that is no more.
    if (done) go(domainsPath);
  };
  return (
    <div className={classes.removal}>
      <PlanPanel id={id} />
      <div className={classes.dialogFooter}>
        <span className={classes.spacer} />
        <Button onClick={close} data-autofocus>
          {moving ? 'Go on in the background' : done ? 'To the VMs' : 'Close'}
        </Button>
      </div>
    </div>
  );
}
