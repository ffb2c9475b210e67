import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import {
  IconArrowLeft,
  IconCopy,
  IconDots,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconScript,
  IconTerminal2,
  IconTrash,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import type { Problem } from '../../shared/errors.ts';
import { formatDuration } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { openDialog } from '../app/dialogs.ts';
import { fleetPath, go, hostPath } from '../app/paths.ts';
import { commandOn } from '../commands/composer.ts';
import { clockDate } from '../components/clock-time.ts';
import { stateLooks } from '../components/host-states.ts';
import { StateMark } from '../components/StateMark.tsx';
import { useEachSecond } from '../components/ticker.ts';
import type { FleetRow } from '../fleet/rows.ts';
import { consoleNow, hostArrives } from '../fleet/store.ts';
import { duplicateHost, removeHosts, setHostsEnabled } from '../inventory/actions.ts';
import { openShells } from '../terminals/dock-store.ts';
import classes from './HostHeader.module.css';
import { HostProblem } from './HostProblem.tsx';

interface HostHeaderProps {
  readonly row: FleetRow;
  /** Why the live stream of this host broke, while the rest of Hum is well. */
  readonly streamProblem: Problem | null;
}

/** Who the host is, how it is, and what can be done about it. */
export function HostHeader({ row, streamProblem }: HostHeaderProps): ReactNode {
  const { host, status } = row;
  return (
    <header className={classes.header}>
      <div className={classes.titleLine}>
        <Tooltip label="Back to the fleet (u)">
          <ActionIcon variant="subtle" color="gray" size={28} onClick={() => go(fleetPath)} aria-label="Back to the fleet">
            <IconArrowLeft size={18} />
          </ActionIcon>
        </Tooltip>
        <h1 className={`hum-mono ${classes.name}`}>{visibleText(host.name, 120)}</h1>
        <span className={classes.state} data-tip={`${stateLooks[status.state].meaning} Since ${clockDate(status.since)}.`}>
          <StateMark state={status.state} />
          <Since since={status.since} />
        </span>
        <span className={classes.spacer} />
        <HostMenu host={host} />
      </div>
      <Identity host={host} />
      <HostProblem row={row} streamProblem={streamProblem} />
    </header>
  );
}

function Since({ since }: { readonly since: number }): ReactNode {
  const text = useEachSecond(() => formatDuration(consoleNow() - since));
  return <span className={`hum-mono ${classes.since}`}>for {text}</span>;
}

function Identity({ host }: { readonly host: InventoryHost }): ReactNode {
  const address = `${host.user}@${host.address}${host.port === 22 ? '' : `:${host.port}`}`;
  return (
    <div className={classes.identity}>
      <span className="hum-mono">{visibleText(address, 300)}</span>
      {host.group ? <span>Group {visibleText(host.group, 64)}</span> : null}
      {host.tags.map((tag) => (
        <span key={tag} className={classes.tag}>
          {visibleText(tag, 64)}
        </span>
      ))}
      {host.origin === 'demo' ? <span className={classes.tag}>Demo</span> : null}
    </div>
  );
}

function HostMenu({ host }: { readonly host: InventoryHost }): ReactNode {
  const demo = host.origin === 'demo';
  const duplicate = async () => {
    const id = await duplicateHost(host.id, visibleText(host.name, 80));
    if (id === undefined || !(await hostArrives(id))) return;
    openDialog({ kind: 'edit-hosts', ids: [id] });
    go(hostPath(id));
  };
  const shell = (
    <Button
      variant="default"
      size="compact-sm"
      h={28}
      leftSection={<IconTerminal2 size={16} />}
      rightSection={<kbd className="hum-key">s</kbd>}
      onClick={() => openShells([host.id])}
    >
      Shell
    </Button>
  );
  if (demo) return <div className={classes.actions}>{shell}</div>;
  return (
    <div className={classes.actions}>
      {shell}
      <Button
        variant="default"
        size="compact-sm"
        h={28}
        leftSection={<IconPencil size={16} />}
        onClick={() => openDialog({ kind: 'edit-hosts', ids: [host.id] })}
      >
        Edit…
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={28} aria-label="More actions">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconScript size={16} />} onClick={() => commandOn([host.id])}>
            Run a command…
          </Menu.Item>
          <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => void duplicate()}>
            Duplicate
          </Menu.Item>
          <Menu.Item
            leftSection={host.enabled ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />}
            onClick={() => void setHostsEnabled([host.id], !host.enabled)}
          >
            {host.enabled ? 'Disable' : 'Enable'}
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => void removeHosts([host.id])}>
            Remove
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
