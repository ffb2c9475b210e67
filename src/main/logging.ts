import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Logger, pino } from 'pino';

export type { Logger };

const rotateAtBytes = 8 * 1024 * 1024;

/** The log of the console, `<dataDir>/hum.log`: JSON lines, one older file kept. Written at once, so a crash loses no line. */
export function createLogger(dataDir: string): Logger {
  return pino({ base: { pid: process.pid } }, new LogFile(join(dataDir, 'hum.log')));
}

/**
 * A file that is renamed to `….1` when it has grown to its bound, however long Hum runs. It is opened by the first line. A line that cannot
 * be written, on a full disk most of all, is counted and left out: the log never ends what it reports on.
 */
export class LogFile {
  readonly #path: string;
  readonly #rotateAt: number;
  #file: { readonly descriptor: number; bytes: number } | undefined;
  #lost = 0;
  /** The file ends in the first part of a line. */
  #torn = false;

  constructor(path: string, rotateAt = rotateAtBytes) {
    this.#path = path;
    this.#rotateAt = rotateAt;
  }

  write(line: string): void {
    try {
      const file = this.#ready();
      if (this.#lost > 0) {
        const gap = { level: pino.levels.values.warn, time: Date.now(), pid: process.pid, lines: this.#lost, msg: 'log lines were lost' };
        this.#append(file, `${JSON.stringify(gap)}\n`);
        this.#lost = 0;
      }
      this.#append(file, line);
    } catch {
      this.#lost += 1;
    }
  }

  #append(file: { readonly descriptor: number; bytes: number }, line: string): void {
    const bytes = Buffer.from(this.#torn ? `\n${line}` : line);
    const written = writeSync(file.descriptor, bytes);
    file.bytes += written;
    this.#torn = written < bytes.length;
    if (this.#torn) throw new Error('only a part was written');
  }

  #ready(): { readonly descriptor: number; bytes: number } {
    if (this.#file !== undefined && this.#file.bytes >= this.#rotateAt) {
      closeSync(this.#file.descriptor);
      this.#file = undefined;
    }
    this.#file ??= this.#open();
    return this.#file;
  }

  #open(): { readonly descriptor: number; bytes: number } {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    if (this.#size() >= this.#rotateAt) renameSync(this.#path, `${this.#path}.1`);
    return { descriptor: openSync(this.#path, 'a', 0o600), bytes: this.#size() };
  }

  #size(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }
}
