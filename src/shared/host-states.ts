/** A host is always in exactly one of these. All but `online` carry a problem that a person can act on (`disabled` and `connecting` need none). */
export const hostStates = [
  'online',
  'connecting',
  'stale',
  'unreachable',
  'auth-failed',
  'host-key-unknown',
  'host-key-changed',
  'disabled',
] as const;
export type HostState = (typeof hostStates)[number];
