import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HostRecord } from '../../src/main/fleet/host-record.ts';
import { readMemory } from '../../src/main/memory/memory.ts';
import { readNetwork } from '../../src/main/network/network.ts';

const fixture = (path: string) => readFileSync(new URL(`../fixtures/proc/debian-12/${path}`, import.meta.url), 'utf8');

/** What a host is told to have said at these uptimes, one sample after the other; undefined for a sample without one. */
function newsAt(...uptimes: readonly (string | undefined)[]): string[][] {
  const record = new HostRecord({ memory: readMemory, network: readNetwork });
  return uptimes.map((uptime, index) => {
    const files = new Map([['meminfo', fixture('meminfo')], ...(uptime === undefined ? [] : [['uptime', uptime] as const])]);
    const taken = record.takeSample(files, { at: 1_000 * index, tookMs: 1, intervalMs: 5_000 });
    return taken?.news.map((news) => news.text) ?? [];
  });
}

it('takes an uptime that fell for a reboot, each time that it falls', () => {
  expect(newsAt('100.0 1.0', '20.0 1.0', '25.0 1.0', '3.0 1.0')).toEqual([[], ['Rebooted'], [], ['Rebooted']]);
});

it('takes an uptime that is missing, or no number, for no reboot', () => {
  expect(newsAt('100.0 1.0', undefined, '-5', 'x', '105.0 1.0')).toEqual([[], [], [], [], []]);
});
