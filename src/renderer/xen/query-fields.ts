import type { NumberLook } from '../components/query-numbers.ts';

/** Fields of the domains' query that are compared as numbers. */
export const numberFields = {
  mem: { kinds: ['bytes'], example: 'mem>4g or mem<512m' },
  max: { kinds: ['bytes'], example: 'max>=8g' },
  cpu: { kinds: ['ratio'], example: 'cpu>50 (percent of its vCPUs)' },
  vcpus: { kinds: ['plain'], example: 'vcpus>=4' },
  net: { kinds: ['bytes'], example: 'net>10m (bytes per second, both ways)' },
  io: { kinds: ['bytes'], example: 'io>10m (bytes per second, both ways)' },
  uptime: { kinds: ['ms'], unitless: 'd', example: 'uptime<1 (days) or uptime<2h' },
  id: { kinds: ['plain'], example: 'id>100' },
} as const satisfies Record<string, NumberLook>;

export type NumberField = keyof typeof numberFields;

/** What a text field of the query looks at. */
export const textFields = ['name', 'host', 'group', 'tag', 'type', 'uuid', 'mac', 'bridge', 'disk', 'kernel'] as const;
export type TextField = (typeof textFields)[number];

/** Words after `is:` beside the states. */
export const flags = ['up', 'autostart', 'configured', 'differs', 'twice', 'dom0'] as const;
export type Flag = (typeof flags)[number];
