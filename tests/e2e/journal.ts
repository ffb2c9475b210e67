import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from '../../src/main/plans/journal.ts';
import { journalMigrations } from '../../src/main/plans/journal-schema.ts';
import type { PlanRecord, StepRecord } from '../../src/main/plans/record.ts';
import { openDatabase } from '../../src/main/storage/database.ts';

/** A step that ran a command, in whatever state it is now. */
export function journalledStep(title: string, state: StepRecord['state'], change: Partial<StepRecord> = {}): StepRecord {
  const command = (argv: readonly string[]) => ({ handler: 'command', args: { argv, timeoutMs: 1000 }, shown: argv.join(' ') });
  return {
    title,
    host: 'saved-xen01',
    action: command(['xl', 'pause', 'web01']),
    undo: command(['xl', 'unpause', 'web01']),
    state,
    startedAt: state === 'waiting' ? null : 1_795_000_000_000,
    endedAt: state === 'waiting' || state === 'running' ? null : 1_795_000_000_420,
    output: '',
    progress: '',
    problem: undefined,
    ...change,
  };
}

/** A plan of these steps in whatever state it is now. */
export function journalledPlan(
  title: string,
  state: PlanRecord['state'],
  steps: readonly StepRecord[],
  change: Partial<PlanRecord> = {},
): PlanRecord {
  const at = 1_795_000_000_000;
  const about = { kind: 'xen.pause', host: 'saved-xen01', hostName: 'xen01', subject: title, batch: randomUUID(), by: 'ada' };
  const over = state === 'running' ? null : at + 800;
  return {
    id: randomUUID(),
    title,
    ...about,
    createdAt: at,
    steps,
    atOnce: null,
    holds: null,
    state,
    direction: 'forward',
    endedAt: over,
    problem: undefined,
    ...change,
  };
}

/** A journal of these plans, oldest first, as Hum leaves it: a file of its home, for `test.use({ homeFiles })`. */
export function savedJournal(plans: readonly PlanRecord[]): Record<string, Uint8Array> {
  const dir = mkdtempSync(join(tmpdir(), 'hum-journal-'));
  const path = join(dir, 'journal.db');
  const journal = openJournal(openDatabase(path, journalMigrations).database);
  journal.add(plans);
  journal.close();
  const bytes = readFileSync(path);
  rmSync(dir, { recursive: true });
  return { 'data/journal.db': bytes };
}
