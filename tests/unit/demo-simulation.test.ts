import { describe, expect, it } from 'vitest';
import { cpuTicks, memoryStall, networkBytes, swappedPages } from '../../src/main/demo/activity.ts';
import { hugePageKb, memoryAt } from '../../src/main/demo/memory.ts';
import { ProcFiles } from '../../src/main/demo/proc-files.ts';
import { processesAt } from '../../src/main/demo/processes.ts';
import { fleetOf, type Profile } from '../../src/main/demo/profiles.ts';
import { answerDelayMs, bootOf, isAway } from '../../src/main/demo/story.ts';
import { average, integral, valueAt, type Wave } from '../../src/main/demo/wave.ts';

const second = 1000;
const minute = 60 * second;
const fleet = fleetOf(1912, 200);
/** Twenty minutes in steps that meet every phase of every story. */
const moments = Array.from({ length: 173 }, (_, index) => index * 7 * second);

function hostWith(role: Profile['role']): Profile {
  const host = fleet.find((profile) => profile.role === role);
  if (!host) throw new Error(`no host is ${role}`);
  return host;
}

describe('a wave', () => {
  const wave: Wave = { mean: 3, swings: [{ amplitude: 1, periodMs: 5000, phase: 0.7 }] };

  it('has the integral that adding it up step by step gives', () => {
    let sum = 0;
    for (let at = 200; at < 9200; at += 1) sum += valueAt(wave, at + 0.5);
    expect(integral(wave, 200, 9200)).toBeCloseTo(sum, 3);
  });

  it('averages to its mean over whole periods', () => {
    expect(average(wave, 12_345, 10_000)).toBeCloseTo(3, 9);
  });
});

describe('the fleet of a seed', () => {
  it('is the same each time, down to the last figure', () => {
    const again = fleetOf(1912, 200);
    expect(again).toEqual(fleet);
    const texts = (profiles: readonly Profile[]) => profiles.slice(0, 12).map((one) => new ProcFiles(one, 90_000).proc('meminfo'));
    expect(texts(again)).toEqual(texts(fleet));
    expect(fleetOf(1913, 200)).not.toEqual(fleet);
  });

  it('begins a larger fleet with the hosts of the smaller one', () => {
    expect(fleet.slice(0, 12)).toEqual(fleetOf(1912, 12));
  });

  it('gives every host a name of its own', () => {
    const names = fleetOf(1, 2000).map((profile) => profile.name);
    expect(new Set(names).size).toBe(2000);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]+$/);
  });

  it('shows each kind of trouble once among twelve hosts, and a leak among three', () => {
    const roles = fleet.slice(0, 12).map((profile) => profile.role);
    for (const role of ['leaking', 'pressed', 'slow', 'key-changed', 'login-refused', 'rebooting', 'old-kernel']) {
      expect(roles.filter((one) => one === role)).toHaveLength(1);
    }
    expect(fleet.slice(0, 3).map((profile) => profile.role)).toEqual(['steady', 'steady', 'leaking']);
    expect(fleet.slice(12).every((profile) => profile.role === 'steady')).toBe(true);
  });
});

