import type { InventoryHost } from '../../shared/contract/inventory.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { commandOn } from '../commands/composer.ts';
import { hostCount } from '../components/host-count.ts';
import { isFailing } from '../components/host-states.ts';
import { shortOfMemoryFilter } from '../fleet/figures.ts';
import { useFleet } from '../fleet/store.ts';
import { changeView } from '../fleet/view.ts';
import { exportInventory, retryHosts, startDemo, stopDemo } from '../inventory/actions.ts';
import { useTemplates } from '../templates/store.ts';
import { callDock } from '../terminals/dock-keys.ts';
import { openTerminalDialog } from '../terminals/terminal-dialog.ts';
import { openDialog } from './dialogs.ts';
import {
  activityPath,
  backupsPath,
  channelsPath,
  commandsPath,
  deployPath,
  domainsPath,
  fleetPath,
  go,
  imagesPath,
  incidentsPath,
  newBackupPath,
  newTemplatePath,
  rulesPath,
  settingsPath,
  templatesPath,
} from './paths.ts';
import { changeSettings } from './settings.ts';

export interface PaletteAction {
  readonly id: string;
  readonly label: string;
  readonly keys?: string;
  /** What is searched, in lower case: the label and other words for it. */
  readonly text: string;
  readonly run: () => void;
}

const demoHosts = 12;

/** Everything that can be done from anywhere, as it makes sense at this moment. */
export function paletteActions(): readonly PaletteAction[] {
  const { rows, demo } = useFleet.getState();
  const failing = [...rows.values()].filter((row) => isFailing(row.status.state)).map((row) => row.id);
  const actions = [
    action('fleet', 'Go to the fleet', () => go(fleetPath), 'overview hosts home', 'g f'),
    action('activity', 'Go to the activity', () => go(activityPath), 'plans audit log history journal undo', 'g a'),
    action('incidents', 'Go to the incidents', () => go(incidentsPath), 'alerts alarms warnings acknowledge', 'g n'),
    action('rules', 'Go to the rules', () => go(rulesPath), 'alerts levels thresholds downtime maintenance quiet hours'),
    action('domains', 'Go to the VMs', () => go(domainsPath), 'virtual machines domains guests xen', 'g v'),
    action('templates', 'Go to the templates', () => go(templatesPath), 'deploy new vm', 'g t'),
    action('images', 'Go to the golden images', () => go(imagesPath), 'disk upload copy verify', 'g i'),
    action('backups', 'Go to the backups', () => go(backupsPath), 'rsync cron jobs timers schedule', 'g b'),
    action('commands', 'Run a command on many hosts…', () => go(commandsPath), 'go to the commands shell script snippet journal', 'g c'),
    action('backup', 'Make a backup…', () => go(newBackupPath), 'new rsync cron job schedule'),
    action('deploy', 'Deploy a VM…', () => go(deployPath(null, null)), 'new create virtual machine domain guest'),
    action('template', 'Write a template…', () => go(newTemplatePath), 'new yaml'),
    action('channels', 'Where alerts go', () => go(channelsPath), 'channels notifications webhook mail slack nagios rest dashboard', 'g w'),
    action('settings', 'Go to the settings', () => go(settingsPath), 'preferences options', 'g s'),
    action('add', 'Add a host…', () => openDialog({ kind: 'add-host' }), 'new'),
    action('import-ssh', 'Import from SSH configuration…', () => openDialog({ kind: 'import-ssh-config' }), '~/.ssh/config openssh'),
    action('import-file', 'Import an inventory file…', () => openDialog({ kind: 'import-file' }), 'json load'),
    action('theme-dark', 'Theme: dark', () => void changeSettings({ theme: 'dark' }), 'night colour'),
    action('theme-light', 'Theme: light', () => void changeSettings({ theme: 'light' }), 'day colour'),
    action('theme-system', 'Theme: like the system', () => void changeSettings({ theme: 'system' }), 'auto colour'),
    action('terminals', 'Show or hide the terminals', callDock, 'shell console dock', 'Ctrl `'),
    action('find-all', 'Find in all terminals…', () => openTerminalDialog('find'), 'search shell scrollback', 'Ctrl Shift G'),
    action('session-logs', 'Session logs of terminals…', () => openTerminalDialog('logs'), 'replay record asciicast'),
    action('keys', 'Show all keys', () => openDialog({ kind: 'keys' }), 'shortcuts keyboard help', '?'),
  ];
  if (rows.size > 0) {
    actions.push(
      action('export', 'Export the inventory', () => void exportInventory(), 'json save download'),
      action('group', 'Group the table, or not', () => changeView((view) => ({ group: !view.group })), 'by group'),
      action('columns', 'Show all columns', () => changeView(() => ({ hiddenColumns: [] })), 'choose'),
      action('failing', 'Show hosts that need help', () => showFilter('state:failing'), 'trouble problems down'),
      action('short', 'Show hosts short of memory', () => showFilter(shortOfMemoryFilter), 'full ram'),
    );
  }
  for (const { id, name, tags } of useTemplates.getState().templates) {
    actions.push(
      action(
        `deploy ${id}`,
        `Deploy ${visibleText(name, 80)}`,
        () => go(deployPath(id, null)),
        `template ${tags.join(' ')} ${id}`.toLowerCase(),
      ),
    );
  }
  for (const [label, ids] of labelledHosts([...rows.values()].map(({ host }) => host))) {
    actions.push(
      action(
        `command ${label}`,
        `Run a command on ${visibleText(label, 80)} (${hostCount(ids.length)})…`,
        () => commandOn(ids),
        'shell script',
      ),
    );
  }
  if (failing.length > 0) {
    actions.push(action('retry', `Reconnect ${hostCount(failing.length)} that fail`, () => void retryHosts(failing), 'retry all'));
  }
  actions.push(
    demo.running
      ? action('demo', 'Leave the demo', () => void stopDemo(), 'stop demo fleet')
      : action('demo', 'Start the demo fleet', () => void startDemo(demoHosts), 'try example'),
  );
  return actions;
}

const mostLabels = 100;

/** The hosts of each group and tag: `tag:web`. */
function labelledHosts(hosts: readonly InventoryHost[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { id, group, tags } of hosts) {
    for (const label of [...(group === null ? [] : [`group:${group}`]), ...tags.map((tag) => `tag:${tag}`)]) {
      const ids = found.get(label);
      if (ids !== undefined) ids.push(id);
      else if (found.size < mostLabels) found.set(label, [id]);
    }
  }
  return found;
}

function action(id: string, label: string, run: () => void, words: string, keys?: string): PaletteAction {
  return { id, label, run, text: `${label.toLowerCase()} ${words}`, ...(keys === undefined ? {} : { keys }) };
}

function showFilter(filter: string): void {
  changeView(() => ({ filter }));
  go(fleetPath);
}
