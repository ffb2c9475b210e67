import type { FileListing, ListedFile } from '../../shared/contract/files.ts';
import { mostListedFiles } from '../../shared/file-limits.ts';
import { compareNames } from '../components/compare-names.ts';

/** More rows are not looked through, but narrowed by typing. */
const mostRows = 200;

/** The files whose names hold what has been typed, by name; all of them where none does, as it may be a path. */
export function matchingFiles(files: readonly ListedFile[], typed: string): readonly ListedFile[] {
  const wanted = typed.trim().toLowerCase();
  const holding = wanted === '' ? files : files.filter(({ name }) => name.toLowerCase().includes(wanted));
  return (holding.length === 0 ? files : holding).toSorted((a, b) => compareNames(a.name, b.name)).slice(0, mostRows);
}

/**
 * Whether a browser takes files out of a page: Chromium and what is made of it, on Windows and macOS. On Linux it offers other programs the address
 * and not the file (tried with Chromium 156 under X11: no XdndDirectSave0).
 */
export function dragsOut(userAgent: string): boolean {
  return /\bChrome\//.test(userAgent) && /\b(?:Windows NT|Macintosh)\b/.test(userAgent);
}

/** What is said below the list: how a file gets out, and what is not in it. */
export function listingWords(
  { files, more, unnamed }: Pick<FileListing, 'files' | 'more' | 'unnamed'>,
  shown: number,
  draggable: boolean,
): string {
  const words: string[] = [];
  if (files.length === 0) words.push('There are no files in this directory.');
  else if (draggable) words.push('Drag one to a folder of this computer, or press its button.');
  if (shown < files.length) words.push(`${shown} of ${more ? 'more than ' : ''}${files.length} are shown: type a part of a name below.`);
  else if (more) words.push(`Of more than ${mostListedFiles} entries these are shown.`);
  if (unnamed > 0)
    words.push(unnamed === 1 ? 'One name is no UTF-8: rename it first.' : `${unnamed} names are no UTF-8: rename them first.`);
  return words.join(' ');
}
