import type { HostState, HostStatus } from '../../shared/contract/fleet.ts';

/** What a person can do about the state of a host, the most helpful first. */
export type Remedy = 'trust-key' | 'compare-keys' | 'retry' | 'edit' | 'enable';

/** The remedies for a state. An online host and one that is being connected need none. */
export function remediesFor(state: HostState): readonly Remedy[] {
  switch (state) {
    case 'online':
    case 'connecting':
      return [];
    case 'stale':
      return ['retry'];
    case 'unreachable':
      return ['retry', 'edit'];
    case 'auth-failed':
      return ['edit', 'retry'];
    case 'host-key-unknown':
      return ['trust-key', 'edit'];
    case 'host-key-changed':
      return ['compare-keys', 'retry'];
    case 'disabled':
      return ['enable'];
  }
}

/** What the button for a remedy says. */
export const remedyLabels: Readonly<Record<Remedy, string>> = {
  'trust-key': 'Trust key…',
  'compare-keys': 'Compare keys…',
  retry: 'Retry now',
  edit: 'Edit host…',
  enable: 'Enable',
};

/** When the next attempt is due, in words; null where none is planned. `now` is by the console's clock. */
export function retryText(status: HostStatus, now: number): string | null {
  if (status.retryAt === undefined) return null;
  const seconds = Math.ceil((status.retryAt - now) / 1000);
  if (seconds <= 0) return 'Trying again now';
  if (seconds < 120) return `Next attempt in ${seconds} s`;
  return `Next attempt in ${Math.round(seconds / 60)} min`;
}
