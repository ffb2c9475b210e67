import type { NumberLook } from '../components/query-numbers.ts';

/** Fields of the fleet's query that are compared as numbers. */
export const numberFields = {
  mem: { kinds: ['ratio', 'bytes'], example: 'mem>80 (percent) or mem>12G' },
  swap: { kinds: ['ratio', 'bytes'], example: 'swap>10 (percent) or swap>512M' },
  pressure: { kinds: ['ratio'], example: 'pressure>5 (percent)' },
  cpu: { kinds: ['ratio'], example: 'cpu>90 (percent)' },
  load: { kinds: ['plain'], example: 'load>4' },
  age: { kinds: ['ms'], unitless: 's', example: 'age>60 (seconds) or age>5m' },
  uptime: { kinds: ['ms'], unitless: 'd', example: 'uptime<1 (days) or uptime<2h' },
  total: { kinds: ['bytes'], example: 'total>=64 (GiB) or total<512M' },
  cores: { kinds: ['plain'], example: 'cores>=8' },
} as const satisfies Record<string, NumberLook>;

export type NumberField = keyof typeof numberFields;
