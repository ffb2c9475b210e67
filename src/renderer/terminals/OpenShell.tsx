import { type ReactNode, useEffect } from 'react';
import { goInstead, hostPath } from '../app/paths.ts';
import { showShell } from './dock-store.ts';

/** Where a link to a shell leads: the page of its host, with the shell open below it. */
export function OpenShell({ host }: { readonly host: string }): ReactNode {
  useEffect(() => {
    if (/^[A-Za-z0-9-]{1,64}$/.test(host)) showShell(host);
    goInstead(hostPath(host));
  }, [host]);
  return null;
}
