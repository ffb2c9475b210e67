import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pino } from 'pino';
import ssh2 from 'ssh2';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Demo, type DemoOptions, startDemo } from '../../src/main/demo/demo.ts';
import { createDemoService } from '../../src/main/demo/demo-service.ts';
import { newKeyPair } from '../../src/main/demo/keys.ts';
import { createFleet, type Fleet } from '../../src/main/fleet/fleet.ts';
import { readMemory } from '../../src/main/memory/memory.ts';
import { readNetwork } from '../../src/main/network/network.ts';
import { commandScript } from '../../src/main/plans/command-step.ts';
import fileRestore from '../../src/main/plans/file-restore.sh?raw';
import fileWrite from '../../src/main/plans/file-write.sh?raw';
import { openProbe } from '../../src/main/probe/probe.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import type { Session, TerminalChannel, TerminalListener } from '../../src/main/ssh/session.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import consoleScript from '../../src/main/terminals/console.sh?raw';
import shellScript from '../../src/main/terminals/shell.sh?raw';
import vmList from '../../src/main/terminals/vm-list.sh?raw';
import { createXen } from '../../src/main/xen/xen.ts';
import type { HostRow } from '../../src/shared/contract/fleet.ts';
import { patience, patienceMs } from '../support/patience.ts';

const root = resolve(import.meta.dirname, '../..');
// Below node_modules, so that the built file finds its packages.
const outDir = join(root, 'node_modules', '.cache', `hum-demo-test-${process.pid}`);
const serverPath = join(outDir, 'demo-server.mjs');
const workDir = mkdtempSync(join(tmpdir(), 'hum-demo-test-'));

const gate = createHandshakeGate();
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: join(root, 'src/main/demo/server.ts'),
      outDir,
      target: 'node24',
      rollupOptions: { output: { entryFileNames: 'demo-server.mjs' } },
    },
  });
});

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

afterAll(() => {
  rmSync(outDir, { recursive: true, force: true });
  rmSync(workDir, { recursive: true, force: true });
});

async function demoOf(options: Pick<DemoOptions, 'hosts' | 'speed' | 'seed'>): Promise<Demo> {
  const demo = await startDemo({ ...options, serverPath, workDir });
  cleanups.push(() => demo.stop());
  return demo;
}

function fleetOn(demo: Demo): Fleet {
  const fleet = createFleet({
    openSession: (host) => createSession(demo.target(host), { gate }),
    readers: { memory: readMemory, network: readNetwork },
  });
  cleanups.push(() => fleet.stop());
  fleet.setHosts(demo.hosts);
  return fleet;
}

function sessionTo(demo: Demo, name: string): Session {
  const host = demo.hosts.find((one) => one.name === name);
  if (!host) throw new Error(`the demo has no ${name}`);
  const session = createSession(demo.target(host), { gate, random: () => 0 });
  cleanups.push(() => session.stop());
  session.start();
  return session;
}

const online = (session: Session) => vi.waitFor(() => expect(session.status.state).toBe('online'), patience);

function rowOf(fleet: Fleet, name: string): HostRow {
  const row = fleet.row(`demo-${name}`);
  if (!row) throw new Error(`the fleet has no ${name}`);
  return row;
}

