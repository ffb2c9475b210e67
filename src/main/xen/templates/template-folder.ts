import { type FSWatcher, watch } from 'node:fs';
import { lstat, mkdir, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { messageOf } from '../../../shared/errors.ts';
import { longestTemplate } from './read-template.ts';

/** A file in a folder of templates. */
export interface TemplateText {
  readonly fileName: string;
  readonly path: string;
  /** Null where it cannot be read; `problem` says why. */
  readonly text: string | null;
  readonly problem: string;
}

export interface TemplateFolder {
  /** As last read, by their names. */
  readonly files: readonly TemplateText[];
  /** Why the folder cannot be read; empty when it can. */
  readonly problem: string;
  /** Reads it now. Resolves when what was there at the call has been read. Never rejects. */
  scan(): Promise<void>;
  stop(): void;
}

/** More files than this are no folder of templates. */
const mostFiles = 500;
/** A git pull changes many files within moments. */
const settleMs = 150;
/** A folder that is not there, or that the system does not watch, is looked at again after this time. */
const retryMs = 30_000;

/** Follows a folder of templates on disk; `onChange` is called when what is in it has changed. `make`: it is made when it is missing. */
export function openTemplateFolder(path: string, onChange: () => void, { make }: { readonly make: boolean }): TemplateFolder {
  let files: readonly TemplateText[] = [];
  let problem = '';
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  let reading: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  let stopped = false;

  function later(ms: number): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => void scan(), ms);
    timer.unref();
  }

  function unwatch(): void {
    watcher?.close();
    watcher = undefined;
  }

  /** Watched before it is read: nothing can change in between without being seen. */
  function follow(): void {
    if (watcher !== undefined || stopped) return;
    try {
      watcher = watch(path, { persistent: false }, () => later(settleMs));
      watcher.on('error', () => {
        unwatch();
        later(settleMs);
      });
    } catch {
      // Not there, or too many watches: looked at again after a while.
      watcher = undefined;
    }
  }

  async function read(): Promise<void> {
    const before = JSON.stringify([files, problem]);
    try {
      if (make) await mkdir(path, { recursive: true, mode: 0o700 });
      follow();
      files = await readTexts(path);
      problem = '';
    } catch (error) {
      // Its watch ended with it, should it have been removed.
      unwatch();
      files = [];
      problem = messageOf(error);
    }
    if (watcher === undefined) later(retryMs);
    if (!stopped && JSON.stringify([files, problem]) !== before) onChange();
  }

  /** One at a time; a call while one is under way waits for one more, which others then share. */
  function scan(): Promise<void> {
    queued ??= reading.then(() => {
      queued = undefined;
      reading = stopped ? Promise.resolve() : read();
      return reading;
    });
    return queued;
  }

  return {
    get files() {
      return files;
    },
    get problem() {
      return problem;
    },
    scan,
    stop() {
      stopped = true;
      clearTimeout(timer);
      unwatch();
    },
  };
}

async function readTexts(folder: string): Promise<readonly TemplateText[]> {
  const root = await realpath(folder);
  const names = (await readdir(folder)).filter((name) => /^[^.].*\.ya?ml$/.test(name)).sort();
  const texts: TemplateText[] = [];
  for (const fileName of names.slice(0, mostFiles)) {
    const path = join(folder, fileName);
    try {
      texts.push({ fileName, path, text: await readText(path, root), problem: '' });
    } catch (error) {
      // Gone since the folder was read.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') continue;
      texts.push({ fileName, path, text: null, problem: messageOf(error) });
    }
  }
  return texts;
}

/** @throws Error with a sentence for people, or the system's */
async function readText(path: string, root: string): Promise<string> {
  if ((await lstat(path)).isSymbolicLink() && !(await realpath(path)).startsWith(`${root}${sep}`)) {
    throw new Error('It is a link out of its folder: Hum does not follow it.');
  }
  const { size, ...file } = await stat(path).then((found) => ({ size: found.size, plain: found.isFile() }));
  if (!file.plain) throw new Error('It is no file.');
  if (size > 4 * longestTemplate) throw new Error('It is longer than 256 KiB.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    if (error instanceof TypeError) throw new Error('It is not written in UTF-8.');
    throw error;
  }
}
