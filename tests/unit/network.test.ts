import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type InterfaceFigures, type InterfaceReading, interfaceTroubles } from '../../src/main/fleet/interface-troubles.ts';
import { fewestSegments, type SegmentReading, shareSentAgain } from '../../src/main/fleet/segments.ts';
import { parseNetDev } from '../../src/main/network/net-dev.ts';
import { readNetwork } from '../../src/main/network/network.ts';
import { parseTcp } from '../../src/main/network/tcp.ts';
import { troublesWords, troubleWords } from '../../src/shared/interface-words.ts';

const fixture = (name: string) => readFileSync(new URL(`../fixtures/proc/debian-12/net/${name}`, import.meta.url), 'utf8');
const recorded = fixture('dev');
const line = (name: string, received: number, transmitted: number) => `${name}:${received} 1 0 0 0 0 0 0 ${transmitted} 1 0 0 0 0 0 0\n`;
const read = (...lines: string[]) => readNetwork(new Map([['net/dev', lines.join('')]]));
const well = { receiveErrors: 0, receiveDrops: 0, transmitErrors: 0, transmitDrops: 0 };

describe('network counters', () => {
  it('are read of every interface, without the two header lines', () => {
    expect(parseNetDev(recorded)).toEqual([
      { name: 'lo', received: 87_591, transmitted: 87_591, ...well },
      { name: 'ifb0', received: 0, transmitted: 0, ...well },
      { name: 'ifb1', received: 0, transmitted: 0, ...well },
      { name: 'eth0', received: 694_352_633, transmitted: 1_124_999, ...well },
    ]);
  });

  it('tell errors and drops apart, each way', () => {
    expect(parseNetDev('  eth0: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n')).toEqual([
      { name: 'eth0', received: 1, receiveErrors: 3, receiveDrops: 4, transmitted: 9, transmitErrors: 11, transmitDrops: 12 },
    ]);
  });

  it('are summed without the loopback', () => {
    const { traffic, interfaces } = readNetwork(new Map([['net/dev', recorded]]));
    expect(traffic).toEqual({ received: 694_352_633, transmitted: 1_124_999, interfaces: 'eth0' });
    expect(interfaces?.map(({ name }) => name)).toEqual(['ifb0', 'ifb1', 'eth0']);
  });

  it('count a byte once that passes card, bond, VLAN, bridge and vif', () => {
    const lines = ['eno1', 'eno2', 'bond0', 'bond0.100', 'xenbr0', 'vif3.0', 'vif3.0-emu', 'tap3.0'].map((name) => line(name, 10, 1));
    expect(read(...lines).traffic).toEqual({ received: 20, transmitted: 2, interfaces: 'eno1 eno2' });
  });

  it('count the card behind the bridge of the old xend network script', () => {
    expect(read(line('peth0', 100, 10), line('eth0', 90, 9), line('vif0.0', 9, 90)).traffic).toEqual({
      received: 100,
      transmitted: 10,
      interfaces: 'peth0',
    });
  });

  it('count all there is where there is no card', () => {
    expect(read(line('lo', 5, 5), line('veth12', 7, 8)).traffic).toEqual({ received: 7, transmitted: 8, interfaces: 'veth12' });
  });

  it('are unknown when they were not asked for', () => {
    expect(readNetwork(new Map())).toEqual({ traffic: null, interfaces: null, tcp: null });
  });

  it('leave out lines that a host made up', () => {
    expect(parseNetDev('eth0: a b\neth1: 1 2 3\n:::\neth2: -5 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n')).toEqual([]);
    expect(parseNetDev('eth3: 1 1 1 x 1 1 1 1 1 1 1 1 1 1 1 1\n')).toEqual([]);
  });
});

describe('TCP segments', () => {
  it('are read as the probe sends them', () => {
    expect(parseTcp('Tcp: 7 3\n')).toEqual({ sent: 7, retransmitted: 3 });
    expect(parseTcp('Tcp: 18446744073709551615 0\n')).toEqual({ sent: 2 ** 64, retransmitted: 0 });
  });

  it.each(['', 'Tcp: 7\n', 'Tcp:  3\n', 'Tcp: -7 3\n', 'Tcp: 7 1e3\n', 'Tcp: 7 3 1\n', `Tcp: 7 ${'9'.repeat(400)}\n`, 'Udp: 7 3\n'])(
    'are unknown, and not none, where a host tells %j',
    (text) => {
      expect(parseTcp(text)).toBeNull();
    },
  );
});

