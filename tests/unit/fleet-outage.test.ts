import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answersArp, defaultGateway } from '../../src/main/fleet/network-probes.ts';
import { explainOutage, type NetworkProbes, OutageWatch } from '../../src/main/fleet/outage.ts';

function clocked(hosts: number, via?: (index: number) => string | undefined) {
  let time = 0;
  const watch = new OutageWatch(() => time);
  for (let index = 0; index < hosts; index += 1) watch.up(`h${index}`, via?.(index));
  return {
    watch,
    pass: (ms: number) => {
      time += ms;
    },
    lose: (from: number, to: number) => {
      for (let index = from; index < to; index += 1) watch.down(`h${index}`);
    },
  };
}

test('more than half of a fleet within ten seconds is one outage, half of it or slower is none', () => {
  const fleet = clocked(10);
  fleet.lose(0, 5);
  expect(fleet.watch.current).toBeUndefined();
  fleet.lose(5, 6);
  expect(fleet.watch.current).toMatchObject({ via: undefined, ids: ['h0', 'h1', 'h2', 'h3', 'h4', 'h5'] });

  const slow = clocked(10);
  for (let index = 0; index < 10; index += 1) {
    slow.lose(index, index + 1);
    slow.pass(6000);
  }
  expect(slow.watch.current).toBeUndefined();
});

test('all behind one jump host are its outage, however large the rest of the fleet', () => {
  const fleet = clocked(100, (index) => (index < 4 ? 'bastion:22' : undefined));
  fleet.lose(0, 3);
  expect(fleet.watch.current).toBeUndefined();
  fleet.lose(3, 4);
  expect(fleet.watch.current).toMatchObject({ via: 'bastion:22', ids: ['h0', 'h1', 'h2', 'h3'] });
});

test('an outage grows, begins once, and is over when half of its hosts are back', () => {
  const fleet = clocked(8);
  fleet.lose(0, 6);
  const since = fleet.watch.current?.since;
  fleet.pass(2000);
  fleet.lose(6, 8);
  expect(fleet.watch.current).toMatchObject({ since, ids: { length: 8 } });
  for (let index = 0; index < 3; index += 1) fleet.watch.up(`h${index}`);
  expect(fleet.watch.current).toBeDefined();
  // It shows another key, say: it is there.
  fleet.watch.forget('h3');
  expect(fleet.watch.current).toBeUndefined();
});

test('whatever comes and goes: an outage never holds a host that was not lost, and fewer than three are none', () => {
  const step = fc.record({ host: fc.nat(9), what: fc.constantFrom('up', 'down', 'forget'), ms: fc.nat(8000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      let time = 0;
      const watch = new OutageWatch(() => time);
      const everLost = new Set<string>();
      const upNow = new Set<string>();
      for (const { host, what, ms } of steps) {
        time += ms;
        const id = `h${host}`;
        if (what === 'down' && upNow.delete(id)) everLost.add(id);
        if (what === 'up') upNow.add(id);
        if (what === 'forget') upNow.delete(id);
        watch[what as 'up' | 'down' | 'forget'](id);
        const { ids = [] } = watch.current ?? {};
        expect(ids.every((each) => everLost.has(each))).toBe(true);
        expect(ids.length === 0 || ids.length >= 3).toBe(true);
      }
    }),
  );
});

test('the cause is told from the nearest that fails', async () => {
  const lost = { since: 1, ids: ['a', 'b', 'c'], via: undefined };
  const explain = (probes: Partial<NetworkProbes>) =>
    explainOutage(lost, {
      gateway: async () => ({ address: '10.0.0.1', answers: true }),
      resolver: async () => true,
      hop: expect.fail,
      ...probes,
    });
  expect(await explain({ gateway: async () => null })).toMatchObject({ cause: 'network', message: expect.stringContaining('no route') });
  expect(await explain({ gateway: async () => ({ address: '10.0.0.1', answers: false }) })).toMatchObject({
    cause: 'network',
    message: expect.stringContaining('gateway 10.0.0.1 does not answer'),
  });
  expect(await explain({ resolver: async () => false })).toMatchObject({
    cause: 'network',
    message: expect.stringContaining('name server'),
  });
  expect(await explain({ gateway: async () => undefined })).toMatchObject({ cause: 'unknown', hosts: 3 });

  const behind = (hop: boolean | undefined, answers: boolean | null) =>
    explainOutage(
      { ...lost, via: 'bastion:22' },
      {
        gateway: async () => (answers === null ? null : { address: '10.0.0.1', answers }),
        resolver: async () => true,
        hop: async () => hop,
      },
    );
  expect(await behind(false, true)).toMatchObject({
    cause: 'jump-host',
    message: 'The jump host bastion:22 is gone, and all 3 hosts behind it.',
  });
  // A gateway is not needed to reach a jump host that is near.
  expect(await behind(false, null)).toMatchObject({ cause: 'jump-host' });
  expect(await behind(false, false)).toMatchObject({ cause: 'network', message: expect.stringContaining('gateway 10.0.0.1') });
  expect(await behind(true, false)).toMatchObject({ cause: 'unknown', message: expect.stringContaining('it answers itself') });
  expect(await behind(undefined, true)).toMatchObject({ cause: 'jump-host', message: expect.not.stringContaining('is gone') });
});

test('routes and neighbours are read as the kernel prints them', () => {
  const routes = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
`;
  expect(defaultGateway(routes)).toBe('192.168.0.1');
  expect(defaultGateway(routes.split('\n').slice(0, 2).join('\n'))).toBeNull();
  const arp = `IP address       HW type     Flags       HW address            Mask     Device
192.168.0.1      0x1         0x2         aa:bb:cc:dd:ee:ff     *        eth0
192.168.0.2      0x1         0x0         00:00:00:00:00:00     *        eth0
`;
  expect([answersArp(arp, '192.168.0.1'), answersArp(arp, '192.168.0.2'), answersArp(arp, '192.168.0.3')]).toEqual([true, false, false]);
  fc.assert(fc.property(fc.string(), (text) => [defaultGateway(text), answersArp(text, '10.0.0.1')].length === 2));
});
