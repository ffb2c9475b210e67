import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { availableMemory } from '../../src/main/memory/available.ts';
import { parseMeminfo } from '../../src/main/memory/meminfo.ts';
import { memoryParts, readMemory } from '../../src/main/memory/memory.ts';
import { readPressure } from '../../src/main/memory/pressure.ts';
import { parseVmstat } from '../../src/main/memory/vmstat.ts';

const fixture = (path: string) => readFileSync(new URL(`../fixtures/proc/${path}`, import.meta.url), 'utf8');
const debian = new Map(
  ['meminfo', 'vmstat', 'pressure/memory', 'pressure/cpu', 'pressure/io'].map((path) => [path, fixture(`debian-12/${path}`)]),
);
/** The figure as another program would take it from the same file. */
const kib = (text: string, field: string) => Number(new RegExp(`^${field}: +(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024;
const sum = (parts: object) => Object.values(parts).reduce((total: number, part: number) => total + part, 0);

describe('memory', () => {
  it('used is what the kernel does not call available', () => {
    const text = fixture('debian-12/meminfo');
    const memory = readMemory(debian);
    expect(memory).toMatchObject({
      total: kib(text, 'MemTotal'),
      used: kib(text, 'MemTotal') - kib(text, 'MemAvailable'),
      approximate: false,
      free: kib(text, 'MemFree'),
      buffers: kib(text, 'Buffers'),
      slab: kib(text, 'Slab'),
      cache: kib(text, 'Cached') + kib(text, 'SwapCached') - kib(text, 'Shmem'),
      hugePages: 0,
      oomKills: Number(/^oom_kill (\d+)$/m.exec(fixture('debian-12/vmstat'))?.[1]),
    });
  });

  it('is approximated on kernels before 3.14 as procps does, and says so', () => {
    const meminfo = parseMeminfo(fixture('before-3.14/meminfo'));
    // 5/4 of 7686 KiB is 9607.5; file pages 475716, of which the watermark stays; reclaimable slab 180976, of which the watermark stays.
    const expected = (2_499_756 - 9607.5 + 475_716 - 9607.5 + 180_976 - 9607.5) * 1024;
    expect(availableMemory(meminfo, 7686 * 1024)).toEqual({ bytes: expected, approximate: true });
    const files = new Map([
      ['meminfo', fixture('before-3.14/meminfo')],
      ['sys/vm/min_free_kbytes', fixture('before-3.14/sys/vm/min_free_kbytes')],
    ]);
    expect(readMemory(files)).toMatchObject({ used: 3_692_580 * 1024 - expected, approximate: true, oomKills: null, swapIn: null });
  });

  it('counts the page cache as available on kernels that do not split their lists', () => {
    const meminfo = parseMeminfo(fixture('before-2.6.28/meminfo'));
    expect(availableMemory(meminfo, 0)).toEqual({ bytes: (1_017_340 + 172_424 + 9_777_444) * 1024, approximate: true });
    expect(readMemory(new Map([['meminfo', fixture('before-2.6.28/meminfo')]]))).toMatchObject({
      swapTotal: 34_996_216 * 1024,
      swapUsed: (34_996_216 - 32_120_548) * 1024,
    });
  });

  it('is never more available than there is, nor less than nothing', () => {
    const amount = fc.nat({ max: 2 ** 40 });
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('MemFree', 'MemAvailable', 'Active(file)', 'Inactive(file)', 'SReclaimable', 'Cached'), amount),
        amount,
        amount,
        (fields, total, minFree) => {
          const { bytes } = availableMemory(new Map(Object.entries({ ...fields, MemTotal: total })), minFree);
          expect(bytes).toBeGreaterThanOrEqual(0);
          expect(bytes).toBeLessThanOrEqual(Math.max(total, fields.MemFree ?? 0));
        },
      ),
    );
  });

  it('has parts that are never negative and always sum to the whole', () => {
    expect(sum(memoryParts(parseMeminfo(fixture('debian-12/meminfo'))))).toBe(kib(fixture('debian-12/meminfo'), 'MemTotal'));
    const names = ['MemFree', 'Buffers', 'Cached', 'SwapCached', 'Shmem', 'Slab', 'Hugetlb', 'HugePages_Total', 'Hugepagesize'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.nat({ max: 2 ** 41 })), fc.nat({ max: 2 ** 42 }), (fields, total) => {
        const parts = memoryParts(new Map(Object.entries({ ...fields, MemTotal: total })));
        for (const part of Object.values(parts)) expect(part).toBeGreaterThanOrEqual(0);
        expect(sum(parts)).toBe(total);
      }),
    );
  });

  it('counts huge pages by their number and size where the kernel gives no sum', () => {
    const parts = memoryParts(parseMeminfo('MemTotal: 8000000 kB\nMemFree: 1000000 kB\nHugePages_Total: 512\nHugepagesize: 2048 kB\n'));
    expect(parts.hugePages).toBe(2 ** 30);
  });

  it('is unknown, not zero, without a meminfo', () => {
    expect(readMemory(new Map())).toBeNull();
    expect(readMemory(new Map([['meminfo', 'MemTotal: lots\n']]))).toBeNull();
    expect(readMemory(new Map([['meminfo', 'MemTotal: 0 kB\nMemFree: 0 kB\n']]))).toBeNull();
  });
});

describe('counters and pressure', () => {
  it('swap counters are pages, told in bytes', () => {
    expect(parseVmstat('pswpin 3\npswpout 5\noom_kill 7\n')).toEqual({ swapIn: 12_288, swapOut: 20_480, oomKills: 7 });
  });

  it('are not mistaken for counters whose names end or begin alike', () => {
    expect(parseVmstat('drop_pswpin 9\npswpin_zero 8\noom_kill_x 1\n')).toEqual({ swapIn: null, swapOut: null, oomKills: null });
  });

  it('pressure is a ratio, and unknown on a kernel without it', () => {
    const pressure = readPressure(debian);
    const told = /some avg10=([\d.]+)/.exec(fixture('debian-12/pressure/cpu'))?.[1];
    expect(pressure.cpuSome).toBeCloseTo(Number(told) / 100, 10);
    expect(readPressure(new Map())).toEqual({
      ...{ memorySome: null, memoryFull: null, memorySomeMinute: null, memoryFullMinute: null },
      ...{ cpuSome: null, ioSome: null, ioFull: null },
    });
    expect(readPressure(new Map([['pressure/memory', 'some avg10=12.50 avg60=1.00 avg300=0.10 total=1\n']]))).toMatchObject({
      memorySome: 0.125,
      memorySomeMinute: 0.01,
      memoryFull: null,
      memoryFullMinute: null,
    });
    const both = 'some avg10=1.00\nfull avg10=2.00 avg60=3.00 avg300=4.00 total=1\n';
    expect(readPressure(new Map([['pressure/memory', both]]))).toMatchObject({ memorySomeMinute: null, memoryFullMinute: 0.03 });
  });
});
