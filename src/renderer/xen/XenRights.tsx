import { Button, CopyButton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import { sudoersToLook } from '../../shared/xen-rights.ts';
import classes from './HostXen.module.css';

/** How to give an account the rights that it lacks for Xen: the lines to copy, and what they are not enough for. */
export function XenRights({ host }: { readonly host: InventoryHost }): ReactNode {
  const lines = (host.runAs ?? 'sudo-n') === 'sudo-n' ? sudoersToLook(host.user) : null;
  if (lines === null) return null;
  return (
    <div className={classes.rights}>
      <p>
        These lines let the account read what Xen knows, and nothing else as root. On the host, as root: put them into a file with{' '}
        <code className="hum-mono">visudo -f /etc/sudoers.d/hum</code> (sudo 1.9.10 or later; see whether the programs are in these
        folders).
      </p>
      <pre>{lines}</pre>
      <CopyButton value={`${lines}\n`} timeout={2000}>
        {({ copied, copy }) => (
          <Button variant="default" size="compact-sm" h={28} onClick={copy}>
            {copied ? 'Copied' : 'Copy the lines'}
          </Button>
        )}
      </CopyButton>
      <p>
        To start or change VMs the account needs all rights of root, however they are given: what xl create runs as root, a configuration
        says. Log in as root for that, or choose sudo with a password for this host.
      </p>
    </div>
  );
}
