/** Filters for what is to be found out at a glance; each counts what it would show. */
export const chips = [
  { id: 'missing', label: 'Autostart but not running', filter: 'is:autostart -is:up', tone: 'warn' },
  { id: 'unconfigured', label: 'Running without a configuration', filter: 'is:up -is:configured', tone: 'warn' },
  { id: 'differs', label: 'Configuration differs', filter: 'is:differs', tone: 'warn' },
  { id: 'crashed', label: 'Crashed', filter: 'is:crashed', tone: 'bad' },
  { id: 'twice', label: 'Used twice', filter: 'is:twice', tone: 'warn' },
] as const;

export type ChipId = (typeof chips)[number]['id'];

/** What a chip finds, in one sentence. */
export const chipMeanings: Readonly<Record<ChipId, string>> = {
  missing: 'Domains that are to start with their host (/etc/xen/auto) and are not up.',
  unconfigured: 'Domains that run and have no file in /etc/xen: after the next start of their host they are gone.',
  differs: 'Domains whose file says something else than what runs: the next start changes them.',
  crashed: 'Domains whose guest has crashed and is kept as it was.',
  twice: 'Domains that share their name or a MAC address with another domain of the fleet.',
};
