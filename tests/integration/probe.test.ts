import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { readMemory } from '../../src/main/memory/memory.ts';
import { parseTcp } from '../../src/main/network/tcp.ts';
import probeScript from '../../src/main/probe/probe.sh?raw';
import { openProbe, type Probe } from '../../src/main/probe/probe.ts';
import xenProbeScript from '../../src/main/xen/scripts/probe.sh?raw';
import { type LocalHostOptions, type LocalSession, localSession } from '../support/local-session.ts';
import { patience, patienceMs } from '../support/patience.ts';

const execute = promisify(execFile);
const sessions: LocalSession[] = [];
const dir = mkdtempSync(join(tmpdir(), 'hum-probe-'));
afterAll(() => rm(dir, { recursive: true, force: true }));

async function probeOf(options: LocalHostOptions = {}): Promise<{ probe: Probe; session: LocalSession }> {
  const session = localSession('a', options);
  sessions.push(session);
  session.start();
  return { probe: await openProbe(session), session };
}

afterEach(async () => {
  for (const session of sessions.splice(0)) {
    for (const child of session.children) child.kill('SIGCONT');
    await session.stop();
  }
});

/** A list of interfaces without those that tests of lossy networks add and remove meanwhile (lossy-network.ts). */
const lasting = (interfaces: string) => interfaces.replace(/^.*\bhum\d+-\d+:.*\n/gm, '');

describe('the probe', () => {
  it('answers with the figures of this very machine', async () => {
    const { probe } = await probeOf();
    const { files } = await probe.request(['memory', 'pressure', 'load', 'cpu', 'uptime', 'tcp', 'network'], patienceMs);
    const meminfo = await readFile('/proc/meminfo', 'utf8');
    expect(readMemory(files)?.total).toBe(Number(/MemTotal: +(\d+)/.exec(meminfo)?.[1]) * 1024);
    const uptime = Number.parseFloat(await readFile('/proc/uptime', 'utf8'));
    expect(uptime - Number.parseFloat(files.get('uptime') ?? '')).toBeLessThan(5);
    const interfaces = (text: string) => [...lasting(text).matchAll(/^ *(\S+):/gm)].map((match) => match[1]);
    expect(interfaces(files.get('net/dev') ?? '')).toEqual(interfaces(await readFile('/proc/net/dev', 'utf8')));
  });

  it('finds the columns of TCP by their names, and sends nothing of a host that does not count', async () => {
    const told = async (names: string, values: string) => {
      const proc = join(dir, String(Math.random()));
      await mkdir(join(proc, 'net'), { recursive: true });
      await writeFile(join(proc, 'net/snmp'), `Ip: OutSegs RetransSegs\nIp: 1 2\n${names}\n${values}\nUdp: OutSegs\nUdp: 5\n`);
      return (await (await probeOf({ proc })).probe.request(['tcp'], patienceMs)).files.get('net/snmp');
    };
    const debian = new URL('../fixtures/proc/debian-12', import.meta.url).pathname;
    expect((await (await probeOf({ proc: debian })).probe.request(['tcp'], patienceMs)).files.get('net/snmp')).toBe('Tcp: 825509 556\n');
    expect(await told('Tcp: RetransSegs MaxConn OutSegs', 'Tcp: 3 -1 7')).toBe('Tcp: 7 3\n');
    expect(await told('Tcp: MaxConn OutSegs', 'Tcp: -1 7')).toBeUndefined();
    expect(await told('', '')).toBeUndefined();
    const old = new URL('../fixtures/proc/before-3.14', import.meta.url).pathname;
    expect([...(await (await probeOf({ proc: old })).probe.request(['tcp', 'memory'], patienceMs)).files.keys()]).not.toContain('net/snmp');
    const { files } = await (await probeOf()).probe.request(['tcp'], patienceMs);
    const [, here] = [...(await readFile('/proc/net/snmp', 'utf8')).matchAll(/^Tcp: .*$/gm)].map(([line]) => line.split(' ').map(Number));
    const sent = parseTcp(files.get('net/snmp') ?? '')?.sent ?? Number.NaN;
    expect((here?.[11] ?? 0) - sent).toBeGreaterThanOrEqual(0);
    expect((here?.[11] ?? 0) - sent).toBeLessThan(100_000);
  });

  it('tells facts and processes, which no file holds', async () => {
    const { probe } = await probeOf();
    const { sections } = await probe.request(['facts', 'processes'], patienceMs);
    const { stdout } = await execute('uname', ['-sr']);
    expect(sections.get('facts')).toContain(`kernel=${stdout.trim()}\n`);
    expect(sections.get('facts')).toContain(`boot_id=${(await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()}\n`);
    expect(sections.get('processes')).toMatch(/^\/proc\/\d+\/status:VmRSS:/m);
  });

  it('answers an unknown section with nothing, and any number of requests one after the other', async () => {
    const { probe } = await probeOf();
    for (let round = 1; round <= 50; round += 1) {
      const frame = await probe.request(['load'], patienceMs);
      expect(frame.seq).toBe(round);
      expect([...frame.files.keys()]).toEqual(['loadavg']);
    }
  });

  it('has one request under way at a time', async () => {
    const { probe } = await probeOf();
    const first = probe.request(['load'], patienceMs);
    await expect(probe.request(['load'], patienceMs)).rejects.toMatchObject({ problem: { code: 'conflict' } });
    await first;
  });

  it('says that a host does not answer in time, drops the late answer and goes on', async () => {
    const { probe, session } = await probeOf();
    await probe.request(['load'], patienceMs);
    for (const child of session.children) child.kill('SIGSTOP');
    await expect(probe.request(['load'], 50)).rejects.toMatchObject({ problem: { code: 'request-timeout', host: 'a' } });
    expect(probe.busy).toBe(true);
    const next = probe.request(['uptime'], patienceMs);
    for (const child of session.children) child.kill('SIGCONT');
    const frame = await next;
    expect(frame.seq).toBe(3);
    expect([...frame.files.keys()]).toEqual(['uptime']);
    expect(probe.busy).toBe(false);
  });

  it('is over when the script ends, for the request under way and for those after it', async () => {
    const { probe, session } = await probeOf();
    for (const child of session.children) child.kill('SIGSTOP');
    const lost = probe.request(['load'], patienceMs);
    for (const child of session.children) child.kill('SIGKILL');
    await expect(lost).rejects.toMatchObject({ problem: { code: 'connection-lost', host: 'a' } });
    await expect(probe.request(['load'], patienceMs)).rejects.toMatchObject({ problem: { code: 'connection-lost' } });
  });

  it.each([
    ['an answer that was not asked for', 'read -r l; printf "%s begin 7\\n%s end 7\\n" "$1" "$1"; cat', 'bad-answer'],
    ['the same answer twice', 'read -r l; for i in 1 2; do printf "%s begin 1\\n%s end 1\\n" "$1" "$1"; done; cat', 'bad-answer'],
    ['an endless answer', 'read -r l; echo "$1 begin 1"; exec yes', 'flooded'],
    ['an endless line', 'read -r l; echo "$1 begin 1"; exec cat /dev/zero', 'flooded'],
  ])('ends a host that sends %s', async (_, script, code) => {
    const { probe, session } = await probeOf({ script });
    await probe.request(['load'], patienceMs).catch(() => undefined);
    await vi.waitFor(async () => expect(session.children).toHaveLength(0), patience);
    await expect(probe.request(['load'], patienceMs)).rejects.toMatchObject({ problem: { code, host: 'a' } });
  });

  it('asks a kernel without MemAvailable for what its estimate needs', async () => {
    const old = new URL('../fixtures/proc/before-3.14', import.meta.url).pathname;
    const { probe } = await probeOf({ proc: old });
    const { files } = await probe.request(['memory', 'pressure'], patienceMs);
    expect(files.get('sys/vm/min_free_kbytes')).toBe('7686\n');
    expect(readMemory(files)).toMatchObject({ approximate: true, total: 3_692_580 * 1024, pressure: { memorySome: null } });
  });
});

