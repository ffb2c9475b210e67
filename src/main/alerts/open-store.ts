import { join } from 'node:path';
import { messageOf, type Problem } from '../../shared/errors.ts';
import { openDatabase } from '../storage/database.ts';
import { AlertStore } from './alert-store.ts';
import { alertsMigrations } from './alerts-schema.ts';

/**
 * Opens alerts.db in the data folder. Where it cannot be opened, incidents are kept in memory until Hum ends: a host that runs out of memory is worth
 * more than the reason why that cannot be written down.
 */
export function openAlertStore(dataDir: string, now: Date): { readonly store: AlertStore; readonly notices: readonly Problem[] } {
  const notices: Problem[] = [];
  try {
    const { database, damage } = openDatabase(join(dataDir, 'alerts.db'), alertsMigrations, now);
    if (damage !== undefined) notices.push(damage);
    return { store: new AlertStore(database), notices };
  } catch (error) {
    notices.push({
      code: 'journal-failed',
      message: 'alerts.db in the data folder cannot be opened: incidents and rules are kept until Hum ends, and no longer.',
      hint: 'Check the free space of the data folder and who may write to it, then start Hum again.',
      detail: messageOf(error),
    });
    return { store: new AlertStore(openDatabase(':memory:', alertsMigrations, now).database), notices };
  }
}
