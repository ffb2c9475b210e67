import type { Problem } from '../../shared/errors.ts';
import { fileNamePattern, longestFileName } from '../../shared/file-limits.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** More files than this at once are dropped by mistake. */
const mostFiles = 200;

/** Why none of these files can go to a host, before anything is asked of it; null where nothing speaks against it. */
export function whyNotFiles(files: readonly { readonly name: string }[]): Problem | null {
  if (files.length > mostFiles) {
    return { code: 'conflict', message: `At most ${mostFiles} files are taken at once.`, hint: 'Pack them first: tar or zip.' };
  }
  const bad = files.find(({ name }) => !fileNamePattern.test(name) || new TextEncoder().encode(name).length > longestFileName);
  if (bad === undefined) return null;
  return {
    code: 'bad-input',
    message: 'A file’s name is too long, or has a slash or control characters in it.',
    hint: 'Rename it first.',
    detail: visibleText(bad.name, 300),
  };
}
