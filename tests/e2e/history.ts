import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostSample } from '../../src/shared/contract/fleet.ts';
import { append, openStore, sampleAt, workAll } from '../support/history.ts';

/** The history that a Hum left behind: `history.db`, with these samples by host. */
export function historyFile(samples: Readonly<Record<string, readonly HostSample[]>>, now: number): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), 'hum-e2e-history-'));
  try {
    const path = join(dir, 'history.db');
    const store = openStore(path, () => now);
    for (const [host, own] of Object.entries(samples)) append(store, host, own);
    workAll(store);
    store.close();
    return readFileSync(path);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const minute = 60_000;

type Figures = Parameters<typeof sampleAt>[1];

/** Five hours of samples, one a minute, in which it was `bad` for half an hour and else `well`. */
export function badHalfHour(now: number, bad: Figures, well: Figures): HostSample[] {
  return Array.from({ length: 5 * 60 }, (_, index) => {
    const ago = 5 * 60 - index;
    const state = ago > 120 && ago < 150 ? bad : well;
    return sampleAt(now - ago * minute, { memoryTotal: 2 ** 34, memoryUsed: 2 ** 32, ...state });
  });
}
