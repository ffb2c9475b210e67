import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient } from '@orpc/server';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Console, createConsole } from '../../src/main/console.ts';
import { memoryVault } from '../../src/main/prompts/vault.ts';
import { openConfStore } from '../../src/main/web/store.ts';
import type { contract } from '../../src/shared/contract/index.ts';

/** As many streams as one client may follow at a time. */
const mostStreams = 32;

let dataDir: string;
let hum: Console;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'hum-abuse-'));
  hum = await createConsole({
    shell: 'web',
    dataDir,
    openStore: openConfStore,
    demoServerPath: 'not-started-here',
    vault: memoryVault(),
    log: pino({ level: 'silent' }),
  });
});
afterEach(async () => {
  await hum.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function client(id: string): ContractRouterClient<typeof contract> {
  const { context } = hum.attach({ id, writable: () => Promise.resolve() });
  return createRouterClient(hum.router, { context });
}

it('follows a client in so many streams and no more, gives a place back with each that ends, and counts no other client', async () => {
  const greedy = client('greedy');
  const streams = await Promise.all(Array.from({ length: mostStreams }, () => greedy.settings.watch()));
  for (const stream of streams) expect((await stream.next()).value).toHaveProperty('theme');

  const tooMany = await greedy.fleet.watch();
  await expect(tooMany.next()).rejects.toMatchObject({ data: { code: 'conflict', message: expect.stringContaining('32 streams') } });
  expect((await (await client('modest').fleet.watch()).next()).value).toMatchObject({ kind: 'snapshot' });

  await streams[0]?.return?.();
  expect((await (await greedy.fleet.watch()).next()).value).toMatchObject({ kind: 'snapshot' });
});
