import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createXen, type Xen } from '../../src/main/xen/xen.ts';
import type { DomainRow } from '../../src/shared/contract/xen.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { type Lab, openLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';
import { xenFacts } from '../support/xen-host.ts';

/** What Hum says of a host of Xen, beside what its own xl says. */

const mib = 2 ** 20;
/** The host is emulated, and what it does is asked for every 2 or 5 s. */
let lab: Lab;
let xen: Xen;

beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());
beforeEach(async () => {
  await lab.tidy();
  xen = createXen({ log: { info: () => undefined } });
});
afterEach(() => xen.stop());

async function connect(): Promise<void> {
  xen.connected(inventoryHost('lab'), lab.root, xenFacts());
  await vi.waitFor(() => expect(xen.host('lab')).toMatchObject({ version: '4.17.7' }), patience);
}

const guest = (name: string): DomainRow | undefined => xen.domain(`lab/${name}`);
const seen = (name: string, load: object) => vi.waitFor(() => expect(guest(name)?.load).toMatchObject(load), patience);

/** Keeps the domain looked at, so that its host is asked every 2 s. */
async function looking(name: string): Promise<{ texts: () => readonly string[]; end: () => Promise<void> }> {
  const texts: string[] = [];
  const stop = new AbortController();
  const stream = xen.watchDomain({ host: 'lab', key: `lab/${name}` }, stop.signal);
  const first = await stream.next();
  expect(first.value).toMatchObject({ kind: 'snapshot' });
  const reading = (async () => {
    for await (const event of stream) if (event.kind === 'event') texts.push(event.event.text);
  })();
  return {
    texts: () => texts,
    async end() {
      stop.abort();
      await reading;
    },
  };
}

describe('what Hum says of a host of Xen', () => {
  it('is what xl says of it, of its domains, and of those that are only configured', async () => {
    await lab.sure('mkdir -p /etc/xen/auto; ln -s ../guest3.cfg /etc/xen/auto/');
    await lab.startGuest('guest2');
    await connect();
    const info = await lab.sure('xl info');
    const told = (key: string) => Number(new RegExp(`^${key} +: (\\d+)`, 'm').exec(info)?.[1]);
    expect(xen.host('lab')).toMatchObject({
      memoryTotal: told('total_memory') * mib,
      memoryFree: told('free_memory') * mib,
      cpus: told('nr_cpus'),
      scheduler: 'credit2',
    });
    const id = Number(await lab.sure('xl domid guest2'));
    expect(guest('guest2')).toMatchObject({
      load: { id, memory: 128 * mib, vcpus: 1 },
      facts: {
        type: 'pv',
        memoryTarget: 128 * mib,
        memoryMax: 192 * mib,
        vifs: [{ mac: '00:16:3e:00:00:02', bridge: 'xenbr0' }],
        disks: [{ device: 'xvda', format: 'raw', writable: true }],
        configFile: '/etc/xen/guest2.cfg',
        differs: [],
        autostart: false,
      },
    });
    expect(guest('Domain-0')).toMatchObject({ facts: { control: true }, load: { id: 0 } });
    expect(guest('guest1')).toMatchObject({
      load: { id: null, state: 'off' },
      facts: { configFile: '/etc/xen/guest1.cfg', autostart: false },
    });
    expect(guest('guest3')).toMatchObject({ load: { id: null, state: 'off' }, facts: { autostart: true, memoryTarget: 128 * mib } });
  });

  it('follows what somebody types at the host', async () => {
    await lab.startGuest('guest2');
    await connect();
    const { texts, end } = await looking('guest2');
    const before = guest('guest2')?.load.id;

    await lab.sure('xl pause guest2');
    await seen('guest2', { state: 'paused', id: before });
    await lab.sure('xl unpause guest2; xl mem-set guest2 100');
    await seen('guest2', { state: expect.stringMatching(/^(?:idle|running)$/), memory: 100 * mib });
    await xen.refresh('lab');
    expect(guest('guest2')?.facts).toMatchObject({ memoryTarget: 100 * mib, differs: ['memory'] });

    await lab.sure('xl reboot guest2');
    await vi.waitFor(() => expect(guest('guest2')?.load.id ?? before).not.toBe(before), patience);
    await lab.sure('xl destroy guest2');
    await seen('guest2', { state: 'off', id: null });
    expect(texts()).toEqual(
      expect.arrayContaining([
        'Paused',
        'Unpaused',
        'Memory: from 128 MiB to 100 MiB',
        expect.stringMatching(/^Rebooted: it is domain \d+ now$/),
      ]),
    );
    expect(texts().at(-1)).toMatch(/^Ended: domain \d+ is gone$/);
    await end();
  });

  it('has rates: what the guest receives, reads and computes', async () => {
    await lab.startGuest('guest2');
    await connect();
    const { end } = await looking('guest2');
    const pings = lab.run('ping -q -f -c 20000 -w 20 -s 1000 10.0.2.102 >/dev/null; true');
    await vi.waitFor(() => {
      const load = guest('guest2')?.load;
      expect(load?.receivePerSecond).toBeGreaterThan(5_000);
      expect(load?.transmitPerSecond).toBeGreaterThan(5_000);
      expect(load?.cpuUsed).toBeGreaterThan(0);
      expect(load?.readPerSecond).not.toBeNull();
    }, patience);
    await pings;
    await end();
  });

  it('holds a name that looks like rows, commands and quotes for nothing but a name', async () => {
    await lab.startGuest('guest1');
    const id = Number(await lab.sure('xl domid guest1'));
    const name = `it's "$(reboot)"\nfake   7   128   1   r-----   9.9\n\u202eevil  `;
    await lab.sure('xl rename guest1 "$1"', [name]);
    await connect();
    expect(xen.domains().map((row) => [row.name, row.load.id])).toEqual([
      ['Domain-0', 0],
      [name, id],
      ['guest1', null],
      ['guest2', null],
      ['guest3', null],
    ]);
    expect(xen.domain(`lab/${name}`)?.load).toMatchObject({ id, memory: 128 * mib });
    await lab.sure('xl rename "$1" guest1', [String(id)]);
    await xen.refresh('lab');
    expect(guest('guest1')?.load).toMatchObject({ id });
    expect(xen.domains()).toHaveLength(4);
  });

  it('has the configuration as it is on disk and as it runs', async () => {
    await lab.startGuest('guest3');
    await lab.sure('xl mem-set guest3 96');
    await connect();
    const config = await xen.config({ host: 'lab', key: 'lab/guest3' });
    const text = await lab.sure('cat /etc/xen/guest3.cfg');
    expect(config.disk).toEqual({ path: '/etc/xen/guest3.cfg', text, version: createHash('sha256').update(text).digest('hex') });
    expect(config.running).toContain('name = "guest3"\n');
    expect(config.differences).toEqual([{ setting: 'memory', disk: '128', running: '96' }]);
    expect(await xen.config({ host: 'lab', key: 'lab/guest1' })).toMatchObject({ running: null, differences: [], addresses: [] });
  });

  it('is why it knows nothing, where the account may not ask', async () => {
    xen.connected(inventoryHost('lab'), lab.op, xenFacts());
    await vi.waitFor(() => expect(xen.host('lab')?.problem).toMatchObject({ code: 'not-permitted' }), patience);
    // What is configured anybody may read.
    expect(xen.domains().every(({ load }) => load.id === null)).toBe(true);
  });
});
