import type { HistoryTier } from '../../shared/contract/history.ts';
import { keptAtLeastMs, keptMs } from '../../shared/history-limits.ts';
import { minuteMs } from './open-chunk.ts';
import { type Statements, tierNumbers } from './statements.ts';

/** In the order in which they make room. */
const tiers: readonly HistoryTier[] = ['sample', 'minute', 'hour'];

/** A host that is taken out can be brought back by "Undo" with all its past for so long. */
const goneForMs = 10 * minuteMs;

/** Each of these does one small step of what is due at `now` (epoch ms), and answers whether there was one. */
export function pruneOld(statements: Statements, now: number): boolean {
  return tiers.some((tier) => pruneTier(statements, tier, now - keptMs[tier]));
}

/** Removes hosts that have been gone for long; their keys are added to `gone` when nothing of them is left. */
export function pruneGone(statements: Statements, now: number, gone: string[]): boolean {
  const row = statements.of('SELECT id, key FROM host WHERE gone_at <= ? LIMIT 1').get(now - goneForMs);
  if (row === undefined) return false;
  const removed = statements.run('DELETE FROM chunk WHERE id IN (SELECT id FROM chunk WHERE host = ? LIMIT 16)', Number(row.id));
  if (removed > 0) return true;
  statements.run('DELETE FROM host WHERE id = ?', Number(row.id));
  gone.push(String(row.key));
  return true;
}

/** Removes the oldest of what makes room first while the limit is passed, and gives free pages back. */
export function shrink(statements: Statements, now: number, limitBytes: number): boolean {
  const pageSize = pragma(statements, 'page_size');
  const bytes = pragma(statements, 'page_count') * pageSize;
  const free = pragma(statements, 'freelist_count') * pageSize;
  if (bytes - free > limitBytes) {
    const shortened =
      tiers.some((tier) => pruneTier(statements, tier, now - keptAtLeastMs[tier])) ||
      tiers.some((tier) => pruneTier(statements, tier, Number.POSITIVE_INFINITY));
    if (shortened) return true;
  }
  if (free === 0 || (bytes <= limitBytes && free < bytes / 4)) return false;
  statements.exec('PRAGMA incremental_vacuum(32)');
  return true;
}

function pruneTier(statements: Statements, tier: HistoryTier, before: number): boolean {
  const oldest = 'SELECT id FROM chunk WHERE tier = ? AND until < ? ORDER BY until LIMIT 16';
  return statements.run(`DELETE FROM chunk WHERE id IN (${oldest})`, tierNumbers[tier], before) > 0;
}

function pragma(statements: Statements, name: string): number {
  return Number(statements.of(`PRAGMA ${name}`).get()?.[name]);
}
