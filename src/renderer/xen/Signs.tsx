import { IconAlertTriangle, IconCopy, IconFileDiff, IconFileOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './cells.module.css';
import { isUp } from './domain-states.ts';
import type { DomainCell } from './listed.ts';

/** What is to be told of a domain beside its name: small marks, each with its words for who cannot see it. */
export function Signs({ domain }: { readonly domain: DomainCell }): ReactNode {
  const { facts, load, twice } = domain;
  const up = isUp(load.state);
  return (
    <span className={classes.signs}>
      {facts.autostart && !up ? <IconAlertTriangle size={13} aria-label="Autostart, and not running" /> : null}
      {up && facts.configFile === null ? <IconFileOff size={13} aria-label="No configuration on the host" /> : null}
      {facts.differs.length > 0 ? <IconFileDiff size={13} aria-label="Its configuration differs from what runs" /> : null}
      {twice.length > 0 ? <IconCopy size={13} aria-label="Its name or MAC address is used twice" /> : null}
    </span>
  );
}
