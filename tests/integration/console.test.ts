import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContractRouterClient } from '@orpc/contract';
import { createRouterClient, ORPCError } from '@orpc/server';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Console, createConsole } from '../../src/main/console.ts';
import { memoryVault } from '../../src/main/prompts/vault.ts';
import { openConfStore } from '../../src/main/web/store.ts';
import type { FleetEvent, HostRow, HostState } from '../../src/shared/contract/fleet.ts';
import type { contract } from '../../src/shared/contract/index.ts';
import type { HostDraft } from '../../src/shared/contract/inventory.ts';
import type { Problem } from '../../src/shared/errors.ts';
import { patienceMs } from '../support/patience.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';

type Client = ContractRouterClient<typeof contract>;

let rig: Rig;
let server: Server;
let key: KeyPair;
let home: string;
let hum: Console;
let client: Client;
const realHome = process.env.HOME;
const realAgent = process.env.SSH_AUTH_SOCK;

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  server = await rig.sshd();
});
afterAll(async () => {
  await rig.close();
});

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'hum-home-'));
  mkdirSync(join(home, '.ssh'), { mode: 0o700 });
  process.env.HOME = home;
  delete process.env.SSH_AUTH_SOCK;
  await open();
});
afterEach(async () => {
  await hum.stop();
  process.env.HOME = realHome;
  if (realAgent !== undefined) process.env.SSH_AUTH_SOCK = realAgent;
  rmSync(home, { recursive: true, force: true });
});

async function open(): Promise<void> {
  hum = await createConsole({
    shell: 'web',
    dataDir: join(home, 'data'),
    openStore: openConfStore,
    demoServerPath: 'not-started-here',
    vault: memoryVault(),
    log: pino({ level: 'silent' }),
  });
  const { context } = hum.attach({ id: 'test', writable: () => Promise.resolve() });
  client = createRouterClient(hum.router, { context });
}

function draft(change: Partial<HostDraft> = {}): HostDraft {
  return { address: '127.0.0.1', name: 'box', port: server.port, user: rig.user, keyFile: key.path, group: null, tags: [], ...change };
}

/** Follows the fleet until the one host is as wanted. */
async function rowWhen(wanted: (row: HostRow) => boolean): Promise<HostRow> {
  const ended = AbortSignal.timeout(patienceMs);
  let row: HostRow | undefined;
  for await (const event of await client.fleet.watch(undefined, { signal: ended })) {
    row = applied(row, event);
    if (row && wanted(row)) return row;
  }
  throw new Error(`the host stayed ${row?.status.state}: ${row?.status.problem?.message ?? 'no problem'}`);
}

function applied(row: HostRow | undefined, event: FleetEvent): HostRow | undefined {
  if (event.kind === 'snapshot') return event.rows[0];
  const added = event.added?.[0] ?? row;
  const patch = event.changed?.find((change) => change.id === added?.host.id);
  return added && patch ? { ...added, ...patch } : added;
}

const inState = (state: HostState) => (row: HostRow) => row.status.state === state;

