import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBackups } from '../../src/main/backups/backups.ts';
import type { Runner } from '../../src/main/ssh/session.ts';
import { HumError } from '../../src/shared/errors.ts';
import { inventoryHost } from '../support/inventory-host.ts';

/** How often hosts are asked for their backups; each of these cannot be read. */

const minute = 60_000;
let calls = 0;
let most = 0;
let now = 0;

beforeEach(() => {
  vi.useFakeTimers();
  calls = 0;
  most = 0;
  now = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

const broken: Runner = {
  async run() {
    calls += 1;
    now += 1;
    most = Math.max(most, now);
    await new Promise((resolve) => setTimeout(resolve, 500));
    now -= 1;
    throw new HumError({ code: 'no-shell', message: 'no', hint: 'no' });
  },
  open: () => Promise.reject(new Error('not here')),
  terminal: () => Promise.reject(new Error('not here')),
};

const service = () =>
  createBackups({
    root: () => broken,
    plans: { start: () => ({ batch: '', ids: [] }) },
    log: { info: () => undefined },
    now: () => Date.now(),
  });

test('a host that cannot be read is asked every ten minutes, every minute while somebody looks, and no more once it has gone', async () => {
  const backups = service();
  backups.connected(inventoryHost('h1'), broken);
  await vi.advanceTimersByTimeAsync(9 * minute);
  expect(calls).toBe(1);
  await vi.advanceTimersByTimeAsync(3 * minute);
  expect(calls).toBe(2);
  const stream = backups.watch();
  await stream.next();
  await vi.advanceTimersByTimeAsync(5 * minute);
  expect(calls).toBeGreaterThanOrEqual(2 + 4);
  expect(calls).toBeLessThanOrEqual(2 + 7);
  await stream.return();
  const before = calls;
  backups.disconnected('h1', false);
  await vi.advanceTimersByTimeAsync(60 * minute);
  expect(calls).toBe(before);
  backups.stop();
});

test('a host that connects anew is asked by one connection alone', async () => {
  const backups = service();
  for (let times = 0; times < 5; times += 1) {
    backups.connected(inventoryHost('h1'), broken);
    await vi.advanceTimersByTimeAsync(3_500);
  }
  const before = calls;
  await vi.advanceTimersByTimeAsync(30 * minute);
  expect(calls - before).toBeLessThanOrEqual(3);
  backups.stop();
});

test('of many hosts sixteen are asked at once, and one whose sudo wants a password only while somebody looks', async () => {
  const backups = service();
  for (let index = 0; index < 100; index += 1) backups.connected(inventoryHost(`h${index}`), broken);
  backups.connected(inventoryHost('asks', { user: 'op', runAs: 'sudo-password' }), broken);
  await vi.advanceTimersByTimeAsync(minute);
  expect(calls).toBe(100);
  expect(most).toBe(16);
  const stream = backups.watch();
  await stream.next();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(calls).toBe(201);
  await stream.return();
  backups.stop();
});