/** The share after each of these readings. */
function shares(readings: readonly (SegmentReading | null)[]): (number | null)[] {
  let kept: readonly SegmentReading[] = [];
  return readings.map((reading) => {
    const next = shareSentAgain(kept, reading);
    kept = next.kept;
    return next.share;
  });
}

/** Readings each five seconds; of each step what was sent, and what of it again. */
function each5s(...steps: readonly (readonly [sent: number, again: number])[]): SegmentReading[] {
  let [uptimeMs, sent, retransmitted] = [1_000_000, 5_000, 50];
  return [
    { uptimeMs, sent, retransmitted },
    ...steps.map(([more, again]) => {
      uptimeMs += 5_000;
      sent += more;
      retransmitted += again;
      return { uptimeMs, sent, retransmitted };
    }),
  ];
}

describe('the share that was sent again', () => {
  it('is that between two samples of a host that sends enough, of all segments that it sent', () => {
    expect(shares(each5s([950, 50], [1000, 0], [98, 2]))).toEqual([null, 0.05, 0, 0.02]);
  });

  it('of a host that sends little is over the shortest stretch that has a hundred segments, and none after two minutes without', () => {
    const [first, ...others] = shares(each5s([39, 1], [39, 1], [40, 0], ...Array.from({ length: 40 }, () => [1, 0] as const)));
    expect([first, ...others.slice(0, 3)]).toEqual([null, null, null, 2 / 120]);
    // The stretch grows until it would reach back more than two minutes.
    expect(others[22]).toBe(1 / (39 + 1 + 40 + 20));
    expect(others.at(-1)).toBeNull();
  });

  it('is none after a counter fell, at 32 bits or with a boot, and begins anew', () => {
    const [first, second] = each5s([1000, 10]) as [SegmentReading, SegmentReading];
    const wrapped = { ...second, uptimeMs: second.uptimeMs + 5_000, sent: 12 };
    const booted = { uptimeMs: 9_000, sent: 900_000, retransmitted: 900 };
    const after = { uptimeMs: 14_000, sent: 900_990, retransmitted: 910 };
    expect(shares([first, second, wrapped, booted, after])).toEqual([null, 10 / 1010, null, null, 0.01]);
  });

  it('stands a sample without figures between two that have them', () => {
    const [first, second, third] = each5s([500, 0], [500, 0]);
    expect(shares([first ?? null, null, second ?? null, null, third ?? null])).toEqual([null, null, 0, null, 0]);
  });

  it('is a share for any readings, of at least a hundred segments of the last two minutes, and keeps little', () => {
    const reading = fc.record({
      uptimeMs: fc.nat(10_000_000),
      sent: fc.oneof(fc.nat(5_000), fc.nat(), fc.constant(2 ** 64)),
      retransmitted: fc.oneof(fc.nat(300), fc.nat()),
    });
    const rising = fc.array(fc.tuple(fc.nat(20_000), fc.nat(200), fc.nat(20))).map((steps) => {
      let now: SegmentReading = { uptimeMs: 0, sent: 0, retransmitted: 0 };
      return steps.map(([ms, sent, again]) => {
        now = { uptimeMs: now.uptimeMs + ms, sent: now.sent + sent, retransmitted: now.retransmitted + again };
        return now;
      });
    });
    fc.assert(
      fc.property(fc.oneof(fc.array(reading), rising), (readings) => {
        let kept: readonly SegmentReading[] = [];
        for (const [index, now] of readings.entries()) {
          const next = shareSentAgain(kept, now);
          kept = next.kept;
          expect(kept.length).toBeLessThanOrEqual(120);
          expect(kept.at(-1)).toBe(now);
          const base = kept[0];
          if (next.share === null || base === undefined) {
            // Not because enough is there and was overlooked.
            for (const one of kept) expect(now.sent - one.sent + now.retransmitted - one.retransmitted).toBeLessThan(fewestSegments);
            continue;
          }
          expect(next.share).toBeGreaterThanOrEqual(0);
          expect(next.share).toBeLessThanOrEqual(1);
          expect(now.uptimeMs - base.uptimeMs).toBeLessThanOrEqual(120_000);
          expect(readings.slice(0, index)).toContain(base);
          expect(now.sent - base.sent + now.retransmitted - base.retransmitted).toBeGreaterThanOrEqual(fewestSegments);
        }
      }),
    );
  });
});