async function refusal(call: Promise<unknown>): Promise<Problem> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ORPCError && error.code === 'PROBLEM') return error.data as Problem;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('the console', () => {
  it('shows an added host with true figures once a person has trusted its key, and again after a restart', async () => {
    const { ids } = await client.inventory.add(draft());
    const unknown = await rowWhen(inState('host-key-unknown'));
    expect(unknown.status.offeredKey).toMatchObject({ type: 'ssh-ed25519', fingerprint: server.hostKeys[0]?.fingerprint });
    expect(unknown.live).toBeNull();

    const fingerprint = unknown.status.offeredKey?.fingerprint ?? '';
    expect(await client.fleet.trustHostKeys({ keys: [{ id: ids[0] ?? '', fingerprint }] })).toEqual({ trusted: 1, refused: [] });
    const online = await rowWhen((row) => row.live !== null);
    expect(online.status.state).toBe('online');
    const total = Number(/MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
    const available = Number(/MemAvailable:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) * 1024;
    expect(online.live?.memoryTotal).toBe(total);
    expect(Math.abs((online.live?.memoryUsed ?? 0) - (total - available))).toBeLessThan(total * 0.1);
    expect(readFileSync(join(home, '.ssh', 'known_hosts'), 'utf8')).toContain(`[127.0.0.1]:${server.port} ssh-ed25519 `);

    await hum.stop();
    await open();
    expect((await rowWhen(inState('online'))).host).toMatchObject({ id: ids[0], name: 'box' });
  });

  it('walks a connection test to its first sample and stores nothing', async () => {
    const steps = await Array.fromAsync(await client.inventory.test(draft()));
    expect(steps.map(({ stage, outcome }) => `${stage} ${outcome}`)).toEqual([
      'resolve done',
      'connect done',
      'handshake done',
      'host-key done',
      'login done',
      'shell done',
      'sample done',
    ]);
    expect(steps[3]?.note).toContain(server.hostKeys[0]?.fingerprint);
    expect(steps[6]?.note).toMatch(/^[\d.]+ [GM]iB of [\d.]+ GiB memory used$/);
    expect(() => readFileSync(join(home, '.ssh', 'known_hosts'))).toThrow('ENOENT');
    expect(JSON.parse((await client.inventory.exportFile()).text).hosts).toEqual([]);
  });

  it('says at which step a connection test failed, why, and what to do', async () => {
    const stranger = await rig.clientKey({ accepted: false });
    const steps = await Array.fromAsync(await client.inventory.test(draft({ keyFile: stranger.path })));
    const failed = steps.find((step) => step.outcome === 'failed');
    expect(failed).toMatchObject({ stage: 'login', problem: { code: 'auth-failed' } });
    expect(failed?.problem?.hint).not.toBe('');
    expect(steps.map((step) => step.outcome)).toEqual(['done', 'done', 'done', 'done', 'failed', 'skipped', 'skipped']);
  });

  it('imports what is ticked of ~/.ssh/config, once', async () => {
    writeFileSync(
      join(home, '.ssh', 'config'),
      `Host box\n  HostName 127.0.0.1\n  Port ${server.port}\n  User ${rig.user}\n  IdentityFile ${key.path}\nHost *.example.org\n  User nobody\n`,
    );
    const scan = await client.inventory.scanSshConfig();
    expect(scan.candidates).toMatchObject([{ alias: 'box', address: '127.0.0.1', port: server.port, known: false }]);
    expect(scan.wildcards).toEqual(['*.example.org']);
    expect((await client.inventory.importSshConfig({ aliases: ['box'] })).ids).toHaveLength(1);
    expect((await client.inventory.scanSshConfig()).candidates[0]?.known).toBe(true);
    expect((await client.inventory.importSshConfig({ aliases: ['box'] })).ids).toEqual([]);
    expect((await refusal(client.inventory.importSshConfig({ aliases: ['gone'] }))).code).toBe('not-found');
    expect((await rowWhen(inState('host-key-unknown'))).host).toMatchObject({ name: 'box', origin: 'ssh-config' });
  });

  it('changes nothing when an import file has an error, and names the line', async () => {
    const text = '{ "format": "hum-inventory", "version": 1,\n  "hosts": [ { "name": "a" } ] }';
    const refused = await client.inventory.importFile({ text });
    expect(refused.kind === 'refused' && refused.errors.map((error) => `${error.line} ${error.path}`)).toContain('2 hosts.0.address');
    expect(JSON.parse((await client.inventory.exportFile()).text).hosts).toEqual([]);
  });

  it('takes an export back, and skips what is there', async () => {
    await client.inventory.add(draft({ address: 'n[1-2].invalid', name: null }));
    const { text } = await client.inventory.exportFile();
    expect(await client.inventory.importFile({ text })).toEqual({ kind: 'imported', added: 0, skipped: ['n1.invalid', 'n2.invalid'] });
  });

  it.each([
    ['an address that ssh would take for an option', { address: '-oProxyCommand=reboot' }],
    ['a user with a newline', { user: 'root\nreboot' }],
    ['a port out of range', { port: 65_536 }],
  ])('refuses %s with a reason, before any service sees it', async (_, change) => {
    const problem = await refusal(client.inventory.add(draft(change)));
    expect(problem).toMatchObject({ code: 'bad-input' });
    expect(problem.hint).not.toBe('');
  });

  it('refuses a value of the wrong shape from the renderer', async () => {
    const hostile = client.inventory as unknown as { remove(input: unknown): Promise<unknown> };
    expect((await refusal(hostile.remove({ ids: [{ $ne: 1 }] }))).code).toBe('bad-input');
    expect((await refusal(hostile.remove({ ids: ['../../etc'] }))).code).toBe('bad-input');
    expect((await refusal(hostile.remove(null))).code).toBe('bad-input');
  });

  it('keeps two windows in step', async () => {
    const other = createRouterClient(hum.router, { context: hum.attach({ id: 'other', writable: () => Promise.resolve() }).context });
    const seen = other.fleet.watch();
    const events = await seen;
    expect((await events.next()).value).toMatchObject({ kind: 'snapshot', rows: [] });
    await client.inventory.add(draft({ address: 'n1.invalid', name: null }));
    expect((await events.next()).value).toMatchObject({ kind: 'patch', added: [{ host: { name: 'n1.invalid' } }] });
    await events.return?.();
  });

  it('sets a damaged inventory aside, says so, and starts', async () => {
    await hum.stop();
    writeFileSync(join(home, 'data', 'inventory.json'), '{"hosts": [{"name": "ha');
    await open();
    const { notices } = await client.application.info();
    expect(notices).toMatchObject([{ code: 'settings-damaged' }]);
    await client.inventory.add(draft({ address: 'n1.invalid', name: null }));
  });
});
