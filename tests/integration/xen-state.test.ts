import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createXen, type Xen } from '../../src/main/xen/xen.ts';
import type { DomainDetailEvent, XenEvent } from '../../src/shared/contract/xen.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { patience } from '../support/patience.ts';
import { type KeyPair, openRig, type Rig } from '../support/sshd.ts';
import { stopSessions } from '../support/sshd-target.ts';
import { startXenStandIn, type XenStandIn, xenFacts } from '../support/xen-host.ts';

/** The service over a real sshd; xl is a script that prints what a real xl printed. */

const mib = 2 ** 20;
let rig: Rig;
let key: KeyPair;
let standIn: XenStandIn;
let xen: Xen;
const host = inventoryHost('h');

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  standIn = await startXenStandIn(rig, key);
});
afterAll(() => rig.close());

beforeEach(() => {
  standIn.behave('well');
  standIn.list('guests-3/xl-list');
  xen = createXen({ log: { info: () => undefined } });
});
afterEach(async () => {
  await xen.stop();
  await stopSessions();
});

async function connect(): Promise<void> {
  xen.connected(host, await standIn.session(), xenFacts());
  await vi.waitFor(() => expect(xen.host('h')).toBeDefined(), patience);
}

const states = () => Object.fromEntries(xen.domains().map(({ name, load }) => [name, load.state]));

