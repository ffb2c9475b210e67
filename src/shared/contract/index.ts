import type { ContractRouterClient } from '@orpc/contract';
import { application } from './application.ts';
import { fleet } from './fleet.ts';
import { inventory } from './inventory.ts';
import { settings } from './settings.ts';

/** The whole IPC, in one literal: both ends derive from it. */
export const contract = { application, fleet, inventory, settings };

/** What the renderer calls. */
export type Client = ContractRouterClient<typeof contract>;
