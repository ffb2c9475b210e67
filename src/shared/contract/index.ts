import type { ContractRouterClient } from '@orpc/contract';
import { application } from './application.ts';
import { deploy } from './deploy.ts';
import { fleet } from './fleet.ts';
import { inventory } from './inventory.ts';
import { plans } from './plans.ts';
import { prompts } from './prompts.ts';
import { settings } from './settings.ts';
import { templates } from './templates.ts';
import { terminals } from './terminals.ts';
import { xen } from './xen.ts';

/** The whole IPC, in one literal: both ends derive from it. */
export const contract = { application, deploy, fleet, inventory, plans, prompts, settings, templates, terminals, xen };

/** What the renderer calls. */
export type Client = ContractRouterClient<typeof contract>;
