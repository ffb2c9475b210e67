import { Button } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useFleet } from '../fleet/store.ts';
import { IncidentsTab } from '../incidents/IncidentsTab.tsx';
import { stopDemo } from '../inventory/actions.ts';
import { ActivityTab } from '../plans/ActivityTab.tsx';
import { DockButton } from '../terminals/DockButton.tsx';
import { ConnectionLine } from './ConnectionLine.tsx';
import { useConnection } from './connection.ts';
import { openDialog } from './dialogs.ts';
import { HumMark } from './HumMark.tsx';
import { activityPath, backupsPath, commandsPath, domainsPath, fleetPath, incidentsPath, settingsPath, templatesPath } from './paths.ts';
import classes from './TopBar.module.css';

const commandKey = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘ K' : 'Ctrl K';

/** The bar above every page. While the connection is lost its middle says so: nothing below it moves. */
export function TopBar(): ReactNode {
  const lost = useConnection((connection) => connection.state !== 'connected');
  const demo = useFleet((state) => state.demo);
  return (
    <header className={classes.bar} data-lost={lost || undefined}>
      <div className={classes.left}>
        <Link href={fleetPath} className={classes.mark ?? ''} aria-label="Hum, the fleet">
          <HumMark />
          <span aria-hidden="true">Hum</span>
        </Link>
        <nav className={classes.nav} aria-label="Pages">
          <Tab to={fleetPath} also="/hosts/">
            Fleet
          </Tab>
          <Tab to={incidentsPath} also={/^\/(?:incidents\/|channels)/}>
            <IncidentsTab />
          </Tab>
          <Tab to={domainsPath} also="/vms/">
            VMs
          </Tab>
          <Tab to={templatesPath} also={/^\/(?:templates\/|deploy|images)/}>
            Templates
          </Tab>
          <Tab to={backupsPath} also="/backups/">
            Backups
          </Tab>
          <Tab to={commandsPath} also="/commands/">
            Commands
          </Tab>
          <Tab to={activityPath}>
            <ActivityTab />
          </Tab>
          <Tab to={settingsPath}>Settings</Tab>
        </nav>
      </div>
      {lost ? (
        <ConnectionLine />
      ) : (
        <button type="button" className={classes.search} aria-label="Go to a host or a VM, do something…" onClick={() => spotlight.open()}>
          <IconSearch size={14} aria-hidden="true" />
          <span>Go to a host or a VM, do something…</span>
          <kbd className="hum-key">{commandKey}</kbd>
        </button>
      )}
      <div className={classes.right}>
        {demo.running ? (
          <span className={classes.demo}>
            <span className={classes.demoWord}>Demo fleet</span>
            <button type="button" onClick={() => void stopDemo()}>
              Leave the demo
            </button>
          </span>
        ) : null}
        <DockButton />
        <Button
          size="compact-sm"
          h={28}
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => openDialog({ kind: 'add-host' })}
        >
          Add host
        </Button>
      </div>
    </header>
  );
}

function Tab({ to, also, children }: { readonly to: string; readonly also?: string | RegExp; readonly children: ReactNode }): ReactNode {
  const [location] = useLocation();
  const here = location === to || (typeof also === 'string' ? location.startsWith(also) : also?.test(location) === true);
  return (
    <Link href={to} className={classes.tab ?? ''} aria-current={here ? 'page' : undefined}>
      {children}
    </Link>
  );
}
