import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Problem } from '../../shared/errors.ts';

/** The name that a damaged file gets: `inventory.damaged-2026-11-23T05-10-00.json`, beside the original. */
function asideName(path: string, at: Date): string {
  const stamp = at.toISOString().slice(0, 19).replaceAll(':', '-');
  return join(dirname(path), `${basename(path, '.json')}.damaged-${stamp}.json`);
}

/**
 * Renames a settings file that is no JSON object, so that a new one can begin; answers what to tell the person, or undefined when
 * the file is sound or missing. Nothing is deleted.
 */
export function setAsideIfDamaged(path: string, now = new Date()): Problem | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let reason: string;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return undefined;
    reason = 'The file does not hold a JSON object.';
  } catch (error) {
    reason = error instanceof Error ? error.message : String(error);
  }
  const aside = asideName(path, now);
  renameSync(path, aside);
  return {
    code: 'settings-damaged',
    message: `${basename(path)} was damaged and has been set aside; Hum began a new one.`,
    hint: `The old file is ${aside}. Mend it and import it, or delete it.`,
    detail: reason,
  };
}

/** Keeps the entries that were refused, beside the file that they came from, and answers what to tell the person. */
export function setAsideEntries(path: string, entries: readonly unknown[], reason: string, now = new Date()): Problem {
  const aside = asideName(path, now);
  writeFileSync(aside, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 });
  return {
    code: 'settings-damaged',
    message: `${entries.length} damaged ${entries.length === 1 ? 'entry' : 'entries'} of ${basename(path)} ${entries.length === 1 ? 'was' : 'were'} set aside; the rest was kept.`,
    hint: `What was taken out is in ${aside}.`,
    detail: reason,
  };
}
