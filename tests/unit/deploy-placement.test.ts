import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Guest } from '../../src/main/xen/deploy/guest.ts';
import { kindOf, memoryOverhead, type PlacementHost, place } from '../../src/main/xen/deploy/placement.ts';
import { copied, guest, lookAtAll, placementHost } from '../support/deploy.ts';
import { kernelBoot } from '../support/deployments.ts';

const mib = 2 ** 20;
const gib = 2 ** 30;
const best = { headroom: 256 * mib, only: null };

const tag = fc.constantFrom('front', 'lab', 'prod');
const vm = fc.record({ name: fc.constantFrom('web07', 'db1', 'x'), tags: fc.array(tag, { maxLength: 2 }) });

const hosts = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    memoryFree: fc.integer({ min: 0, max: 16 * 1024 }).map((amount) => amount * mib),
    load: fc.double({ min: 0, max: 1, noNaN: true }),
    vms: fc.array(vm, { maxLength: 4 }),
    hvm: fc.boolean(),
    bridge: fc.boolean(),
    disk: fc.option(fc.integer({ min: 0, max: 64 }), { nil: null }),
  }),
  { selector: ({ id }) => id, maxLength: 6 },
);
type Drawn = typeof hosts extends fc.Arbitrary<infer T> ? T : never;

const made = (drawn: Drawn): PlacementHost[] =>
  drawn.map(({ id, memoryFree, load, vms, hvm, bridge, disk }) => {
    const looked = {
      'bridge=xenbr0': { kind: bridge ? 'bridge' : 'absent' },
      'folder=/srv/xen': { kind: 'free', bytes: (disk ?? 0) * gib, writable: true, mount: '/' },
    } as const;
    const look = disk === null ? null : lookAtAll(looked);
    const capabilities = hvm ? ['xen-3.0-x86_64', 'hvm-3.0-x86_64'] : ['xen-3.0-x86_64'];
    return placementHost(id, { memoryFree, load, vms, capabilities, look });
  });

const guests = fc
  .array(
    fc.record({
      memory: fc.integer({ min: 4, max: 8 * 1024 }).map((amount) => amount * mib),
      type: fc.constantFrom<Guest['type']>('pv', 'pvh', 'hvm'),
      vcpus: fc.integer({ min: 1, max: 8 }),
      tags: fc.array(tag, { maxLength: 2 }),
    }),
    { maxLength: 20 },
  )
  .map((list) => list.map((each, at) => guest({ ...each, memoryMax: each.memory, name: `web${at}` })));