describe('the script', () => {
  // Figures move between two runs; what they are of does not.
  const answer = async (command: string, script: string, requests: string, path = '') => {
    const [program = 'sh', ...flags] = command.split(' ');
    const running = execute(program, [...flags, '-c', script, 'sh', 'NONCE', '/proc'], {
      timeout: patienceMs,
      env: { ...process.env, PATH: `${path}:${process.env.PATH}` },
    });
    running.child.stdin?.end(requests);
    return lasting((await running).stdout)
      .replace(/\d+/g, '0')
      .replace(/ +/g, ' ');
  };
  const figures = '1 memory facts\n2 load nonsense uptime tcp network\n3 pressure cpu memory\n';
  const domains = '1 xen xen-load\n2 whole xen\n';

  it.each(['dash', 'bash', 'busybox ash', 'mksh', 'zsh --emulate sh'])('answers under %s as under sh', async (shell) => {
    expect(await answer(shell, probeScript, figures)).toBe(await answer('sh', probeScript, figures));
    expect(await answer(shell, xenProbeScript, domains)).toBe(await answer('sh', xenProbeScript, domains));
  });

  it.each(['mawk -W interactive', 'gawk', 'original-awk', 'busybox awk'])('answers with %s, each request as it comes', async (awk) => {
    const bin = join(dir, awk.replaceAll(' ', '-'));
    await mkdir(bin, { recursive: true });
    // The script prefers mawk, under that name.
    for (const name of ['awk', 'mawk']) {
      await writeFile(join(bin, name), `#!/bin/sh\n[ "$1" = -W ] && shift 2\nexec /usr/bin/${awk} "$@"\n`, { mode: 0o755 });
    }
    expect(await answer('sh', probeScript, figures, bin)).toBe(await answer('sh', probeScript, figures));
    const { probe } = await probeOf({ path: bin });
    for (let round = 1; round <= 3; round += 1) expect((await probe.request(['load'], patienceMs)).files.get('loadavg')).toMatch(/^\d/);
  });

  it.each([
    ['probe.sh', probeScript.replace(/getline[^<]*<|i > 0|[()] > 0/g, '')],
    ['xen/scripts/probe.sh', xenProbeScript],
  ])('%s writes to no file', (_, script) => {
    const commands = script.replace(/^ *#.*$/gm, '').replace(/2?>\/dev\/null|\d?>&[\d-]/g, '');
    expect(commands).not.toContain('>');
  });
});
