import type { KeepShells } from '../../shared/contract/inventory.ts';
import { firstTerminalSettings } from '../../shared/first-terminal-settings.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { useSettings } from '../app/settings.ts';
import { useFleetRow } from '../fleet/store.ts';
import { groupColour, isProduction } from './marks.ts';

/** How a terminal shows whose it is. */
export interface HostMark {
  /** Safe to show. */
  readonly name: string;
  /** `root@10.0.0.7`, safe to show; null for a host that is not in the inventory any more. */
  readonly address: string | null;
  readonly group: string | null;
  readonly colour: number | null;
  readonly production: boolean;
  /** What its shells run in. */
  readonly keepsShells: KeepShells;
  /** Whether its shells may use the person's SSH agent. */
  readonly forwardsAgent: boolean;
}

export function useHostMark(id: string): HostMark {
  const host = useFleetRow(id)?.host;
  const labels = useSettings((state) => state.settings?.terminal.productionLabels) ?? firstTerminalSettings.productionLabels;
  if (host === undefined)
    return {
      name: 'A host that has left',
      address: null,
      group: null,
      colour: null,
      production: false,
      keepsShells: 'no',
      forwardsAgent: false,
    };
  return {
    name: visibleText(host.name, 80),
    address: visibleText(`${host.user}@${host.address}${host.port === 22 ? '' : `:${host.port}`}`, 200),
    group: host.group === null ? null : visibleText(host.group, 64),
    colour: groupColour(host.group),
    production: isProduction(host, labels),
    keepsShells: host.keepShells ?? 'no',
    forwardsAgent: host.forwardAgent ?? false,
  };
}
