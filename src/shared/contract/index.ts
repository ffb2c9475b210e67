import type { ContractRouterClient } from '@orpc/contract';
import { alerts } from './alerts.ts';
import { application } from './application.ts';
import { backupJobs } from './backup-jobs.ts';
import { backups } from './backups.ts';
import { channels } from './channels.ts';
import { commands } from './commands.ts';
import { deploy } from './deploy.ts';
import { files } from './files.ts';
import { fleet } from './fleet.ts';
import { history } from './history.ts';
import { images } from './images.ts';
import { inventory } from './inventory.ts';
import { plans } from './plans.ts';
import { prompts } from './prompts.ts';
import { settings } from './settings.ts';
import { templates } from './templates.ts';
import { terminals } from './terminals.ts';
import { xen } from './xen.ts';

/** The whole IPC, in one literal: both ends derive from it. */
export const contract = {
  alerts,
  application,
  backups,
  backupJobs,
  channels,
  commands,
  deploy,
  files,
  fleet,
  history,
  images,
  inventory,
  plans,
  prompts,
  settings,
  templates,
  terminals,
  xen,
};

/** What the renderer calls. */
export type Client = ContractRouterClient<typeof contract>;
