import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient } from '@orpc/server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Console, createConsole } from '../../src/main/console.ts';
import { createLogger } from '../../src/main/logging.ts';
import { memoryVault } from '../../src/main/prompts/vault.ts';
import { openConfStore } from '../../src/main/web/store.ts';
import type { HostRow } from '../../src/shared/contract/fleet.ts';
import type { contract } from '../../src/shared/contract/index.ts';
import type { PromptView } from '../../src/shared/contract/prompts.ts';
import { type BadHost, badHost } from '../support/bad-host.ts';
import { patience } from '../support/patience.ts';
import { openRig, type Rig, type Server } from '../support/sshd.ts';

/** Secrets of every kind, right and wrong ones: none may be found anywhere outside this process. */
const canaries = {
  passphrase: 'canary-passphrase-5f1',
  password: 'canary-password-a9c',
  code: 'canary-code-77e',
  sudo: 'canary-sudo-c41',
  wrong: 'canary-wrong-30b',
} as const;

let rig: Rig;
let server: Server;
let codes: BadHost;
let home: string;
let hum: Console;
let client: ContractRouterClient<typeof contract>;
/** Everything that the console has sent to its page. */
let told: string;
let stopped = false;
const realHome = process.env.HOME;

beforeAll(async () => {
  rig = await openRig();
  server = await rig.sshd({ settings: { PasswordAuthentication: 'yes' } });
  const hostKey = await rig.hostKey();
  codes = await badHost({ kind: 'asks', hostKey: hostKey.path, rounds: [[{ text: 'Code: ', echo: false, right: canaries.code }]] });
});
afterAll(async () => {
  await codes.close();
  await rig.close();
});
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'hum-secrets-'));
  mkdirSync(join(home, '.ssh'), { mode: 0o700 });
  process.env.HOME = home;
  const dataDir = join(home, 'data');
  mkdirSync(dataDir);
  hum = await createConsole({
    shell: 'web',
    dataDir,
    openStore: openConfStore,
    demoServerPath: 'not-started-here',
    vault: memoryVault(),
    log: createLogger(dataDir),
  });
  told = '';
  const { context } = hum.attach({ id: 'test', writable: () => Promise.resolve() });
  client = createRouterClient(hum.router, { context });
});
afterEach(async () => {
  if (!stopped) await hum.stop();
  process.env.HOME = realHome;
  rmSync(home, { recursive: true, force: true });
});

async function hear(stream: Promise<AsyncIterable<unknown>>): Promise<void> {
  for await (const event of await stream) told += `${JSON.stringify(event)}\n`;
}

/** The first event of a stream: what there is at this moment. */
async function first<T>(start: (signal: AbortSignal) => Promise<AsyncIterable<T>>): Promise<T | undefined> {
  const ended = new AbortController();
  for await (const event of await start(ended.signal)) {
    ended.abort();
    return event;
  }
  return undefined;
}

async function rows(): Promise<readonly HostRow[]> {
  const event = await first((signal) => client.fleet.watch(undefined, { signal }));
  return event?.kind === 'snapshot' ? event.rows : [];
}

async function open(): Promise<readonly PromptView[]> {
  return (await first((signal) => client.prompts.watch(undefined, { signal }))) ?? [];
}

