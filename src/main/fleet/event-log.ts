import type { HostEvent, HostStatus } from '../../shared/contract/fleet.ts';

const maxEvents = 200;

/** What happened to one host, newest last. */
export class EventLog {
  #events: HostEvent[] = [];

  get events(): readonly HostEvent[] {
    return this.#events;
  }

  add(event: HostEvent): void {
    this.#events = [...this.#events.slice(1 - maxEvents), event];
  }
}

/** What a change of state is worth telling; undefined when it is not. `connectedBefore`: the host has been online at some time. */
export function stateEvent(before: HostStatus, after: HostStatus, connectedBefore: boolean): Omit<HostEvent, 'at'> | undefined {
  const reason = after.problem?.message ?? '';
  if (before.state === after.state && before.problem?.code === after.problem?.code) return undefined;
  switch (after.state) {
    case 'online':
      if (before.state === 'stale') return { severity: 'info', text: 'Answers again' };
      return { severity: 'info', text: connectedBefore ? 'Connected again' : 'Connected' };
    case 'stale':
      return { severity: 'warning', text: `Figures are stale: ${reason}` };
    case 'unreachable':
      return { severity: 'warning', text: before.state === 'online' || before.state === 'stale' ? `Connection lost: ${reason}` : reason };
    case 'auth-failed':
    case 'host-key-unknown':
      return { severity: 'warning', text: reason };
    case 'host-key-changed':
      return { severity: 'critical', text: reason };
    case 'disabled':
      return { severity: 'info', text: 'Disabled' };
    case 'connecting':
      return undefined;
  }
}

/** "3 processes were killed by the OOM killer" */
export function oomEvent(count: number): Omit<HostEvent, 'at'> {
  const who = count === 1 ? '1 process was' : `${count} processes were`;
  return { severity: 'critical', text: `${who} killed by the OOM killer` };
}
