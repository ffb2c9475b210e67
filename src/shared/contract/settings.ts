import { type } from '@orpc/contract';
import { z } from 'zod';
import { firstFleetView } from '../first-fleet-view.ts';
import { firstTerminalSettings } from '../first-terminal-settings.ts';
import { firstHistoryBytes, leastHistoryBytes, mostHistoryBytes } from '../history-limits.ts';
import { hostId, procedure } from './base.ts';
import { keptName, shellDirectory } from './terminals.ts';

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

/** How terminals look and what they do. */
const terminalFields = {
  /** CSS font families to be tried in order; empty: Hum's own. It ends in a style sheet, and can leave no place in it. */
  fontFamily: z
    .string()
    .max(200)
    .regex(/^[\p{L}\p{N} ,'"._-]*$/u, 'A font has letters, digits, spaces and commas in its name.'),
  /** CSS pixels. */
  fontSize: z.int().min(8).max(32),
  cursor: z.enum(['block', 'bar', 'underline']),
  cursorBlinks: z.boolean(),
  /** Lines that are kept above the screen. */
  scrollback: z.int().min(0).max(100_000),
  bell: z.enum(['off', 'flash', 'sound']),
  /** Whether a paste of several lines, or with sudo or rm in it, is shown before it is sent. */
  looksAtPastes: z.boolean(),
  /** A host whose group or one of whose tags is among these is marked as production. */
  productionLabels: z.array(z.string().trim().min(1).max(64)).max(32),
};
const terminalSettings = z.object(terminalFields);
export type TerminalSettings = z.infer<typeof terminalSettings>;

/** The shells that were open, to be offered again after a restart. */
const openShells = z.object({
  shown: z.boolean(),
  tabs: z
    .array(
      z.object({
        /** As a person called it; null: as the host is called. */
        name: z.string().max(80).nullable(),
        split: z.enum(['beside', 'below']),
        panes: z
          .array(z.object({ host: hostId, directory: shellDirectory.nullable(), kept: keptName.optional() }))
          .min(1)
          .max(2),
      }),
    )
    .max(32),
});
export type OpenShells = z.infer<typeof openShells>;

/** How much disk the history of the hosts may take. */
const historySettings = z.object({ limitBytes: z.int().min(leastHistoryBytes).max(mostHistoryBytes) });

/** A folder on the machine that Hum runs on: absolute, or below the home folder, on any system. */
export const folderPattern = /^(?:~?\/|~?\\|[A-Za-z]:[\\/])[^\0]*$/;

/** Folders with templates beside the user's own, such as git clones. */
const templateFolders = z.array(z.string().max(4096).regex(folderPattern)).max(16);

/** A folder on a host: absolute, in one spelling (no `.`, `..` or empty part, no slash at its end), without control characters. */
export const hostFolderPattern = /^(?:\/(?!\.{1,2}(?:\/|$))[^/\p{Cc}]{1,255})+$/u;

/** So many folders of golden images can be named. */
export const mostImageFolders = 8;

/** Where the golden images of each host lie, each folder once. What ships with Hum names its images in /srv/xen/images, whatever is set here. */
const imageFolders = z
  .array(z.string().max(1000).regex(hostFolderPattern))
  .min(1)
  .max(mostImageFolders)
  .refine((folders) => new Set(folders).size === folders.length, 'a folder is there twice');

export const settingsSchema = z.object({
  theme: z.enum(['system', 'dark', 'light']).catch('system'),
  fleetView: fleetView.catch(firstFleetView),
  terminal: z
    .object({
      fontFamily: terminalFields.fontFamily.catch(firstTerminalSettings.fontFamily),
      fontSize: terminalFields.fontSize.catch(firstTerminalSettings.fontSize),
      cursor: terminalFields.cursor.catch(firstTerminalSettings.cursor),
      cursorBlinks: terminalFields.cursorBlinks.catch(firstTerminalSettings.cursorBlinks),
      scrollback: terminalFields.scrollback.catch(firstTerminalSettings.scrollback),
      bell: terminalFields.bell.catch(firstTerminalSettings.bell),
      looksAtPastes: terminalFields.looksAtPastes.catch(firstTerminalSettings.looksAtPastes),
      productionLabels: terminalFields.productionLabels.catch(firstTerminalSettings.productionLabels),
    })
    .catch(firstTerminalSettings),
  openShells: openShells.catch({ shown: false, tabs: [] }),
  history: historySettings.catch({ limitBytes: firstHistoryBytes }),
  templateFolders: templateFolders.catch([]),
  imageFolders: imageFolders.catch(['/srv/xen/images']),
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
  terminal: terminalSettings.optional(),
  openShells: openShells.optional(),
  history: historySettings.optional(),
  templateFolders: templateFolders.optional(),
  imageFolders: imageFolders.optional(),
});
export type SettingsChange = z.infer<typeof settingsChange>;

export const settings = {
  /** First the settings, then each time anyone changes them. */
  watch: procedure.output(type<AsyncIteratorObject<Settings, void, void>>()),
  update: procedure.input(settingsChange).output(type<void>()),
};