describe('a Xen host of the demo', () => {
  /** Commands as steps of plans run them. */
  async function programs(session: Session) {
    await online(session);
    return async (...argv: readonly string[]) => {
      const { code, stdout, stderr } = await session.run(commandScript, argv);
      return { code, text: stdout.toString() + stderr.toString() };
    };
  }

  it('obeys the commands of plans, each after the time that it takes', async () => {
    const command = await programs(sessionTo(await demoOf({ hosts: 1 }), 'xen01'));
    const listed = async () => (await command('xl', 'list')).text.split('\n').map((line) => line.split(/\s+/));
    const [, , first] = await listed();
    const name = first?.[0] ?? '';
    expect(await command('xl', 'pause', name)).toEqual({ code: 0, text: '' });
    expect((await listed())[2]).toMatchObject({ 0: name, 4: '--p---' });
    expect(await command('xl', 'unpause', name)).toEqual({ code: 0, text: '' });
    expect(await command('xl', 'shutdown', '-w', name)).toMatchObject({ code: 0 });
    expect((await listed()).some(([each]) => each === name)).toBe(false);
    expect(await command('xl', 'create', `/etc/xen/${name}.cfg`)).toEqual({ code: 0, text: `Parsing config from /etc/xen/${name}.cfg\n` });
    expect((await listed()).some(([each]) => each === name)).toBe(true);
    expect(await command('rm', '-rf', '/')).toMatchObject({ code: 127 });
  });

  it('is read by Hum: every domain, its file and what differs, and nothing to complain of', async () => {
    const demo = await demoOf({ hosts: 12 });
    const xen = createXen({ log: { info: () => undefined } });
    cleanups.push(() => xen.stop());
    const fleet = createFleet({
      openSession: (host) => createSession(demo.target(host), { gate }),
      readers: { memory: readMemory, network: readNetwork },
      followers: [xen],
    });
    cleanups.push(() => fleet.stop());
    fleet.setHosts(demo.hosts);
    const reachable = ['xen01', 'web01', 'db01', 'xen02', 'web03', 'xen03'].map((name) => `demo-${name}`);
    await vi.waitFor(
      () =>
        expect(
          xen
            .hosts()
            .map(({ host }) => host)
            .sort(),
        ).toEqual([...reachable].sort()),
      patience,
    );
    await Promise.all(reachable.map((host) => xen.refresh(host)));
    expect(xen.host('demo-web03')?.problem?.code).toBe('not-permitted');
    for (const { problem, memoryFree, host } of xen.hosts().filter(({ host }) => host !== 'demo-web03')) {
      expect({ host, problem }).toEqual({ host, problem: undefined });
      expect(memoryFree).toBeGreaterThan(0);
    }
    const rows = xen.domains().filter((row) => !row.facts.control);
    expect(rows.filter(({ host }) => host === 'demo-xen02')).toHaveLength(50);
    const first = rows.filter(({ host }) => host === 'demo-xen01');
    for (const state of ['paused', 'crashed', 'off']) expect(first.some(({ load }) => load.state === state)).toBe(true);
    const edited = first.filter(({ facts }) => facts.differs.length > 0);
    expect(edited.map(({ facts }) => facts.differs)).toEqual([expect.arrayContaining(['memory', 'vcpus'])]);
    expect(rows.filter(({ facts, host }) => facts.differs.length > 0 && host !== 'demo-xen01')).toEqual([]);
    expect(first.filter(({ facts }) => facts.configFile === null)).toHaveLength(1);
    const config = await xen.config({ host: 'demo-xen01', key: edited[0]?.key ?? '' });
    expect(config.disk?.text).toContain('memory = ');
    expect(config.differences.map(({ setting }) => setting)).toEqual(edited[0]?.facts.differs);
  });

  it('keeps what is written into its files, and the file before', async () => {
    const session = sessionTo(await demoOf({ hosts: 1 }), 'xen01');
    await online(session);
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const run = async (script: string, args: readonly string[], stdin = '') => (await session.run(script, args, { stdin })).code;
    const [path, one, two] = ['/etc/xen/new.cfg', 'name = "new"\n', 'name = "newer"\n'];
    expect(await run(fileWrite, [path, '.hum-1', '', hash(one)], 'name = ')).toBe(83);
    expect(await run(fileWrite, [path, '.hum-1', '', hash(one)], one)).toBe(0);
    expect(await run(fileWrite, [path, '.hum-2', hash(two), hash('other')], 'other')).toBe(81);
    expect(await run(fileWrite, [path, '.hum-2', hash(one), hash(two)], two)).toBe(0);
    expect(await run(fileRestore, [path, '.hum-2', hash(one), hash(two)])).toBe(0);
    expect(await run(fileWrite, [path, '.hum-3', hash(one), hash(two)], two)).toBe(0);
  });

  it('has a shell that says what it is, knows a few commands, goes through its folders, and ends with the status it is told', async () => {
    const session = sessionTo(await demoOf({ hosts: 1 }), 'xen01');
    await online(session);
    const open = async (start: (listener: TerminalListener) => Promise<TerminalChannel>) => {
      const heard = { text: '', code: undefined as number | null | undefined };
      const channel = await start({
        data: (chunk) => {
          heard.text += chunk.toString();
        },
        end: (how) => {
          heard.code = 'code' in how ? how.code : null;
        },
      });
      const says = (text: string) => vi.waitFor(() => expect(heard.text).toContain(text), patience);
      const types = async (typed: string, printed: string) => {
        heard.text = '';
        channel.write(`${typed}\r`);
        await says(printed);
      };
      return { heard, channel, says, types };
    };
    const options = { term: 'xterm-256color', columns: 80, rows: 24 };
    const { heard, channel, says, types } = await open((listener) => session.shell(options, listener));
    await says('This host is simulated');
    await types('ls /', 'etc');
    await types('cd /etc/xen', '\u001b]7;file://xen01/etc/xen\u001b\\');
    await types('ls', '.cfg\r\n');
    await types('free', 'Mem: ');
    await types('uptime', 'load average: ');
    await types('xl list', 'Domain-0 ');
    await types('reboot', 'command not found');
    await types('echo "ü🐚\u007f" $?', '" 127');
    channel.resize({ columns: 132, rows: 43 });
    await types('stty size', '\r\n43 132\r\n');
    await types('sleep 1000', 'sleep 1000\r\n');
    channel.write('\u0003');
    await says('^C');
    channel.write('exit 3\r');
    await vi.waitFor(() => expect(heard.code).toBe(3), patience);

    const later = await open((listener) => session.terminal(shellScript, ['/etc/xen'], options, listener));
    await later.types('pwd', '\r\n/etc/xen\r\n');
    const lost = await open((listener) => session.terminal(shellScript, ['/nowhere'], options, listener));
    await lost.says('no way into /nowhere any more');
    await lost.types('pwd', '\r\n/root\r\n');
    lost.channel.write('\u0004');
    await vi.waitFor(() => expect(lost.heard.code).toBe(0), patience);
  });

  it('has a console that is logged into, typed at, resized, held against others and left', async () => {
    const session = sessionTo(await demoOf({ hosts: 1 }), 'xen01');
    await online(session);
    const list = (await session.run(vmList)).stdout.toString();
    const [, id = '', name = ''] = /^\S{36} {2}(\d+) {4}(\S+) *$/m.exec(list.slice(list.indexOf('Domain-0'))) ?? [];
    const open = async () => {
      const heard = { text: '', code: undefined as number | null | undefined };
      const channel = await session.terminal(
        consoleScript,
        [id],
        { term: 'xterm', columns: 80, rows: 24 },
        {
          data: (chunk) => {
            heard.text += chunk.toString();
          },
          end: (how) => {
            heard.code = 'code' in how ? how.code : null;
          },
        },
      );
      return { heard, channel };
    };
    const { heard, channel } = await open();
    const says = (text: string) => vi.waitFor(() => expect(heard.text).toContain(text), patience);
    await says(`${name} login: `);
    channel.write('root\r');
    await says('Password: ');
    channel.write('secret\r');
    await says(`root@${name}:~# `);
    channel.resize({ columns: 132, rows: 43 });
    channel.write('stty size\r');
    await says('\r\n43 132\r\n');
    expect(heard.text).not.toContain('secret');
    const second = await open();
    await vi.waitFor(() => expect(second.heard.code).toBe(11), patience);
    expect(second.heard.text).toContain('holds the console');
    channel.write('\u001d');
    await vi.waitFor(() => expect(heard.code).toBe(0), patience);
    const third = await open();
    third.channel.write('root\rx\rpoweroff\r');
    await vi.waitFor(() => expect(third.heard.code).toBe(0), patience);
    expect(third.heard.text).toContain('going down for poweroff');
  });
});

