import { z } from 'zod';

/** What the console and the demo's process say to each other over the IPC channel of child_process.fork. */
export const demoOrder = z.object({
  hosts: z.int().min(1).max(2000),
  /** On each host; by its profile where it is not told. */
  domains: z.int().min(1).max(500).optional(),
  seed: z.int(),
  /** How many times faster than the clock the demo's time runs. */
  speed: z.number().positive(),
  /** The only key that may log in, as a line of authorized_keys. */
  clientKey: z.string(),
});
export type DemoOrder = z.infer<typeof demoOrder>;

export const demoReport = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ready'),
    /** By index of the host. */
    ports: z.array(z.int()),
    /** `ssh-ed25519 AAAA…`, the key of every host. */
    hostKey: z.string(),
  }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
]);
export type DemoReport = z.infer<typeof demoReport>;