const card = (name: string, change: Partial<InterfaceFigures> = {}): InterfaceFigures => ({ name, ...well, ...change });
const at = (seconds: number, ...interfaces: InterfaceFigures[]): InterfaceReading => ({ uptimeMs: seconds * 1000, interfaces });

describe('interfaces with errors and drops', () => {
  it('are told with their rates, the worst first, and the others not', () => {
    const { kept } = interfaceTroubles([], at(100, card('eth0', { receiveDrops: 7 }), card('eth1', { transmitErrors: 9 }), card('eth2')));
    const { troubles } = interfaceTroubles(
      kept,
      at(110, card('eth0', { receiveDrops: 12 }), card('eth1', { transmitErrors: 1209, receiveErrors: 30 }), card('eth2')),
    );
    expect(troubles).toEqual([card('eth1', { receiveErrors: 3, transmitErrors: 120 }), card('eth0', { receiveDrops: 0.5 })]);
    expect(troublesWords(troubles ?? [])).toBe(
      'eth1 had 3.0 errors a second receiving and had 120 errors a second sending, and so does one other',
    );
  });

  it('are those of the last minute: what was dropped before it is not told any more', () => {
    let kept: readonly InterfaceReading[] = [];
    const told = [];
    for (let second = 0; second < 150; second += 1) {
      const next = interfaceTroubles(kept, at(second, card('eth0', { receiveDrops: second >= 10 ? 600 : 0 })));
      kept = next.kept;
      expect(kept.length).toBeLessThanOrEqual(7);
      told.push(next.troubles?.[0]?.receiveDrops ?? null);
    }
    expect([told[0], told[1], told[10], told[60]]).toEqual([null, null, 60, 10]);
    expect(told.slice(82)).toEqual(Array.from({ length: 68 }, () => null));
  });

  it('tell nothing of one that is new, one that was taken down, and a single reading', () => {
    const { kept, troubles } = interfaceTroubles([], at(5, card('eth0', { receiveDrops: 9 })));
    expect(troubles).toBeNull();
    expect(interfaceTroubles(kept, at(9, card('eth0', { receiveDrops: 3 }), card('vif1.0', { receiveDrops: 99 }))).troubles).toEqual([]);
    expect(interfaceTroubles(kept, null)).toEqual({ troubles: null, kept });
    // After a boot the uptime is less than before.
    expect(interfaceTroubles(kept, at(1, card('eth0', { receiveDrops: 99 }))).troubles).toBeNull();
  });

  it('have rates that are numbers, eight at most, for any readings, and keep no more than seven', () => {
    const counter = fc.oneof(fc.nat(), fc.constant(2 ** 64), fc.constant(0));
    const figures = fc.record({
      name: fc.constantFrom('eth0', 'eth1', '', 'a b', '\u001b[2J'),
      ...{ receiveErrors: counter, receiveDrops: counter, transmitErrors: counter, transmitDrops: counter },
    });
    const readings = fc.array(fc.record({ uptimeMs: fc.nat(200_000), interfaces: fc.array(figures, { maxLength: 20 }) }));
    fc.assert(
      fc.property(readings, (all) => {
        let kept: readonly InterfaceReading[] = [];
        for (const reading of all) {
          const next = interfaceTroubles(kept, reading);
          kept = next.kept;
          expect(kept.length).toBeLessThanOrEqual(7);
          expect(next.troubles?.length ?? 0).toBeLessThanOrEqual(8);
          for (const { name: _, ...rates } of next.troubles ?? []) {
            for (const rate of Object.values(rates)) expect(rate >= 0 && Number.isFinite(rate)).toBe(true);
          }
        }
      }),
    );
  });

  it('are named as people say it, whatever a host calls them', () => {
    expect(troubleWords(card('eth0', { receiveDrops: 120.4 }))).toBe('eth0 dropped 120 packets a second received');
    expect(troubleWords(card('\u001b[2Jx', { transmitDrops: 0.02 }))).toBe('\\e[2Jx dropped fewer than 0.1 packets a second to be sent');
    expect(troublesWords([])).toBe('none of its interfaces has errors or drops');
  });
});