describe('the demo fleet', () => {
  it('shows twelve hosts by default, each in the state of its story', async () => {
    const demo = await demoOf({ hosts: 12 });
    const fleet = fleetOn(demo);
    await vi.waitFor(() => expect(fleet.rows().filter((row) => row.live !== null)).toHaveLength(10), patience);
    await vi.waitFor(() => expect(rowOf(fleet, 'mail01').status.state).toBe('host-key-changed'), patience);
    await vi.waitFor(() => expect(rowOf(fleet, 'mon01').status.state).toBe('auth-failed'), patience);
    const changed = rowOf(fleet, 'mail01').status;
    expect(changed.knownKeys).toHaveLength(1);
    expect(changed.knownKeys?.[0]?.fingerprint).not.toBe(changed.offeredKey?.fingerprint);

    const old = rowOf(fleet, 'db02').live;
    expect(old).toMatchObject({ memoryApproximate: true, pressureSome: null, oomKills: null });
    expect(rowOf(fleet, 'backup01').live?.tookMs).toBeGreaterThan(1400);
    for (const { host, live } of fleet.rows()) {
      expect(host).toMatchObject({ origin: 'demo', enabled: true });
      if (!live) continue;
      expect(live.memoryUsed).toBeGreaterThan(0);
      expect(live.memoryUsed).toBeLessThanOrEqual(live.memoryTotal);
      expect(live.cores).toBeGreaterThan(0);
      expect(live.uptimeMs).toBeGreaterThan(0);
    }
  });

  it('shows values that move within a minute', async () => {
    const demo = await demoOf({ hosts: 12, speed: 60 });
    const fleet = fleetOn(demo);
    await vi.waitFor(() => expect(rowOf(fleet, 'web01').live).not.toBeNull(), patience);
    const before = rowOf(fleet, 'web01').live?.memoryUsed ?? 0;
    await vi.waitFor(async () => {
      await fleet.sweep(['demo-web01']);
      const live = rowOf(fleet, 'web01').live;
      expect(Math.abs((live?.memoryUsed ?? 0) - before) / before).toBeGreaterThan(0.005);
    }, patience);
  });

  it('lets a leak end in an OOM kill that frees the memory and changes the process', async () => {
    const demo = await demoOf({ hosts: 3, speed: 60 });
    const fleet = fleetOn(demo);
    await vi.waitFor(() => expect(rowOf(fleet, 'web02').live).not.toBeNull(), patience);
    const processes = async () => (await fleet.processes('demo-web02')).processes;
    // At this speed it is killed every few seconds, and small for a while after that.
    const [before, leaking] = await vi.waitFor(async () => {
      await fleet.sweep();
      const { live } = rowOf(fleet, 'web02');
      const found = (await processes()).find((one) => one.command === 'node');
      expect(found?.residentBytes).toBeGreaterThan(512 * 1024 ** 2);
      return [live, found] as const;
    }, patience);
    expect(leaking?.user).toBe('www-data');
    await vi.waitFor(async () => {
      await fleet.sweep();
      const now = rowOf(fleet, 'web02').live;
      expect(now?.oomKills).toBeGreaterThan(before?.oomKills ?? 0);
      expect(now?.memoryUsed).toBeLessThan(before?.memoryUsed ?? 0);
      expect((await processes()).map((one) => one.pid)).not.toContain(leaking?.pid);
    }, patience);
  });

  it('has a host that goes away and comes back as after a reboot', async () => {
    const demo = await demoOf({ hosts: 12, speed: 15 });
    const session = sessionTo(demo, 'xen03');
    const states: string[] = [];
    session.onStatus((status) => states.push(status.state));
    const bootId = async () => {
      const probe = await openProbe(session);
      const frame = await probe.request(['facts'], patienceMs);
      return /^boot_id=(.+)$/m.exec(JSON.stringify(Object.fromEntries(frame.sections)).replaceAll('\\n', '\n'))?.[1];
    };
    // It may go away just when it is asked.
    const patiently = { ...patience, interval: 300 };
    await online(session);
    const before = await vi.waitFor(bootId, patiently);
    await vi.waitFor(
      () => expect(session.status).toMatchObject({ state: 'unreachable', problem: { code: 'connection-refused' } }),
      patience,
    );
    await vi.waitFor(() => {
      session.retryNow();
      expect(session.status.state).toBe('online');
    }, patiently);
    expect(before).toMatch(/^[0-9a-f-]{36}/);
    expect(await vi.waitFor(bootId, patiently)).not.toBe(before);
    expect(states).toContain('unreachable');
  });

  it('says that it knows no other script, with the status of a missing command', async () => {
    const demo = await demoOf({ hosts: 1 });
    const session = sessionTo(demo, 'xen01');
    await online(session);
    const result = await session.run('uptime');
    expect(result.code).toBe(127);
    expect(result.stderr.toString()).toContain('xen01 is simulated');
  });

  it("lets nobody in but the demo's own key", async () => {
    const demo = await demoOf({ hosts: 1 });
    const stranger = newKeyPair().private;
    for (const credentials of [{ privateKey: stranger }, { password: 'demo' }, {}]) {
      const client = new ssh2.Client();
      const outcome = await new Promise((settle) => {
        client.once('ready', () => settle('in')).on('error', (error) => settle(error.message));
        client.connect({ host: '127.0.0.1', port: demo.hosts[0]?.port ?? 0, username: 'root', ...credentials });
      });
      client.end();
      expect(outcome).toMatch(/authentication methods failed/i);
    }
  });

  it('keeps its key to itself and takes everything along when it stops', async () => {
    const demo = await demoOf({ hosts: 3 });
    const host = demo.hosts[0];
    if (!host) throw new Error('no host');
    const { keyFiles, agent } = demo.target(host);
    const keyFile = keyFiles[0] ?? '';
    expect(agent).toBeUndefined();
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(keyFile)).mode & 0o777).toBe(0o700);
    const exits = vi.fn();
    demo.onExit(exits);
    await demo.stop();
    await vi.waitFor(() => expect(exits).toHaveBeenCalledTimes(1), patience);
    expect(existsSync(keyFile)).toBe(false);
    expect(readdirSync(workDir)).toEqual([]);
    await demo.stop();
  });

  it('fails with a problem, not with a crash, when its process cannot run', async () => {
    await expect(startDemo({ hosts: 1, serverPath: join(workDir, 'nothing.mjs'), workDir })).rejects.toMatchObject({
      problem: { code: 'demo-failed' },
    });
    await expect(startDemo({ hosts: 1, serverPath, execPath: join(workDir, 'no-node'), workDir })).rejects.toMatchObject({
      problem: { code: 'demo-failed' },
    });
    expect(readdirSync(workDir)).toEqual([]);
  });

  it('that was killed with its console leaves nothing to the next one, which may stop it while it starts', async () => {
    const folder = join(workDir, 'service');
    mkdirSync(join(folder, 'left'), { recursive: true });
    const service = createDemoService({ serverPath, workDir: folder, log: pino({ level: 'silent' }) });
    expect(existsSync(folder)).toBe(false);
    const starting = expect(service.start(3)).rejects.toMatchObject({ problem: { code: 'cancelled' } });
    await service.stop();
    await starting;
    expect(service.state).toEqual({ running: false, hosts: 0 });
    expect(existsSync(folder)).toBe(false);
  });

  it('dies with a console that is killed', async () => {
    const file = join(outDir, 'console.mjs');
    writeFileSync(
      file,
      `import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
       const child = fork(${JSON.stringify(serverPath)});
       child.on('message', (ready) => process.send({ pid: child.pid, ready: ready.kind }));
       child.send(${JSON.stringify({ hosts: 2, seed: 1, speed: 1, clientKey: newKeyPair().public })});`,
    );
    const parent = fork(file);
    const { pid, ready } = await new Promise<{ pid: number; ready: string }>((settle) => {
      parent.once('message', (message) => settle(message as { pid: number; ready: string }));
    });
    expect(ready).toBe('ready');
    parent.kill('SIGKILL');
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), patience);
  });
});
