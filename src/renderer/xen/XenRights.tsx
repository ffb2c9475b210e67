import type { ReactNode } from 'react';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import { sudoersToLook } from '../../shared/sudoers.ts';
import { SudoersLines } from '../components/SudoersLines.tsx';
import classes from './HostXen.module.css';

/** How to give an account the rights that it lacks for Xen: the lines to copy, and what they are not enough for. */
export function XenRights({ host }: { readonly host: InventoryHost }): ReactNode {
  const lines = (host.runAs ?? 'sudo-n') === 'sudo-n' ? sudoersToLook(host.user) : null;
  if (lines === null) return null;
  return (
    <div className={classes.rights}>
      <SudoersLines purpose="These lines let the account read what Xen knows, and nothing else as root." lines={lines} />
      <p>
        They do not let it read the crontabs of other users: the page of the backups has lines for that. To change jobs the account needs
        root or sudo for sh.
      </p>
      <p>
        To start or change VMs the account needs all rights of root, however they are given: what xl create runs as root, a configuration
        says. Log in as root for that, or choose sudo with a password for this host.
      </p>
    </div>
  );
}
