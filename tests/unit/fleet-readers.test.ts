import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuRatios, estimateCores, parseCpuTimes } from '../../src/main/fleet/cpu.ts';
import { parseFacts } from '../../src/main/fleet/facts.ts';
import { parseLoadAverages } from '../../src/main/fleet/load.ts';
import { ProcessRequests } from '../../src/main/fleet/process-requests.ts';
import { parseProcesses } from '../../src/main/fleet/processes.ts';
import { type Counters, readSample } from '../../src/main/fleet/sample.ts';
import { parseUptime } from '../../src/main/fleet/uptime.ts';
import { readMemory } from '../../src/main/memory/memory.ts';
import { readNetwork } from '../../src/main/network/network.ts';
import { type Frame, FrameParser } from '../../src/main/probe/frames.ts';
import { type SeriesName, seriesNames } from '../../src/shared/contract/fleet.ts';

const fixture = (path: string) => readFileSync(new URL(`../fixtures/proc/debian-12/${path}`, import.meta.url));
const recorded: Frame[] = [];
new FrameParser({ nonce: '00112233445566778899aabbccddeeff', proc: '/proc' }, (frame) => recorded.push(frame)).push(fixture('frames.txt'));
const [first, second, withFacts, withProcesses] = recorded as [Frame, Frame, Frame, Frame];
const readers = { memory: readMemory, network: readNetwork };

function sampleOf(frame: Frame, previous: Counters | null, change: (text: string, path: string) => string = (text) => text) {
  const files = new Map([...frame.files].map(([path, text]) => [path, change(text, path)]));
  const sample = readSample(files, { at: 1000, tookMs: 3.17, intervalMs: 5000, diskFullest: null, cores: null, previous }, readers);
  if (sample === null) throw new Error('no sample');
  const value = (name: SeriesName) => sample.sample.values[seriesNames.indexOf(name)];
  return { ...sample, value };
}

describe('the small files of /proc', () => {
  it('tell load averages', () => {
    expect(parseLoadAverages('0.22 0.18 0.10 1/98 13759\n')).toEqual({ load1: 0.22, load5: 0.18, load15: 0.1 });
    expect(parseLoadAverages('')).toBeNull();
    expect(parseLoadAverages('a b c')).toBeNull();
  });

  it('tell the uptime in seconds, which are made ms', () => {
    expect(parseUptime('3335.56 6346.81\n')).toBe(3_335_560);
    expect(parseUptime('')).toBeNull();
    expect(parseUptime('-3')).toBeNull();
  });

  it('tell what the CPUs did', () => {
    const text = fixture('stat').toString();
    const [, user = 0, nice = 0, system = 0, idle, iowait, irq = 0, softirq = 0, steal] = (text.split('\n')[0] ?? '')
      .split(/ +/)
      .map(Number);
    expect(parseCpuTimes(text)).toEqual({ user: user + nice, system: system + irq + softirq, idle, iowait, steal });
    expect(parseCpuTimes('cpu  1 2 3 4\n')).toEqual({ user: 3, system: 3, idle: 4, iowait: 0, steal: 0 });
    expect(parseCpuTimes('cpu  1 2 x 4\n')).toBeNull();
    expect(parseCpuTimes('')).toBeNull();
  });

  it('tell how many CPUs there are, nearly, before the facts do', () => {
    const times = parseCpuTimes(first.files.get('stat') ?? '');
    const uptime = parseUptime(first.files.get('uptime') ?? '');
    expect(times !== null && uptime !== null && estimateCores(times, uptime)).toBe(2);
  });
});

describe('CPU ratios', () => {
  const times = fc.record({
    user: fc.nat(1e6),
    system: fc.nat(1e6),
    idle: fc.nat(1e6),
    iowait: fc.nat(1e6),
    steal: fc.nat(1e6),
  });

  it('are each within 0..1, or unknown', () => {
    fc.assert(
      fc.property(times, times, (before, after) => {
        const ratios = cpuRatios(before, after);
        if (ratios === null) return;
        for (const ratio of Object.values(ratios)) expect(ratio >= 0 && ratio <= 1).toBe(true);
        expect(ratios.user + ratios.system + ratios.steal).toBeCloseTo(ratios.used, 9);
      }),
    );
  });

  it('are unknown when no time has passed or the counters began anew', () => {
    const at = { user: 5, system: 5, idle: 5, iowait: 5, steal: 5 };
    expect(cpuRatios(at, at)).toBeNull();
    expect(cpuRatios(at, { ...at, user: 4, idle: 9 })).toBeNull();
  });

  it('take a falling iowait for none', () => {
    expect(cpuRatios({ user: 0, system: 0, idle: 0, iowait: 9, steal: 0 }, { user: 1, system: 0, idle: 3, iowait: 5, steal: 0 })).toEqual({
      used: 0.25,
      user: 0.25,
      system: 0,
      iowait: 0,
      steal: 0,
    });
  });
});

