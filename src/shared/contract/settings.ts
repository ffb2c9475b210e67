import { type } from '@orpc/contract';
import { z } from 'zod';
import { firstFleetView } from '../first-fleet-view.ts';
import { procedure } from './base.ts';

/** How the fleet page was left. Every field falls back by itself, so that one damaged value costs only itself. */
export const fleetView = z.object({
  filter: z.string().max(1000).catch(''),
  group: z.boolean().catch(false),
  sort: z
    .object({ column: z.string().max(32), descending: z.boolean() })
    .nullable()
    .catch(null),
  hiddenColumns: z.array(z.string().max(32)).max(32).catch(firstFleetView.hiddenColumns),
});
export type FleetView = z.infer<typeof fleetView>;

export const settingsSchema = z.object({
  theme: z.enum(['system', 'dark', 'light']).catch('system'),
  fleetView: fleetView.catch(firstFleetView),
  /** Commands of `Match exec` in ssh_config that may be run here. */
  allowedCommands: z.array(z.string().max(10_000)).max(1000).catch([]),
});
export type Settings = z.infer<typeof settingsSchema>;

const settingsChange = z.object({
  theme: z.enum(['system', 'dark', 'light']).optional(),
  fleetView: z
    .object({
      filter: z.string().max(1000),
      group: z.boolean(),
      sort: z.object({ column: z.string().max(32), descending: z.boolean() }).nullable(),
      hiddenColumns: z.array(z.string().max(32)).max(32),
    })
    .optional(),
});
export type SettingsChange = z.infer<typeof settingsChange>;

export const settings = {
  /** First the settings, then each time anyone changes them. */
  watch: procedure.output(type<AsyncIteratorObject<Settings, void, void>>()),
  update: procedure.input(settingsChange).output(type<void>()),
};