function written(dir: string): string {
  return readdirSync(dir, { recursive: true, encoding: 'latin1' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

test('no secret reaches a stream, an answer, an error, an export, a log or any other file', async () => {
  const account = await rig.account({ shell: '/bin/sh', password: canaries.password });
  const locked = await rig.clientKey({ passphrase: canaries.passphrase });
  const sudoer = await rig.account({ shell: '/bin/sh', password: canaries.sudo });
  const ended = new AbortController();
  const options = { signal: ended.signal };
  const streams = [
    hear(client.fleet.watch(undefined, options)),
    hear(client.prompts.watch(undefined, options)),
    hear(client.plans.watch(undefined, options)),
    hear(client.settings.watch(undefined, options)),
  ];
  const base = { address: '127.0.0.1', port: server.port, group: null, tags: [] };
  const { ids } = await client.inventory.add({ ...base, name: 'by key', user: rig.user, keyFile: locked.path });
  await client.inventory.add({ ...base, name: 'by password', user: account.name, keyFile: null });
  await client.inventory.add({ ...base, name: 'by code', port: codes.port, user: 'me', keyFile: null });
  const { ids: byRoot } = await client.inventory.add({ ...base, name: 'by sudo', user: sudoer.name, keyFile: locked.path });
  await expect.poll(async () => (await rows()).filter((row) => row.status.offeredKey).length, patience).toBe(4);
  const keys = (await rows()).map((row) => ({ id: row.host.id, fingerprint: row.status.offeredKey?.fingerprint ?? '' }));
  await client.fleet.trustHostKeys({ keys, once: false });

  const asked = new Map<string, number>();
  const answerOf = ({ kind }: PromptView) => {
    asked.set(kind, (asked.get(kind) ?? 0) + 1);
    if (asked.get(kind) === 1) return canaries.wrong;
    return { passphrase: canaries.passphrase, password: canaries.password, questions: canaries.code }[kind];
  };
  const isOnline = (row: HostRow) => row.status.state === 'online' && row.host.name !== 'by code';
  await expect
    .poll(async () => {
      for (const prompt of await open()) {
        await client.prompts.answer({ id: prompt.id, answers: [answerOf(prompt)], remember: true }).catch((error: unknown) => {
          told += JSON.stringify(error);
        });
      }
      return [
        (await rows()).filter(isOnline).length,
        Math.min(...['passphrase', 'password', 'questions'].map((kind) => asked.get(kind) ?? 0)),
      ];
    }, patience)
    .toEqual([3, 2]);

  // Root's rights by sudo, which this account does not have: its password goes there all the same, and the refusal comes back.
  await client.inventory.update({ ids: byRoot, change: { runAs: 'sudo-password' } });
  await expect.poll(async () => (await rows()).filter(isOnline).length, patience).toBe(3);
  const listing = client.images.list({ hosts: byRoot });
  await expect.poll(async () => (await open()).map(({ title }) => title), patience).toContain(`sudo password of ${sudoer.name}`);
  const sudoPrompt = (await open()).find(({ title }) => title.startsWith('sudo'));
  await client.prompts.answer({ id: sudoPrompt?.id ?? '', answers: [canaries.sudo], remember: true });
  told += JSON.stringify(await listing);
  expect(told).toContain('may not run commands as root');

  // Answers to nobody, and of a wrong shape: their errors must not repeat them.
  for (const input of [
    { id: crypto.randomUUID(), answers: [canaries.wrong], remember: true },
    { id: canaries.wrong, answers: [canaries.wrong], remember: true },
    { id: crypto.randomUUID(), answers: canaries.wrong, remember: canaries.wrong },
  ]) {
    await client.prompts.answer(input as never).then(
      () => expect.fail('it was taken'),
      (error: unknown) => {
        told += `${JSON.stringify(error)} ${String(error)} ${error instanceof Error ? error.stack : ''}`;
      },
    );
  }
  told += JSON.stringify([
    await client.inventory.exportFile(),
    await client.application.info(),
    await client.plans.audit({ text: '', states: [], before: null }),
    await client.plans.exportAudit({ text: '', states: [], format: 'json' }),
    await client.plans.exportAudit({ text: '', states: [], format: 'csv' }),
    await client.inventory.sshConfigOf({ id: ids[0] ?? '' }),
    await rows(),
    await open(),
  ]);
  ended.abort();
  await Promise.allSettled(streams);
  stopped = true;
  await hum.stop();
  const everything = `${told}\n${written(home)}`;
  for (const canary of Object.values(canaries)) expect(everything).not.toContain(canary);
  // The search would have found them: what is no secret is there.
  expect(told).toContain('Passphrase of ');
  expect(written(join(home, 'data'))).toContain('by password');
});
