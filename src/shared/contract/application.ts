import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { procedure } from './base.ts';

export interface ApplicationInfo {
  readonly version: string;
  readonly shell: 'desktop' | 'web';
  readonly platform: string;
  readonly dataDir: string;
  /** The account that a new host's user defaults to. */
  readonly loginUser: string;
  /** What went wrong at start and was worked around: a damaged settings file that was set aside, for instance. */
  readonly notices: readonly Problem[];
}

export const application = {
  info: procedure.output(type<ApplicationInfo>()),
  /** Starts the demo fleet, beside the saved hosts; its hosts are never saved. */
  startDemo: procedure.input(z.object({ hosts: z.int().min(1).max(2000) })).output(type<void>()),
  stopDemo: procedure.output(type<void>()),
};