describe('the memory of a simulated host', () => {
  it('adds up to MemTotal at any moment, no part below zero', () => {
    const wrong: string[] = [];
    for (const profile of fleet) {
      for (const at of moments) {
        const m = memoryAt(profile, at);
        const parts = [m.free, m.anon, m.shmem, m.cache, m.buffers, m.slabReclaimable, m.slabFixed, m.kernelStack, m.pageTables, m.perCpu];
        const sum = parts.reduce((all, part) => all + part, m.hugePages * hugePageKb);
        const sound = Math.min(...parts, m.available, m.swapUsed) >= 0 && m.available <= m.total && m.swapUsed <= m.swapTotal;
        if (sum !== m.total || !sound) wrong.push(`${profile.name} at ${at}: ${JSON.stringify(m)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('moves by more than half a percent of what is used within a minute', () => {
    for (const profile of fleet) {
      const used = [0, 10, 20, 30, 40, 50, 60].map((at) => profile.totalKb - memoryAt(profile, at * second).available);
      expect((Math.max(...used) - Math.min(...used)) / Math.max(...used)).toBeGreaterThan(0.005);
    }
  });

  it('is nearly gone, with swap full and pressure high, just before the OOM kill, and free after it', () => {
    const host = hostWith('leaking');
    const [before, after] = [2.49 * minute, 2.51 * minute];
    const used = (at: number) => (host.totalKb - memoryAt(host, at).available) / host.totalKb;
    expect(used(before)).toBeGreaterThan(0.95);
    expect(memoryAt(host, before).swapUsed / host.swapKb).toBeGreaterThan(0.9);
    expect(memoryStall(host, before, 1).averages[0]).toBeGreaterThan(0.4);
    expect(used(after)).toBeLessThan(0.6);
    const killed = (at: number) => Number(/^oom_kill (\d+)$/m.exec(new ProcFiles(host, at).proc('vmstat') ?? '')?.[1]);
    expect(killed(after)).toBe(killed(before) + 1);
    const pids = (at: number) => processesAt(host, at).map((one) => one.pid);
    expect(pids(after)).not.toEqual(pids(before));
  });

  it('is shared among processes that together hold no more than there is', () => {
    for (const profile of fleet.slice(0, 40)) {
      const resident = processesAt(profile, 3 * minute).reduce((sum, one) => sum + (one.residentKb ?? 0), 0);
      expect(resident).toBeLessThan(profile.totalKb);
      expect(resident).toBeGreaterThan(profile.totalKb * 0.1);
    }
  });
});

describe('the counters of a simulated host', () => {
  it('never run backwards while it is up', () => {
    const wrong: string[] = [];
    for (const profile of fleet.slice(0, 60).filter((one) => one.role !== 'rebooting')) {
      let before: number[] = [];
      for (const at of moments) {
        const cpu = cpuTicks(profile, at);
        const network = networkBytes(profile, at);
        const swapped = swappedPages(profile, at);
        const now = [cpu.user, cpu.system, cpu.idle, cpu.iowait, network.received, network.sent, swapped.in, swapped.out].concat(
          memoryStall(profile, at, 1).totalUs,
        );
        if (before.some((value, index) => (now[index] ?? 0) < value)) wrong.push(`${profile.name} at ${at}: ${before} then ${now}`);
        before = now;
      }
    }
    expect(wrong).toEqual([]);
  });

  it('start anew, with another boot id, after the host was away', () => {
    const host = hostWith('rebooting');
    const away = moments.filter((at) => isAway(host, at));
    expect(away.length).toBeGreaterThan(3);
    const goes = 45 * second;
    expect(isAway(host, goes - 1)).toBe(false);
    expect(isAway(host, goes)).toBe(true);
    const back = 85 * second;
    expect(isAway(host, back)).toBe(false);
    expect(bootOf(host, back).id).not.toBe(bootOf(host, goes).id);
    expect(back - bootOf(host, back).at).toBeLessThan(minute);
    expect(networkBytes(host, back).sent).toBeLessThan(networkBytes(host, goes).sent);
  });
});

describe('a host of its kind', () => {
  it('has no MemAvailable, no pressure and no oom_kill on an old kernel', () => {
    const files = new ProcFiles(hostWith('old-kernel'), minute);
    expect(files.proc('meminfo')).not.toContain('MemAvailable');
    expect(files.proc('pressure/memory')).toBeUndefined();
    expect(files.proc('vmstat')).not.toContain('oom_kill');
  });

  it('takes 1.5 to 3 seconds for an answer when it is slow, and no time when it is not', () => {
    const delays = Array.from({ length: 50 }, (_, request) => answerDelayMs(hostWith('slow'), request));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(1500);
    expect(Math.max(...delays)).toBeLessThanOrEqual(3000);
    expect(new Set(delays).size).toBeGreaterThan(10);
    expect(answerDelayMs(hostWith('steady'), 1)).toBe(0);
  });

  it('keeps process names within the fifteen characters of the kernel', () => {
    const commands = new Set(fleet.flatMap((profile) => processesAt(profile, 0).map((one) => one.command)));
    expect([...commands].filter((command) => command.length > 15)).toEqual([]);
  });
});
