import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { liveThrough, thousand } from '../support/alert-fleet.ts';

test('48 hours of a thousand hosts: each trouble is told of once, what is none is not, and little is written', async () => {
  // Each of the 1,440 rounds waits for the disk; how long is not what is tried here.
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hum-alert-fleet-'));
  try {
    const { changes, samples, rows, bytes, tookMs } = await liveThrough(dir, thousand, 48, 120_000, 5);
    const opened = (behaviour: string, rule: string) =>
      changes.filter((change) => change.event === 'opened' && change.behaviour === behaviour && change.incident.rule === rule);
    const of = (behaviour: string) => changes.filter((change) => change.behaviour === behaviour);
    console.info(
      `${samples.toLocaleString('en')} samples in ${Math.round(tookMs / 1000)} s: ${rows.incident} incidents, ${changes.length} changes, ${rows.entry} entries, ${rows.watch} watches, ${Math.round(bytes / 1024)} KiB`,
    );
    expect(of('calm')).toEqual([]);
    expect(of('spikes')).toEqual([]);
    // Over the level and back for two days: one incident, not a hundred.
    expect(opened('at the edge', 'memory-used')).toHaveLength(10);
    expect(of('at the edge').filter(({ event }) => event === 'resolved')).toEqual([]);
    // Four leaks on each of 10 hosts; seen coming, then there, and over when the process is killed. The last goes on at the end.
    expect(opened('leaks', 'memory-used')).toHaveLength(40);
    expect(opened('leaks', 'memory-forecast').length).toBeGreaterThanOrEqual(30);
    const firstOf = (rule: string, host: string) => opened('leaks', rule).find(({ incident }) => incident.hostId === host)?.at ?? 0;
    expect(firstOf('memory-forecast', 'leaks-0')).toBeLessThan(firstOf('memory-used', 'leaks-0') + 3 * 3_600_000);
    expect(opened('away', 'host-unreachable')).toHaveLength(20);
    expect(of('away').filter(({ event }) => event === 'resolved').length).toBeGreaterThanOrEqual(19);
    expect(rows.change).toBe(changes.length);
    expect(rows.incident).toBe(changes.filter(({ event }) => event === 'opened').length);
    expect(bytes).toBeLessThan(4 * 2 ** 20);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