describe('facts', () => {
  it('are read of what a real machine told', () => {
    expect(parseFacts(withFacts.sections.get('facts') ?? '', 42)).toEqual({
      hostName: 'host',
      kernel: 'Linux 6.18.44',
      toolstack: null,
      distribution: 'Debian GNU/Linux 12 (bookworm)',
      architecture: 'x86_64',
      cores: 2,
      bootId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      bootedAt: 42,
    });
  });

  it.each([
    ['PRETTY_NAME="A \\"quoted\\" \\$name"', 'A "quoted" $name'],
    ["PRETTY_NAME='Alpine Linux v3.20'", 'Alpine Linux v3.20'],
    ['PRETTY_NAME=Arch', 'Arch'],
    ['PRETTY_NAME="', '"'],
    ['release=CentOS release 6.10 (Final)', 'CentOS release 6.10 (Final)'],
    ['PRETTY_NAME="a\u202eb"', 'a\\u{202e}b'],
    ['', ''],
  ])('name the distribution of %j as %j', (line, distribution) => {
    expect(parseFacts(`${line}\n`, 0).distribution).toBe(distribution);
  });

  it('have no cores rather than nonsense', () => {
    expect(parseFacts('cores=many\n', 0).cores).toBe(0);
    expect(parseFacts('cores=-2\n', 0).cores).toBe(0);
  });
});

describe('processes', () => {
  it('are the largest first, with the names of their users', () => {
    const rows = parseProcesses(withProcesses.sections.get('processes') ?? '');
    expect(rows).toHaveLength(10);
    expect(rows[0]).toEqual({ pid: 1, user: 'root', command: 'init', residentBytes: 17_828 * 1024 });
    expect(rows.map((row) => row.residentBytes)).toEqual(rows.map((row) => row.residentBytes).sort((a, b) => b - a));
  });

  it('show a user without a name as the number, leave out one that has ended, and make odd names visible', () => {
    const text = [
      '/proc/7/status:Name:\tevil\u001b[2J\u202e',
      '/proc/7/status:Uid:\t4242\t0\t0\t0',
      '/proc/7/status:VmRSS:\t     100 kB',
      '/proc/8/status:Name:\tgone',
      '/etc/passwd:root:x:0:0:root:/root:/bin/sh',
    ].join('\n');
    expect(parseProcesses(text)).toEqual([{ pid: 7, user: '4242', command: 'evil\\e[2J\\u{202e}', residentBytes: 102_400 }]);
  });

  it('stay ten and never fail, whatever a host prints', () => {
    const piece = fc.oneof(
      fc.constantFrom('/proc/1/status:', 'Name:', 'Uid:\t0', 'VmRSS:', '\n', '/etc/passwd:', ':', '9 kB'),
      fc.string({ maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(parseProcesses(pieces.join('')).length).toBeLessThanOrEqual(10);
      }),
    );
    const many = Array.from(
      { length: 3000 },
      (_, pid) => `/p/${pid}/status:Name:\tx\n/p/${pid}/status:Uid:\t0\n/p/${pid}/status:VmRSS:\t${pid} kB\n`,
    );
    expect(parseProcesses(many.join(''))).toHaveLength(10);
  });
});

describe('a request for processes', () => {
  it('is sent again when it joined one that was under way without it', async () => {
    const requests = new ProcessRequests();
    const text = withProcesses.sections.get('processes') ?? '';
    let asked = 0;
    const rows = await requests.wait(async () => {
      asked += 1;
      if (asked === 2) requests.answer(text);
    });
    expect(rows).toEqual(parseProcesses(text));
    expect(asked).toBe(2);
  });

  it('ends when a host answers everything but that', async () => {
    const requests = new ProcessRequests();
    await expect(requests.wait(async () => undefined)).rejects.toMatchObject({ problem: { code: 'bad-answer' } });
    expect(requests.any).toBe(false);
  });
});

