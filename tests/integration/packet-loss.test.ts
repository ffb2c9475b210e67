import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { createFleet } from '../../src/main/fleet/fleet.ts';
import { readMemory } from '../../src/main/memory/memory.ts';
import { readNetwork } from '../../src/main/network/network.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import { ruleKinds } from '../../src/shared/alert-rules.ts';
import { seriesNames } from '../../src/shared/contract/fleet.ts';
import type { IncidentChange } from '../../src/shared/incident.ts';
import { alertsOf } from '../support/alerts.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { lossyNetwork, noLossyNetwork } from '../support/lossy-network.ts';
import { patience } from '../support/patience.ts';
import { knownHostsName, openRig } from '../support/sshd.ts';

const why = noLossyNetwork();
const share = seriesNames.indexOf('retransmitted');

/** What the kernel has counted in there. */
function countersIn([program = '', ...args]: readonly string[]): Record<'packets' | 'sent' | 'retransmitted', number> {
  const text = execFileSync(program, [...args, 'cat', '/proc/net/snmp'], { encoding: 'utf8' });
  const counter = (protocol: string, name: string) => {
    const [names, values] = [...text.matchAll(new RegExp(`^${protocol}: (.*)$`, 'gm'))].map(([, line]) => line?.split(' ') ?? []);
    return Number(values?.[names?.indexOf(name) ?? -1]);
  };
  return { packets: counter('Ip', 'OutRequests'), sent: counter('Tcp', 'OutSegs'), retransmitted: counter('Tcp', 'RetransSegs') };
}

describe.skipIf(why !== '')(`a host whose packets are lost on the way${why === '' ? '' : `: skipped, ${why}`}`, () => {
  it('shows it while nobody looks, the rule fires and says where, and clears once they arrive again', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hum-loss-'));
    const rig = await openRig();
    const network = lossyNetwork();
    const key = await rig.clientKey();
    const server = await rig.sshd({ listen: [network.address], within: network.within });
    const file = join(dir, 'known_hosts');
    const lines = server.hostKeys.map((each) => `${knownHostsName(network.address, server.port)} ${each.public}\n`);
    writeFileSync(file, lines.join(''));
    const knownHosts = createKnownHosts({ files: [file], appendTo: file });
    const gate = createHandshakeGate();
    const shares: (number | null)[] = [];
    const fleet = createFleet({
      openSession: ({ id, address, port, user }) =>
        createSession({ id, address, port, user, keyFiles: [key.path], explicitKeys: true, agent: undefined, knownHosts }, { gate }),
      readers: { memory: readMemory, network: readNetwork },
      onSample(host, sample) {
        shares.push(sample.values[share] ?? null);
        alerts.collect(host, sample);
      },
    });
    const changes: IncidentChange[] = [];
    const alerts = alertsOf(dir, [], Date.now, {
      sources: { rows: () => fleet.rows(), interfaces: (host) => fleet.interfaces(host) },
      row: (host) => fleet.row(host),
    });
    /** The host sends some hundred segments, then tells of them. */
    const busy = async () => {
      await fleet.runner('h1').run('head -c 400000 /dev/zero');
      await fleet.sweep();
      alerts.tick();
      return shares.at(-1) ?? null;
    };
    const summary = async () => {
      const { value } = await alerts.watchIncident(changes.at(-1)?.incident.id ?? '').next();
      return value?.incident.summary;
    };
    try {
      alerts.onChange((change) => changes.push(change));
      const settings = { ...ruleKinds['packet-loss'].defaults, averageMs: 0, forMs: 1_000, clearForMs: 1_000 };
      alerts.saveRule('packet-loss', { kind: 'host', host: 'h1' }, settings);
      fleet.setHosts([inventoryHost('h1', { name: 'web01', address: network.address, port: server.port, user: rig.user })]);
      await vi.waitFor(() => expect(shares.length).toBeGreaterThan(0), patience);
      await busy();
      // A sample that was under way may have been read before.
      await vi.waitFor(async () => expect(await busy()).toBeLessThan(0.01), patience);

      network.lose(0.1, 'from');
      const lossy: number[] = [];
      await vi.waitFor(async () => {
        const told = await busy();
        if (told !== null) lossy.push(told);
        expect(lossy.length).toBeGreaterThan(5);
        expect(changes.map(({ event }) => event)).toContain('opened');
        // The interfaces are read twice before they can be told of.
        expect(await summary()).toContain('interfaces');
      }, patience);
      // A tenth is lost; some of what is sent again is lost once more, some had not been lost.
      const average = lossy.reduce((sum, each) => sum + each, 0) / lossy.length;
      expect(average).toBeGreaterThan(0.05);
      expect(average).toBeLessThan(0.25);
      expect(network.dropped).toBeGreaterThan(50);
      expect(changes.map(({ incident }) => [incident.rule, incident.host])).toContainEqual(['packet-loss', 'web01']);
      // Each segment is a packet here: were those that are sent again among OutSegs, they would be counted twice.
      const counters = countersIn(network.within);
      expect(counters.retransmitted).toBeGreaterThan(50);
      expect(Math.abs(counters.packets - counters.sent - counters.retransmitted)).toBeLessThan(counters.retransmitted / 4);
      // They are lost further away, and the host says so.
      expect(await summary()).toMatch(
        /^web01: [\d.]+ % of the TCP segments sent had to be sent again; none of its interfaces has errors or drops$/,
      );

      network.lose(0, 'from');
      await vi.waitFor(async () => {
        expect(await busy()).toBeLessThan(0.01);
        expect(changes.at(-1)?.event).toBe('resolved');
      }, patience);
    } finally {
      alerts.stop();
      await fleet.stop();
      network.close();
      await rig.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it('names the interface that drops packets as this kernel counts them: frames in a protocol that nobody speaks, too', async () => {
    const network = lossyNetwork();
    try {
      const read = () => {
        const [program = '', ...args] = [...network.within, 'cat', '/proc/net/dev'];
        return readNetwork(new Map([['net/dev', execFileSync(program, args, { encoding: 'utf8' })]])).interfaces ?? [];
      };
      const drops = () => read().find(({ name }) => name === 'near')?.receiveDrops ?? Number.NaN;
      const before = drops();
      network.strange(200);
      expect(drops() - before).toBeGreaterThanOrEqual(200);
    } finally {
      network.close();
    }
  });
});
