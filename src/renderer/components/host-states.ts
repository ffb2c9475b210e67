import type { HostState } from '../../shared/contract/fleet.ts';

/** How loud a state is: `good` is quiet, `wait` needs only time, `warn` and `bad` need a person, `off` was wanted. */
export type Tone = 'good' | 'wait' | 'warn' | 'bad' | 'off';

interface StateLook {
  readonly word: string;
  readonly tone: Tone;
  /** One sentence: what this state means. */
  readonly meaning: string;
}

/** How each state is shown, and what it means. */
export const stateLooks: Readonly<Record<HostState, StateLook>> = {
  online: { word: 'Online', tone: 'good', meaning: 'Connected; figures arrive.' },
  connecting: { word: 'Connecting', tone: 'wait', meaning: 'A connection is being made.' },
  stale: { word: 'Stale', tone: 'warn', meaning: 'Connected, but its figures are late.' },
  unreachable: { word: 'Unreachable', tone: 'bad', meaning: 'No connection can be made.' },
  'auth-failed': { word: 'Login refused', tone: 'bad', meaning: 'The host is there and refuses the login.' },
  'host-key-unknown': { word: 'New host key', tone: 'warn', meaning: 'The host shows a key that nobody has confirmed yet.' },
  'host-key-changed': { word: 'Key changed', tone: 'bad', meaning: 'The host shows another key than the one that is known.' },
  disabled: { word: 'Disabled', tone: 'off', meaning: 'Switched off in the inventory: Hum leaves it alone.' },
};

/** From what is worst to what is quiet: the order in which a column of states is sorted. */
export const statesByUrgency: readonly HostState[] = [
  'host-key-changed',
  'auth-failed',
  'unreachable',
  'host-key-unknown',
  'stale',
  'connecting',
  'online',
  'disabled',
];

const failing: ReadonlySet<HostState> = new Set(['stale', 'unreachable', 'auth-failed', 'host-key-unknown', 'host-key-changed']);

/** Whether a host in this state waits for a person or for the network to get well. */
export function isFailing(state: HostState): boolean {
  return failing.has(state);
}
