import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { HumError, messageOf, type Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { tooDeepAt } from './json-depth.ts';

/** The name that a damaged file gets: `inventory.damaged-2026-11-23T05-10-00.json`, beside the original. */
export function asideName(path: string, at: Date): string {
  const stamp = at.toISOString().slice(0, 19).replaceAll(':', '-');
  return join(dirname(path), `${basename(path, extname(path))}.damaged-${stamp}${extname(path)}`);
}

/**
 * Renames a settings file that is no JSON object, so that a new one can begin; answers what to tell the person, or undefined when
 * the file is sound or missing. Nothing is deleted.
 * @throws HumError `file-unreadable`: what cannot be read may well be sound, and must not be replaced by a new one; `settings-unwritable`
 */
export function setAsideIfDamaged(path: string, now = new Date()): Problem | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
  let reason: string;
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isObject && tooDeepAt(text) === undefined) return undefined;
    reason = isObject ? 'The file is nested too deeply.' : 'The file does not hold a JSON object.';
  } catch (error) {
    reason = messageOf(error);
  }
  const aside = asideName(path, now);
  keep(path, () => renameSync(path, aside));
  return {
    code: 'settings-damaged',
    message: `${basename(path)} was damaged and has been set aside; Hum began a new one.`,
    hint: `The old file is ${aside}. Mend it and, while Hum is closed, give it its old name; or delete it.`,
    detail: visibleText(reason),
  };
}

/** Nothing may be taken out of a file before it is kept elsewhere. */
function keep(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new HumError(
      {
        code: 'settings-unwritable',
        message: `${basename(path)} is damaged, and what is damaged could not be set aside; nothing was changed.`,
        hint: `Check the free space and the permissions of ${dirname(path)}, or start Hum with --data and another folder.`,
        detail: messageOf(error),
      },
      { cause: error },
    );
  }
}

function unreadable(path: string, error: unknown): HumError {
  return new HumError(
    {
      code: 'file-unreadable',
      message: `${path} cannot be read, so Hum does not start: it might overwrite what is in it.`,
      hint: 'Check that it is a file and who may read it, or start Hum with --data and another folder.',
      detail: messageOf(error),
    },
    { cause: error },
  );
}

/**
 * Keeps the entries that were refused, beside the file that they came from, and answers what to tell the person.
 * @throws HumError `settings-unwritable`
 */
export function setAsideEntries(path: string, entries: readonly unknown[], reason: string, now = new Date()): Problem {
  const aside = asideName(path, now);
  keep(path, () => writeFileSync(aside, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 }));
  return {
    code: 'settings-damaged',
    message: `${entries.length} damaged ${entries.length === 1 ? 'entry' : 'entries'} of ${basename(path)} ${entries.length === 1 ? 'was' : 'were'} set aside; the rest was kept.`,
    hint: `What was taken out is in ${aside}.`,
    detail: reason,
  };
}
