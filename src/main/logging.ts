import { renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { destination, type Logger, pino } from 'pino';

export type { Logger };

const rotateAtBytes = 8 * 1024 * 1024;

/** The log of the console, `<dataDir>/hum.log`: JSON lines, one older file kept. Written at once, so a crash loses no line. */
export function createLogger(dataDir: string, level: 'debug' | 'info' = 'info'): Logger {
  const file = join(dataDir, 'hum.log');
  rotate(file);
  return pino({ level, base: { pid: process.pid } }, destination({ dest: file, mkdir: true, sync: true, mode: 0o600 }));
}

function rotate(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > rotateAtBytes) renameSync(file, `${file}.1`);
}
