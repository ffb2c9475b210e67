import type { HostState } from '../../shared/contract/fleet.ts';
import { HumError, type Problem } from '../../shared/errors.ts';
import { client } from '../app/client.ts';
import { connectionIs } from '../app/connection.ts';
import type { FleetRow } from '../fleet/rows.ts';
import { useFleet } from '../fleet/store.ts';
import type { OpenTerminal } from './terminal-link.ts';

/**
 * A login shell on a host, in the directory that `directory` names when it is opened. A host that is not connected is connected first.
 * `kept`: the session that it attaches to, where the host keeps its shells.
 */
export function shellOn(host: string, kept: string, directory: () => string | null): OpenTerminal {
  return async (size, signal, log) => {
    await connectionIs(['connected'], signal);
    await hostConnects(host, signal);
    return client.terminals.openShell({ host, directory: directory(), size, log, kept }, { signal });
  };
}

/** How long a host that was told to connect may stay as it was, ms. */
const stirMs = 3_000;

/** How long a host that was lost is waited for, ms: as long as a plan waits. */
const returnMs = 120_000;

/** Until a host that was lost is connected again. @throws HumError `request-timeout` when it stays away */
export function hostReturns(host: string, signal: AbortSignal): Promise<void> {
  const giveUpAt = performance.now() + returnMs;
  return until(signal, () => {
    const { state } = rowOf(host).status;
    if (state === 'disabled') throw new HumError(disabled(host));
    if (!isConnected(state) && performance.now() > giveUpAt) throw new HumError(stayedAway(host));
    return isConnected(state);
  });
}

/** Until the host has a connection. @throws HumError why it gets none */
export async function hostConnects(host: string, signal: AbortSignal): Promise<void> {
  await until(signal, () => useFleet.getState().loaded);
  const before = rowOf(host);
  if (isConnected(before.status.state)) return;
  if (before.status.state === 'disabled') throw new HumError(disabled(host));
  await client.fleet.reconnect({ ids: [host] }, { signal });
  const stirBy = performance.now() + stirMs;
  await until(signal, () => {
    const { status } = rowOf(host);
    if (isConnected(status.state)) return true;
    if (status === before.status && performance.now() < stirBy) return false;
    if (status.problem !== undefined && status.state !== 'connecting') throw new HumError(status.problem);
    return false;
  });
}

function isConnected(state: HostState): boolean {
  return state === 'online' || state === 'stale';
}

function rowOf(host: string): FleetRow {
  const row = useFleet.getState().rows.get(host);
  if (row === undefined) throw new HumError(gone(host));
  return row;
}

/** Waits until `holds`, which is looked at with each change of the fleet and now and then. Rejects with what it throws. */
function until(signal: AbortSignal, holds: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      try {
        if (signal.aborted) throw signal.reason;
        if (!holds()) return;
        resolve();
      } catch (error) {
        reject(error);
      }
      stop();
      clearInterval(timer);
      signal.removeEventListener('abort', look);
    };
    const stop = useFleet.subscribe(look);
    const timer = setInterval(look, 500);
    signal.addEventListener('abort', look);
    look();
  });
}

function gone(host: string): Problem {
  return {
    code: 'not-found',
    message: 'This host is not in the inventory any more.',
    hint: 'Close this tab, or add the host again.',
    host,
  };
}

function disabled(host: string): Problem {
  return { code: 'wrong-state', message: 'This host is disabled: Hum leaves it alone.', hint: 'Enable it on its page first.', host };
}

function stayedAway(host: string): Problem {
  return {
    code: 'request-timeout',
    message: 'The host was lost, and has not come back.',
    hint: 'Try again once it is there: an upload goes on where it was cut.',
    host,
  };
}
