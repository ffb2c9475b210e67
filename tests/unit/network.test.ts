import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseNetDev } from '../../src/main/network/net-dev.ts';
import { readNetwork } from '../../src/main/network/network.ts';

const recorded = readFileSync(new URL('../fixtures/proc/debian-12/net/dev', import.meta.url), 'utf8');
const line = (name: string, received: number, transmitted: number) => `${name}:${received} 1 0 0 0 0 0 0 ${transmitted} 1 0 0 0 0 0 0\n`;
const read = (...lines: string[]) => readNetwork(new Map([['net/dev', lines.join('')]]));

describe('network counters', () => {
  it('are read of every interface, without the two header lines', () => {
    expect(parseNetDev(recorded)).toEqual([
      { name: 'lo', received: 87_591, transmitted: 87_591 },
      { name: 'ifb0', received: 0, transmitted: 0 },
      { name: 'ifb1', received: 0, transmitted: 0 },
      { name: 'eth0', received: 694_352_633, transmitted: 1_124_999 },
    ]);
  });

  it('are summed without the loopback', () => {
    expect(readNetwork(new Map([['net/dev', recorded]]))).toEqual({ received: 694_352_633, transmitted: 1_124_999, interfaces: 'eth0' });
  });

  it('count a byte once that passes card, bond, VLAN, bridge and vif', () => {
    const lines = ['eno1', 'eno2', 'bond0', 'bond0.100', 'xenbr0', 'vif3.0', 'vif3.0-emu', 'tap3.0'].map((name) => line(name, 10, 1));
    expect(read(...lines)).toEqual({ received: 20, transmitted: 2, interfaces: 'eno1 eno2' });
  });

  it('count the card behind the bridge of the old xend network script', () => {
    expect(read(line('peth0', 100, 10), line('eth0', 90, 9), line('vif0.0', 9, 90))).toEqual({
      received: 100,
      transmitted: 10,
      interfaces: 'peth0',
    });
  });

  it('count all there is where there is no card', () => {
    expect(read(line('lo', 5, 5), line('veth12', 7, 8))).toEqual({ received: 7, transmitted: 8, interfaces: 'veth12' });
  });

  it('are unknown when they were not asked for', () => {
    expect(readNetwork(new Map())).toBeNull();
  });

  it('leave out lines that a host made up', () => {
    expect(parseNetDev('eth0: a b\neth1: 1 2 3\n:::\neth2: -5 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n')).toEqual([]);
  });
});