describe('placement', () => {
  it('never puts on a host what does not fit there with all that is put there before', () => {
    fc.assert(
      fc.property(hosts, guests, (drawn, wanted) => {
        const there = made(drawn);
        const { vms } = place(wanted, there, best);
        expect(vms).toHaveLength(wanted.length);
        for (const host of there) {
          const mine = wanted.filter((_, at) => vms[at]?.host === host.id);
          const memory = mine.reduce((sum, each) => sum + each.memory + memoryOverhead(each), 0);
          if (mine.length > 0) expect(memory + best.headroom).toBeLessThanOrEqual(host.memoryFree);
          if (host.look !== null && mine.length > 0) {
            expect(host.look.findings.get('bridge=xenbr0')?.kind).toBe('bridge');
            const room = host.look.findings.get('folder=/srv/xen');
            expect(mine.length * gib).toBeLessThanOrEqual(room?.kind === 'free' ? room.bytes : 0);
          }
          if (!host.capabilities.includes('hvm-3.0-x86_64')) expect(mine.every(({ type }) => type === 'pv')).toBe(true);
        }
      }),
    );
  });

  it('leaves none without a host that would have fitted on one', () => {
    fc.assert(
      fc.property(hosts, guests, (drawn, wanted) => {
        const there = made(drawn);
        const { vms, fits } = place(wanted, there, best);
        const first = vms[0];
        if (first !== undefined) expect(first.host === null).toBe(fits.every((fit) => !fit.fits));
        // The last one: what all the others took is known.
        const [last, rest] = [wanted.at(-1), wanted.slice(0, -1)];
        if (last === undefined || vms.at(-1)?.host !== null) return;
        for (const host of there) {
          const mine = rest.filter((_, at) => vms[at]?.host === host.id);
          const verdict = place([...mine, last], [host], { ...best, only: host.id }).vms.at(-1)?.verdict;
          expect(verdict?.obstacles).not.toEqual([]);
        }
      }),
    );
  });

  it('comes to the same whatever the order of the hosts, and again and again', () => {
    const shuffled = hosts.chain((drawn) => fc.tuple(fc.constant(drawn), fc.shuffledSubarray(drawn, { minLength: drawn.length })));
    fc.assert(
      fc.property(shuffled, guests, ([drawn, other], wanted) => {
        const one = place(wanted, made(drawn), best);
        expect(place(wanted, made(other), best)).toEqual(one);
        const keep = new Map(wanted.flatMap(({ name }, at) => (one.vms[at]?.host == null ? [] : [[name, one.vms[at].host] as const])));
        const again = place(wanted, made(other), { ...best, keep });
        expect(again.vms.map(({ host }) => host)).toEqual(one.vms.map(({ host }) => host));
      }),
    );
  });

  it('gives the first of many small ones to the best host, and spreads the others', () => {
    const there = [placementHost('a'), placementHost('b', { memoryFree: 9 * gib }), placementHost('c', { load: 0.05 })];
    const small = Array.from({ length: 6 }, (_, at) => guest({ name: `web${at}`, memory: 64 * mib, memoryMax: 64 * mib }));
    const { vms } = place(small, there, best);
    expect(vms.map(({ host }) => host)).toEqual(['b', 'a', 'c', 'b', 'a', 'c']);
  });

  it('spreads several over hosts of very different size, and still fills the large one first', () => {
    const there = [
      placementHost('large', { memoryTotal: 192 * gib, memoryFree: 132 * gib }),
      ...['b', 'c', 'd', 'e'].map((id) => placementHost(id, { memoryTotal: 64 * gib, memoryFree: 14 * gib })),
    ];
    const { vms } = place(
      Array.from({ length: 12 }, (_, at) => guest({ name: `web${at}` })),
      there,
      best,
    );
    const on = (id: string) => vms.filter(({ host }) => host === id).length;
    expect(vms[0]?.host).toBe('large');
    expect(on('large')).toBeLessThanOrEqual(5);
    for (const id of ['b', 'c', 'd', 'e']) expect(on(id)).toBeGreaterThanOrEqual(1);
  });

  it('goes, of hosts that are the same but for their VMs, to one with the fewest that share a tag or are named alike', () => {
    const alike = (wanted: Guest, { vms }: PlacementHost) =>
      vms.filter(({ name, tags }) => kindOf(name) === kindOf(wanted.name) || tags.some((each) => wanted.tags.includes(each))).length;
    const some = fc.array(fc.array(vm, { maxLength: 5 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(some, fc.array(tag, { maxLength: 3 }), (all, tags) => {
        const there = all.map((vms, at) => placementHost(`${at}`, { vms }));
        const wanted = guest({ tags });
        const { vms, fits } = place([wanted], there, best);
        const counts = new Map(there.map((host) => [host.id, alike(wanted, host)]));
        expect(counts.get(vms[0]?.host ?? '')).toBe(Math.min(...counts.values()));
        for (const { host, reasons } of fits) {
          const told = reasons.flatMap((reason) => /^(\d+) (?:with its tag|of its kind) there$/.exec(reason)?.[1] ?? []);
          expect(told.reduce((sum, count) => sum + Number(count), 0)).toBe(counts.get(host));
        }
      }),
    );
  });

  it('keeps away from a host that has VMs of the same kind or tag, and says so', () => {
    const plain = (...names: string[]) => names.map((name) => ({ name, tags: [] }));
    const there = [placementHost('a', { vms: plain('web7', 'web8') }), placementHost('b', { vms: plain('db1', 'mail') })];
    expect(place([guest()], there, best).vms[0]?.host).toBe('b');
    const tagged = [
      placementHost('a', {
        vms: [{ name: 'db1', tags: ['prod', 'front'] }, { name: 'web7', tags: ['front'] }, ...plain('web8')],
      }),
      placementHost('b', { vms: [{ name: 'db2', tags: ['back'] }, ...plain('web9')] }),
    ];
    const { vms, fits } = place([guest({ tags: ['front', 'x'] })], tagged, best);
    expect(vms[0]?.host).toBe('b');
    expect(fits.map(({ reasons }) => reasons.slice(1, -1))).toEqual([
      ['1 of its kind there'],
      ['2 with its tag there', '1 of its kind there'],
    ]);
    expect([kindOf('web01'), kindOf('web-1'), kindOf('web'), kindOf('x86_64'), kindOf('__7')]).toEqual(['web', 'web', 'web', 'x', '__7']);
  });

  it('leaves a VM where it was while it fits, and moves it when it does not', () => {
    const keep = new Map([['web01', 'a']]);
    const there = (memoryFree: number) => [placementHost('a', { memoryFree }), placementHost('b')];
    expect(place([guest()], there(gib), { ...best, keep }).vms[0]?.host).toBe('a');
    expect(place([guest()], there(600 * mib), { ...best, keep }).vms[0]?.host).toBe('b');
  });

  it('says of each host what is in the way', () => {
    const reasons = (host: PlacementHost, wanted = guest()) => place([wanted], [host], best).fits[0]?.reasons;
    expect(reasons(placementHost('a', { look: lookAtAll() }))).toEqual(['7.5 GiB left after it']);
    expect(reasons(placementHost('a', { memoryFree: gib }), guest({ memory: 2 * gib }))).toEqual(['no: 1.3 GiB short']);
    expect(reasons(placementHost('a', { trouble: 'not connected' }))).toEqual(['not connected']);
    expect(reasons(placementHost('a', { capabilities: ['xen-3.0-x86_64'] }), guest({ type: 'hvm' }))).toEqual([
      'no HVM: its CPU has no VT-x/AMD-V',
    ]);
    expect(reasons(placementHost('a', { version: '4.8.5' }), guest({ type: 'pvh' }))).toEqual(['no PVH: Xen 4.8.5 is too old for it']);
    expect(reasons(placementHost('a', { toolstack: 'xe' }))).toEqual(['XAPI keeps the books there, and Hum builds with xl']);
    expect(reasons(placementHost('a', { toolstack: 'xm' }))).toEqual(['its Xen is run by xm, and Hum writes what xl reads']);
    const absent = { kind: 'absent' } as const;
    const bare = lookAtAll({
      'bridge=xenbr0': absent,
      'file=/srv/xen/base.img': absent,
      'file=/srv/xen/vmlinuz': { kind: 'unreadable' },
      'folder=/srv/xen': { kind: 'free', bytes: 0, writable: false, mount: '/' },
    });
    expect(reasons(placementHost('a', { look: bare }))).toEqual([
      'no bridge xenbr0',
      '/srv/xen cannot be written to',
      'the kernel /srv/xen/vmlinuz cannot be read',
      'no image /srv/xen/base.img',
      'disk: 1.0 MiB short',
    ]);
    const onVolume = guest({
      disks: [{ ...copied(''), place: { kind: 'volume', group: 'vg0', volume: 'web01' }, source: { kind: 'empty' }, size: 3 * gib }],
    });
    const group = (bytes: number) => placementHost('a', { look: lookAtAll({ 'group=vg0': { kind: 'bytes', bytes } }) });
    expect(reasons(group(gib), onVolume)).toEqual(['volume group vg0: 2.0 GiB short']);
    expect(reasons(placementHost('a', { look: lookAtAll({ 'group=vg0': absent }) }), onVolume)).toEqual(['no volume group vg0']);
  });

  it('passes over a host whose image or kernel is another one', () => {
    const [right, other] = ['a'.repeat(64), 'b'.repeat(64)];
    const wanted = guest({
      boot: { ...kernelBoot('/srv/xen/vmlinuz', null, ''), kernelChecksum: right },
      disks: [{ ...copied('/srv/xen/web01.img'), source: { kind: 'image', image: '/srv/xen/base.img', method: 'copy', checksum: right } }],
    });
    const file = { kind: 'file', bytes: 2 * gib, allocated: gib, format: 'raw', holds: 2 * gib } as const;
    const host = (id: string, kernel: string, image: string) =>
      placementHost(id, {
        memoryFree: id === 'c' ? 4 * gib : 8 * gib,
        look: lookAtAll({
          'sum=/srv/xen/vmlinuz': { kind: 'sum', checksum: kernel },
          'file=/srv/xen/base.img': { ...file, checksum: image },
        }),
      });
    const { vms, fits } = place([wanted], [host('a', other, right), host('b', right, other), host('c', right, right)], best);
    expect(vms[0]?.host).toBe('c');
    expect(fits.flatMap(({ host: id, reasons }) => (id === 'c' ? [] : [[id, reasons]]))).toEqual([
      ['a', ['the kernel /srv/xen/vmlinuz has another checksum than the template says']],
      ['b', ['the image /srv/xen/base.img has another checksum than the template says']],
    ]);
  });

  it('goes where a person says, and says that it does not fit', () => {
    const { vms } = place([guest()], [placementHost('a', { memoryFree: 0 }), placementHost('b')], { ...best, only: 'a' });
    expect(vms[0]).toMatchObject({ host: 'a', verdict: { obstacles: [{ kind: 'memory' }] } });
    expect(place([guest()], [placementHost('b')], { ...best, only: 'gone' }).vms[0]).toEqual({ host: null, verdict: null, refusals: [] });
  });
});
