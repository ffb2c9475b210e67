import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createXen, type Xen } from '../../src/main/xen/xen.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { type LocalSession, localSession } from '../support/local-session.ts';
import { patienceMs } from '../support/patience.ts';
import { xenFacts } from '../support/xen-host.ts';

/** How often a Xen host is asked. Its answers come in real time; the console's clock and timers are simulated. */

const realNow = performance.now.bind(performance);
let dir: string;
let session: LocalSession;
let xen: Xen;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hum-pace-'));
  for (const each of ['bin', 'root/etc/xen']) mkdirSync(join(dir, each), { recursive: true });
  for (const name of ['xl', 'timeout']) cpSync(new URL(`../support/xen/${name}`, import.meta.url).pathname, join(dir, 'bin', name));
  symlinkSync(new URL('../fixtures/xen-4.17', import.meta.url).pathname, join(dir, 'bin/fixtures'));
  writeFileSync(join(dir, 'bin/set'), 'guests-3/xl-list\n');
  writeFileSync(join(dir, 'bin/mode'), 'well\n');
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'] });
  session = localSession('h', { root: join(dir, 'root'), path: join(dir, 'bin') });
  session.start();
  xen = createXen({ log: { info: () => undefined } });
  xen.connected(inventoryHost('h'), session, xenFacts());
  await answered(1);
});

afterEach(async () => {
  await xen.stop();
  await session.stop();
  vi.useRealTimers();
  rmSync(dir, { recursive: true, force: true });
});

/** Waits in real time until so many requests have been answered. */
async function answered(requests: number): Promise<void> {
  const deadline = realNow() + patienceMs;
  while (session.answers < requests) {
    if (realNow() > deadline) throw new Error(`${session.answers} of ${requests} requests were answered`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await new Promise((resolve) => setImmediate(resolve));
}

/** Lets time pass for the console; answers how often the host was asked meanwhile. */
async function askedWithin(ms: number): Promise<number> {
  const before = session.requests.length;
  for (let passed = 0; passed < ms; passed += 250) {
    await vi.advanceTimersByTimeAsync(250);
    await answered(session.requests.length);
  }
  return session.requests.length - before;
}

/** What is asked again at once is what has been told longer ago than it would be with somebody looking. */
async function lastAnswerIsOld(): Promise<void> {
  const lastAsked = () => session.requests.at(-1)?.at ?? 0;
  while (performance.now() - lastAsked() < 6_000) await askedWithin(250);
}

it('is once a minute while nobody looks, at once when somebody does and then every 5 s, and seldom again while every window is hidden', async () => {
  expect(await askedWithin(120_000)).toBeLessThanOrEqual(3);

  await lastAnswerIsOld();
  let asked = session.requests.length;
  const stream = xen.watch();
  await stream.next();
  await answered(asked + 1);
  const seen = await askedWithin(60_000);
  expect(seen).toBeGreaterThanOrEqual(11);
  expect(seen).toBeLessThanOrEqual(14);

  xen.setHidden(true);
  expect(await askedWithin(120_000)).toBeLessThanOrEqual(4);
  await lastAnswerIsOld();
  asked = session.requests.length;
  xen.setHidden(false);
  await answered(asked + 1);
  await stream.return();
});