describe('a sample', () => {
  it('has no rates before there is another one, and true ones after', () => {
    const before = sampleOf(first, null);
    expect(before.live.cpuUsed).toBeNull();
    expect(before.value('cpuUser')).toBeNull();
    const after = sampleOf(second, before.counters);
    const ticks = (frame: Frame) => (frame.files.get('stat') ?? '').trim().split(/ +/).slice(1).map(Number);
    const [then, now] = [ticks(first), ticks(second)];
    const passed = now.map((value, index) => value - (then[index] ?? 0));
    const all = passed.reduce((sum, value) => sum + value, 0);
    expect(after.live.cpuUsed).toBeCloseTo(1 - ((passed[3] ?? 0) + (passed[4] ?? 0)) / all, 4);
    expect(after.value('swapInPerSecond')).toBe(0);
    expect(after.value('networkReceivePerSecond')).toBeNull();
  });

  it('measures rates by the uptime of the host, not by when answers arrive', () => {
    const before = sampleOf(second, null);
    const after = sampleOf(second, before.counters, (text, path) => {
      if (path === 'uptime') return text.replace('3335.56', '3337.56');
      if (path === 'vmstat') return text.replace('pswpout 0', 'pswpout 10');
      return text.replace('694352633', '694354633');
    });
    expect(after.value('networkReceivePerSecond')).toBe(1000);
    expect(after.value('swapOutPerSecond')).toBe(20_480);
  });

  it('has no rate, rather than a negative one, when a counter was reset', () => {
    const before = sampleOf(second, null);
    const after = sampleOf(second, before.counters, (text, path) =>
      path === 'uptime' ? '3340.00 1.00\n' : text.replace('694352633', '5'),
    );
    expect(after.value('networkReceivePerSecond')).toBeNull();
    expect(after.value('networkTransmitPerSecond')).toBe(0);
  });

  it('has no network rate when an interface has come or gone', () => {
    const before = sampleOf(second, null);
    const after = sampleOf(second, before.counters, (text, path) =>
      path === 'uptime' ? '3340.00 1.00\n' : text.replace('eth0:', 'eth1:'),
    );
    expect(after.value('networkReceivePerSecond')).toBeNull();
  });

  it('keeps ratios short for the wire', () => {
    const { value } = sampleOf(second, null);
    expect(value('pressureCpuSome')).toBe(0.0103);
  });

  it('is none without memory figures', () => {
    expect(readSample(new Map(), { at: 0, tookMs: 1, intervalMs: 1, diskFullest: null, cores: null, previous: null }, readers)).toBeNull();
  });

  it('has only numbers that are numbers, whatever a host makes up', () => {
    const number = fc.oneof(
      fc.constantFrom('1e999', '-1', 'NaN', '9'.repeat(400), '0x10', '', '18446744073709551615'),
      fc.nat().map(String),
    );
    const paths = [...second.files.keys()];
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 5 }), fc.array(number, { minLength: 1, maxLength: 5 }), (one, two) => {
        const made = (numbers: readonly string[]) => {
          let index = 0;
          const text = (path: string) =>
            second.files.get(path)?.replace(/(?<=\s)\d[\d.]*/g, () => numbers[index++ % numbers.length] ?? '') ?? '';
          return new Map(paths.map((path) => [path, text(path)]));
        };
        const at = { at: 1, tookMs: 1, intervalMs: 1, cores: null, diskFullest: null };
        const before = readSample(made(one), { ...at, previous: null }, readers);
        const after = readSample(made(two), { ...at, previous: before?.counters ?? null }, readers);
        for (const value of [...(after?.sample.values ?? []), ...Object.values(after?.live ?? {})]) {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
        }
      }),
    );
  });

  it('can do with a host that tells nothing but memory', () => {
    const { live } = sampleOf(first, null, (text, path) => (path === 'meminfo' ? text : ''));
    expect(live).toMatchObject({ load1: 0, uptimeMs: 0, cores: 1, cpuUsed: null, oomKills: null, pressureSome: null });
  });
});
