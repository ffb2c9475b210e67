import type { ReactNode } from 'react';
import type { HostState } from '../../shared/contract/fleet.ts';
import { openDialog } from '../app/dialogs.ts';
import { commandOn } from '../commands/composer.ts';
import { hostCount } from '../components/host-count.ts';
import classes from '../components/SelectionBar.module.css';
import { TipArea, tipText } from '../components/TipArea.tsx';
import { removeHosts, retryHosts, setHostsEnabled } from '../inventory/actions.ts';
import { mostAtOnce, openShells } from '../terminals/dock-store.ts';
import type { FleetRow } from './rows.ts';
import { useFleet } from './store.ts';

interface SelectionBarProps {
  readonly chosen: ReadonlySet<string>;
  readonly onClear: () => void;
}

/** What can be done with the hosts that are chosen. Lies over the table's end, where the table keeps room for it. */
export function SelectionBar({ chosen, onClear }: SelectionBarProps): ReactNode {
  // Drawn anew when hosts change their state, not with each figure.
  useFleet((state) => state.shape);
  if (chosen.size === 0) return null;
  const { rows } = useFleet.getState();
  const picked = [...chosen].flatMap((id) => rows.get(id) ?? []);
  const ids = picked.map((row) => row.id);
  const having = (test: (row: FleetRow) => boolean) => picked.filter(test).map((row) => row.id);
  const inState = (...states: HostState[]) => having((row) => states.includes(row.status.state));
  const disabled = having((row) => !row.host.enabled);
  const enabled = having((row) => row.host.enabled);
  const unknown = inState('host-key-unknown');
  const saved = having((row) => row.host.origin !== 'demo');
  const demoReason = saved.length === ids.length ? undefined : 'Demo hosts are not kept: leave the demo to be rid of them';
  return (
    <div role="toolbar" aria-label="The selected hosts">
      <TipArea tipFor={tipText} className={classes.bar ?? ''}>
        <strong className={classes.count}>{hostCount(ids.length)} selected</strong>
        <Act
          label={ids.length === 1 ? 'Shell' : 'Shells'}
          onClick={() => openShells(ids)}
          off={ids.length > mostAtOnce ? `At most ${mostAtOnce} at once` : undefined}
        />
        <Act label="Command…" onClick={() => commandOn(ids)} />
        <Act label="Reconnect" onClick={() => void retryHosts(enabled)} off={enabled.length === 0 ? 'All are disabled' : undefined} />
        {unknown.length > 0 ? (
          <Act
            label={`Trust ${unknown.length === 1 ? 'key' : `${unknown.length} keys`}…`}
            onClick={() => openDialog({ kind: 'trust-keys', ids: unknown })}
          />
        ) : null}
        {disabled.length > 0 ? <Act label="Enable" onClick={() => void setHostsEnabled(disabled, true)} /> : null}
        {enabled.length > 0 ? <Act label="Disable" onClick={() => void setHostsEnabled(enabled, false)} /> : null}
        <Act label="Tags…" onClick={() => openDialog({ kind: 'edit-tags', ids })} off={demoReason} />
        <Act label="Edit…" onClick={() => openDialog({ kind: 'edit-hosts', ids })} off={demoReason} />
        <Act label="Remove" onClick={() => void removeHosts(ids)} off={demoReason} />
        <button type="button" className={classes.clear} onClick={onClear}>
          Clear <kbd className="hum-key">Esc</kbd>
        </button>
      </TipArea>
    </div>
  );
}

/** `off` is why it cannot be done now. */
function Act({
  label,
  onClick,
  off,
}: {
  readonly label: string;
  readonly onClick: () => void;
  readonly off?: string | undefined;
}): ReactNode {
  return (
    <button
      type="button"
      className={classes.act}
      aria-disabled={off !== undefined}
      data-tip={off}
      onClick={off === undefined ? onClick : undefined}
    >
      {label}
    </button>
  );
}