describe('the state of the domains', () => {
  it('is what xl tells', async () => {
    await connect();
    expect(xen.hosts()).toMatchObject([{ host: 'h', toolstack: 'xl', version: '4.17.7', memoryFree: 1630 * mib }]);
    expect(xen.host('h')?.problem).toBeUndefined();
    expect(xen.domains().map((row) => row.key)).toEqual(['h/Domain-0', 'h/guest2', 'h/guest1', 'h/guest3']);
    expect(xen.domain('h/Domain-0')?.facts).toMatchObject({ control: true, uuid: null });
    const guest = xen.domain('h/guest3');
    expect(guest?.load).toMatchObject({ id: 3, state: 'idle', memory: 128 * mib, vcpus: 1, cpuTimeMs: 3_500, cpuUsed: null });
    expect(guest?.facts).toMatchObject({
      uuid: 'd7aa2887-d64c-4f6c-9e33-539a102ef9f5',
      type: 'pv',
      control: false,
      kernel: '/srv/xen/guest.vmlinux',
      memoryTarget: 128 * mib,
      memoryMax: 192 * mib,
      vifs: [{ mac: '00:16:3e:00:00:03', bridge: 'xenbr0' }],
      disks: [{ device: 'xvda', target: '/srv/xen/data2.img', format: 'raw', backend: 'qdisk', writable: true, cdrom: false }],
      onReboot: 'restart',
    });
    expect((guest?.load.at ?? 0) - (guest?.facts.startedAt ?? 0)).toBeCloseTo(17_000, -2);
  });

  it('is pushed as it changes: paused, rebooted, gone', async () => {
    await connect();
    const events: XenEvent[] = [];
    const reader = new AbortController();
    const reading = (async () => {
      for await (const event of xen.watch(reader.signal)) events.push(event);
    })();
    await vi.waitFor(() => expect(events[0]).toMatchObject({ kind: 'snapshot', domains: { length: 4 } }), patience);

    standIn.list('lifecycle/list-paused');
    await xen.refresh('h');
    expect(states()).toMatchObject({ guest1: 'paused', guest2: 'idle' });
    await vi.waitFor(
      () =>
        expect(events.at(-1)).toMatchObject({
          kind: 'patch',
          loads: expect.arrayContaining([{ key: 'h/guest1', load: expect.objectContaining({ state: 'paused' }) }]),
        }),
      patience,
    );

    standIn.list('lifecycle/list-destroyed');
    await xen.refresh('h');
    expect(states()).toMatchObject({ 'Domain-0': 'running', guest1: 'off', guest2: 'off' });
    expect(xen.domain('h/guest1')?.load).toMatchObject({ id: null, memory: 0 });
    reader.abort();
    await reading;
  });

  it('tells what happened to one domain', async () => {
    await connect();
    const told: DomainDetailEvent[] = [];
    const reader = new AbortController();
    const reading = (async () => {
      for await (const event of xen.watchDomain({ host: 'h', key: 'h/guest1' }, reader.signal)) told.push(event);
    })();
    const texts = () => told.flatMap((each) => (each.kind === 'event' ? [each.event.text] : []));
    await vi.waitFor(() => expect(told[0]).toMatchObject({ kind: 'snapshot', events: [], row: { name: 'guest1' } }), patience);
    for (const [recording, text] of [
      ['lifecycle/list-paused', 'Paused'],
      ['guests-3/xl-list', 'Unpaused'],
      ['lifecycle/list-destroyed', 'Ended: domain 2 is gone'],
    ] as const) {
      standIn.list(recording);
      await xen.refresh('h');
      await vi.waitFor(() => expect(texts()).toContain(text), patience);
    }
    standIn.list('guests-3/xl-list');
    await xen.refresh('h');
    await vi.waitFor(() => expect(texts().at(-1)).toBe('Rebooted: it is domain 2 now'), patience);
    reader.abort();
    await reading;
  });

  it.each([
    ['denied', 'not-permitted'],
    ['hangs', 'xenstore-dead'],
  ] as const)('stays as it was known while xl is no help (%s), and the host says why', async (mode, code) => {
    await connect();
    standIn.behave(mode);
    await xen.refresh('h');
    expect(xen.host('h')).toMatchObject({ version: '4.17.7', problem: { code, host: 'h' } });
    expect(xen.domains()).toHaveLength(4);
    standIn.behave('well');
    await xen.refresh('h');
    expect(xen.host('h')?.problem).toBeUndefined();
  });

  it('is what the table tells when the long list ends in the middle', async () => {
    standIn.behave('half');
    xen.connected(host, await standIn.session(), xenFacts());
    await vi.waitFor(() => expect(xen.host('h')).toMatchObject({ problem: { code: 'bad-answer' } }), patience);
    expect(states()).toEqual({ 'Domain-0': 'running', guest1: 'idle', guest2: 'idle', guest3: 'idle' });
    expect(xen.domain('h/guest1')?.facts.uuid).toBeNull();
  });

  it('comes from xenstore when xl cannot describe its domains', async () => {
    standIn.behave('long-fails');
    await connect();
    expect(xen.host('h')?.problem).toBeUndefined();
    expect(xen.domain('h/guest1')?.facts).toMatchObject({
      uuid: 'c2dc95f6-865f-4c35-ac88-48c83f245ffc',
      type: 'pv',
      vifs: [{ bridge: 'xenbr0' }],
    });
  });

  it('outlives the program itself', async () => {
    await connect();
    standIn.remove();
    await xen.refresh('h');
    standIn.restore();
    expect(xen.host('h')?.problem).toMatchObject({ code: 'no-toolstack' });
    expect(xen.domains()).toHaveLength(4);
  });

  it('outlives the connection, and goes with the host', async () => {
    await connect();
    xen.disconnected('h', false);
    expect(xen.host('h')?.problem).toMatchObject({ code: 'connection-lost' });
    expect(xen.domains()).toHaveLength(4);
    await xen.refresh('h');
    xen.connected(host, await standIn.session(), xenFacts());
    await vi.waitFor(() => expect(xen.host('h')?.problem).toBeUndefined(), patience);
    xen.disconnected('h', true);
    expect(xen.hosts()).toEqual([]);
    expect(xen.domains()).toEqual([]);
  });

  it('is not asked for where there is no toolstack, nor where XAPI rules', async () => {
    const session = await standIn.session();
    expect(xen.isPlain(host)).toBe(false);
    xen.connected(host, session, xenFacts(null));
    expect(xen.hosts()).toEqual([]);
    expect(xen.isPlain(host)).toBe(true);
    xen.disconnected('h', false);
    expect(xen.isPlain(host)).toBe(true);
    // At another address it may be another machine.
    expect(xen.isPlain({ ...host, port: host.port + 1 })).toBe(false);
    xen.connected(host, session, xenFacts('xe'));
    expect(xen.isPlain(host)).toBe(false);
    expect(xen.host('h')?.problem).toMatchObject({ code: 'no-toolstack' });
  });
});
