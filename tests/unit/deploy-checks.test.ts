import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksOf, type Others, type VmFacts } from '../../src/main/xen/deploy/checks.ts';
import { type Holding, heldBy, othersOf, placementHosts, readHoldings } from '../../src/main/xen/deploy/fleet-view.ts';
import type { Guest, GuestDisk } from '../../src/main/xen/deploy/guest.ts';
import { type Finding, type HostLook, readLook } from '../../src/main/xen/deploy/look.ts';
import { type PlacementHost, place } from '../../src/main/xen/deploy/placement.ts';
import { copied, guest, lookAtAll, placementHost } from '../support/deploy.ts';
import { kernelBoot } from '../support/deployments.ts';
import { domainRow, xenHost } from '../support/xen-rows.ts';

const mib = 2 ** 20;
const gib = 2 ** 30;
const nobody: Others = { names: new Map(), found: new Map(), previewed: new Set(), macs: new Map(), addresses: new Map(), outOfSight: [] };

interface Case {
  readonly guest?: Partial<Guest>;
  readonly look?: HostLook | null;
  readonly host?: Partial<PlacementHost>;
  readonly others?: Partial<Others>;
  readonly vm?: Partial<VmFacts>;
}

/** The state and detail of one check of one VM on one host. */
function check(id: string, { guest: change, look = lookAtAll(), host: more, others, vm }: Case = {}) {
  const wanted = guest(change);
  const host = placementHost('a', { look, ...more });
  const placed = place([wanted], [host], { headroom: 256 * mib, only: 'a' }).vms[0];
  if (placed === undefined) throw new Error('not placed');
  const macs = wanted.vifs.map(({ mac }) => mac ?? '00:16:3e:00:00:01');
  const facts: VmFacts = { guest: wanted, macs, placed, host, lookProblem: null, complaints: [], ...vm };
  const found = checksOf([facts], { ...nobody, ...others }, []).find((each) => each.id === id);
  return found === undefined ? undefined : `${found.state}: ${found.detail}`;
}

const image = (change: Partial<Extract<Finding, { kind: 'file' }>>): HostLook =>
  lookAtAll({
    'file=/srv/xen/base.img': { kind: 'file', bytes: 2 * gib, allocated: gib, format: 'raw', holds: 2 * gib, checksum: null, ...change },
  });
const disk = (change: Partial<GuestDisk>, method: 'copy' | 'overlay' = 'copy', checksum: string | null = null): Partial<Guest> => ({
  disks: [{ ...copied('/srv/xen/web01.img'), source: { kind: 'image', image: '/srv/xen/base.img', method, checksum }, ...change }],
});
const fixed = (address: string): Partial<Guest> => ({
  vifs: [{ bridge: 'xenbr0', mac: null, ip: { kind: 'static', address, prefix: 24, gateway: null, dns: [] } }],
});

describe('the checks of a VM', () => {
  it('all pass where everything is there', () => {
    const ids = ['name', 'mac', 'type', 'memory', 'bridge', 'disk-space', 'image', 'kernel', 'config', 'clock', 'parameters'];
    for (const id of ids) expect(check(id)).toMatch(/^ok: .+\.$/);
    for (const id of ['ip', 'selinux', 'autostart']) expect(check(id)).toBeUndefined();
  });

  it('wait for the look at the host, but for what is known without', () => {
    for (const id of ['name', 'bridge', 'disk-space', 'image', 'kernel', 'clock']) expect(check(id, { look: null })).toBe('running: ');
    for (const id of ['mac', 'type', 'memory']) expect(check(id, { look: null })).toMatch(/^ok: /);
    expect(check('config', { vm: { complaints: null } })).toBe('running: ');
  });

  it('say who has the name', () => {
    const names = new Map([['web01', 'runs on xen-b']]);
    const found = new Map([['web01', 'is being deployed on xen-c']]);
    expect(check('name', { others: { found } })).toBe('failed: web01 is being deployed on xen-c. Choose another name.');
    expect(check('name', { others: { found, names } })).toContain('runs on xen-b');
    expect(check('name', { others: { names } })).toBe('failed: web01 runs on xen-b. Choose another name.');
    expect(check('name', { look: lookAtAll({ 'target=/etc/xen/web01.cfg': { kind: 'there' } }) })).toContain(
      'has a file /etc/xen/web01.cfg already.',
    );
    expect(check('name', { look: lookAtAll({ 'claim=web01': { kind: 'there' } }) })).toMatch(/^failed: .*at this moment/);
    expect(check('name', { look: lookAtAll({ 'claim=web01': { kind: 'old' } }) })).toMatch(/^ok: /);
    expect(check('name', { others: { previewed: new Set(['web01']) } })).toMatch(/^note: Another window/);
    expect(check('name', { others: { outOfSight: ['x', 'y'] } })).toMatch(/^note: As far as can be seen: x, y cannot/);
  });

  it('say whose the MAC address and the address are', () => {
    const macs = new Map([['00:16:3e:00:00:01', 'db on xen-b']]);
    expect(check('mac', { others: { macs } })).toMatch(/^failed: 00:16:3e:00:00:01 is that of db on xen-b\./);
    const own = { vifs: [{ bridge: 'xenbr0', mac: '02:00:00:00:00:01', ip: { kind: 'dhcp' } as const }] };
    expect(check('mac', { guest: own })).toMatch(/^note: .*not in the range of Xen/);
    const ofXen = { vifs: [{ ...own.vifs[0], mac: '00:16:3e:00:00:01' }] } as typeof own;
    expect(check('mac', { guest: ofXen, others: { outOfSight: ['x'] } })).toMatch(/^note: As far as can be seen/);
    expect(check('mac', { others: { outOfSight: ['x'] } })).toMatch(/^ok: /);
    const reach = (kind: 'answers' | 'silent' | 'untold') => lookAtAll({ 'reach=10.0.0.7/xenbr0': { kind } });
    expect(check('ip', { guest: fixed('10.0.0.7'), look: reach('silent') })).toMatch(/^ok: /);
    expect(check('ip', { guest: fixed('10.0.0.7'), look: reach('answers') })).toMatch(/^failed: A machine answers at 10\.0\.0\.7/);
    expect(check('ip', { guest: fixed('10.0.0.7'), look: reach('untold') })).toMatch(/^note: /);
    const addresses = new Map([['10.0.0.7', 'the host xen-a']]);
    expect(check('ip', { guest: fixed('10.0.0.7'), look: reach('silent'), others: { addresses } })).toMatch(/^failed: .*the host xen-a/);
  });

  it('say what is short, and how much', () => {
    expect(check('memory', { host: { memoryFree: gib }, guest: { memory: gib, memoryMax: gib } })).toMatch(
      /^failed: It takes 1\.0 GiB and 3\.0 MiB .*; 768 MiB may be used: 259 MiB short\. Choose another host/,
    );
    expect(check('memory')).toMatch(/7\.5 GiB are left after it\.$/);
    const room = (bytes: number) => lookAtAll({ 'folder=/srv/xen': { kind: 'free', bytes, writable: true, mount: '/' } });
    expect(check('disk-space', { look: room(gib / 2) })).toMatch(/^failed: Disk: 512 MiB short\. Make room/);
    expect(check('disk-space', { look: room(2 * gib), guest: disk({ size: 10 * gib }) })).toMatch(/^note: .*may grow to 10\.0 GiB/);
    const there = lookAtAll({ 'target=/srv/xen/web01.img': { kind: 'there' } });
    expect(check('disk-space', { look: there })).toMatch(/^failed: \/srv\/xen\/web01\.img is there already, and Hum overwrites nothing/);
  });

  it('say when an image is another than the disk needs', () => {
    const sum = (digit: string) => digit.repeat(64);
    expect(check('image', { look: image({ format: 'qcow2' }) })).toMatch(/^failed: .* is qcow2, and a raw one is needed/);
    expect(check('image', { guest: disk({ format: 'qcow2' }, 'overlay') })).toMatch(/^failed: .* is raw, and a qcow2 one is needed/);
    expect(check('image', { guest: disk({ size: gib }) })).toMatch(/^failed: .* its end would be cut off/);
    const small = disk({ format: 'qcow2', size: gib }, 'overlay');
    expect(check('image', { guest: small, look: image({ format: 'qcow2', bytes: mib, holds: 3 * gib }) })).toMatch(
      /^failed: .* holds a disk of 3\.0 GiB, and the disk would be 1\.0 GiB: its end would be cut off/,
    );
    expect(check('image', { guest: small, look: image({ format: 'qcow2', bytes: mib, holds: null }) })).toMatch(/^ok: /);
    expect(check('image', { guest: disk({}, 'copy', sum('a')), look: image({ checksum: sum('b') }) })).toBe(
      'failed: The image /srv/xen/base.img has another checksum than the template says. Bring the right one to the host (Images), or name another one.',
    );
    expect(check('image', { look: image({ checksum: sum('b') }) })).toContain('compared after the copy');
    expect(check('image')).toContain('no checksum is known');
  });

  it('say whether kernel and ramdisk are those that they should be', () => {
    const sum = (digit: string) => digit.repeat(64);
    const boot = { ...kernelBoot('/srv/xen/vmlinuz', '/srv/xen/initrd', ''), kernelChecksum: sum('a') };
    const look = (kernel: Finding, ramdisk: Finding, noted: string | null = null) =>
      lookAtAll({
        'file=/srv/xen/initrd': { kind: 'file', bytes: mib, allocated: mib, format: 'raw', holds: mib, checksum: noted },
        'sum=/srv/xen/vmlinuz': kernel,
        'sum=/srv/xen/initrd': ramdisk,
      });
    const is = (digit: string) => ({ kind: 'sum', checksum: sum(digit) }) as const;
    expect(check('kernel', { guest: { boot }, look: look(is('a'), is('b')) })).toBe(
      'ok: /srv/xen/vmlinuz: its checksum is right; /srv/xen/initrd: no checksum is known, so a damaged one would not be noticed.',
    );
    expect(check('kernel', { guest: { boot }, look: look(is('a'), is('b'), sum('b')) })).toBe(
      'ok: /srv/xen/vmlinuz: its checksum is right; /srv/xen/initrd: its checksum is right.',
    );
    expect(check('kernel', { guest: { boot }, look: look(is('c'), is('b')) })).toBe(
      'failed: The kernel /srv/xen/vmlinuz has another checksum than the template says. Copy the right one to the host, or name another one.',
    );
    expect(check('kernel', { guest: { boot }, look: look(is('a'), is('b'), sum('c')) })).toMatch(
      /^failed: The ramdisk \/srv\/xen\/initrd has another checksum than is noted beside it\. Copy/,
    );
    expect(check('kernel', { guest: { boot }, look: look({ kind: 'untold' }, is('b')) })).toMatch(
      /^note: \/srv\/xen\/vmlinuz: the host could not tell its checksum, so it is not compared; /,
    );
    // The template has the last word, also where an old note lies beside the file.
    const both = { ...boot, ramdiskChecksum: sum('b') };
    expect(check('kernel', { guest: { boot: both }, look: look(is('a'), is('b'), sum('c')) })).toMatch(/^ok: /);
  });

  it('say what the host lacks', () => {
    const lacking = (word: string, kind: 'absent' | 'interface' = 'absent') => ({ look: lookAtAll({ [word]: { kind } }) });
    expect(check('bridge', lacking('bridge=xenbr0'))).toMatch(/^failed: No bridge xenbr0\./);
    expect(check('bridge', lacking('bridge=xenbr0', 'interface'))).toMatch(/^failed: xenbr0 is no bridge\./);
    expect(check('kernel', lacking('file=/srv/xen/vmlinuz'))).toMatch(/^failed: No kernel \/srv\/xen\/vmlinuz\. Copy/);
    expect(check('type', { guest: { type: 'hvm' }, host: { capabilities: ['xen-3.0-x86_64'] } })).toMatch(/^failed: No HVM: its CPU/);
    expect(check('type', { host: { trouble: 'not connected' } })).toMatch(/^failed: name of a: not connected\./);
    expect(check('memory', { host: { trouble: 'not connected' } })).toBeUndefined();
  });

  it('say which program is missing, for its disks or to boot it', () => {
    const wanted = { ...disk({ format: 'qcow2' }, 'overlay'), boot: { kind: 'bootloader', program: 'pygrub' } } as const;
    const look = (image: 'there' | 'absent', pygrub: 'there' | 'absent') =>
      lookAtAll({ 'program=qemu-img': { kind: image }, 'program=pygrub': { kind: pygrub } });
    expect(check('program')).toBeUndefined();
    expect(check('program', { guest: wanted, look: look('there', 'there') })).toBe('ok: It is there.');
    expect(check('program', { guest: wanted, look: look('absent', 'there') })).toMatch(/^failed: No qemu-img\. Install it on the host/);
    expect(check('program', { guest: wanted, look: look('there', 'absent') })).toMatch(/^note: pygrub is not where Xen usually keeps it\./);
  });

  it('say what the toolstack says', () => {
    const complaint = (severity: 'error' | 'warning') => ({ line: 3, column: 0, severity, message: 'xl: no\u202e' }) as const;
    expect(check('config', { vm: { complaints: [complaint('error')] } })).toBe(
      'failed: Line 3: xl: no\\u{202e} Correct it in the template.',
    );
    expect(check('config', { vm: { complaints: [complaint('warning')] } })).toMatch(/^note: /);
    const lookProblem = { code: 'request-timeout', message: 'It hangs.', hint: 'Look at it.' } as const;
    expect(check('config', { vm: { lookProblem } })).toBe('failed: It hangs. Look at it.');
  });

  it('go by the choice of the template where SELinux is off', () => {
    const wanted = (whenAbsent: 'note' | 'error') => ({ selinux: { booleans: ['xen_use_nfs'], whenAbsent } });
    const found = (kind: 'on' | 'off' | 'absent', selinux: HostLook['selinux'] = 'enforcing') =>
      lookAtAll({ 'boolean=xen_use_nfs': { kind } }, { selinux });
    expect(check('selinux', { guest: wanted('note'), look: found('absent', 'off') })).toMatch(/^note: SELinux is off/);
    expect(check('selinux', { guest: wanted('error'), look: found('absent', 'off') })).toMatch(/^failed: SELinux is off/);
    expect(check('selinux', { guest: wanted('note'), look: found('absent') })).toMatch(/^note: .*no boolean xen_use_nfs: left out/);
    expect(check('selinux', { guest: wanted('error'), look: found('absent') })).toMatch(/^failed: /);
    expect(check('selinux', { guest: wanted('note'), look: found('off') })).toBe('ok: xen_use_nfs is switched on.');
    expect(check('selinux', { guest: wanted('note'), look: found('on') })).toBe('ok: All are on already.');
    expect(check('selinux', { look: lookAtAll({}, { selinux: 'enforcing' }) })).toBe('ok: The template sets no boolean of it.');
    expect(check('selinux')).toBeUndefined();
  });

  it('say when a clock is wrong, and when there is no autostart', () => {
    expect(check('clock', { look: lookAtAll({}, { clockAheadMs: -180_000 }) })).toMatch(/^note: The clock of name of a is 3 min behind\./);
    expect(check('clock', { look: lookAtAll({}, { clockAheadMs: 59_000 }) })).toMatch(/^ok: /);
    const link = 'target=/etc/xen/auto/web01.cfg';
    const autostart = (kind: 'there' | 'absent', there = true) => ({
      guest: { autostart: true },
      look: lookAtAll({ [link]: { kind } }, { autostart: there }),
    });
    expect(check('autostart', autostart('absent'))).toMatch(/^ok: /);
    expect(check('autostart', autostart('absent', false))).toMatch(/^note: /);
    expect(check('autostart', autostart('there'))).toMatch(/^failed: /);
  });

  it('tell why no host fits', () => {
    const wanted = guest({ memory: 64 * gib, memoryMax: 64 * gib });
    const hosts = [placementHost('a'), placementHost('b', { trouble: 'not connected' })];
    const placed = place([wanted], hosts, { headroom: 0, only: null }).vms[0];
    if (placed === undefined) throw new Error('not placed');
    const checks = checksOf([{ guest: wanted, macs: [], placed, host: null, lookProblem: null, complaints: null }], nobody, []);
    expect(checks.find(({ id }) => id === 'memory')).toMatchObject({
      state: 'failed',
      detail: 'name of a: 56.0 GiB short. No host fits. Give it less memory, or leave less free.',
    });
  });
});

describe('the answer of a look', () => {
  it('is read whatever it is, and no line passes for that of a word which was not asked', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.nat({ max: 5 }), fc.constantFrom('there', 'free 1 yes /', 'file 1 1 raw 1 -', 'bytes 9', `sum ${'0'.repeat(64)}`, 'x'))
        .map(([n, rest]) => `${n} ${rest}`),
      fc.constantFrom('clock 5', 'clock x', 'memory 12', 'selinux Enforcing', 'auto yes', '1e3 there', '01 there', '-1 there'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { findings } = readLook(lines.join('\n'), ['a', 'b'], 0);
        for (const word of findings.keys()) expect(['a', 'b']).toContain(word);
      }),
    );
  });
});

describe('what a plan holds', () => {
  it('is read back as it was written, and whatever else stands there is passed over', () => {
    const holding = fc.record({
      host: fc.option(fc.string(), { nil: null }),
      name: fc.string(),
      macs: fc.array(fc.string()),
      addresses: fc.array(fc.string()),
      memory: fc.nat(),
      tags: fc.array(fc.string()),
    });
    fc.assert(
      fc.property(fc.array(holding), (holdings) => {
        expect(readHoldings(JSON.parse(JSON.stringify(heldBy(holdings))))).toEqual(holdings);
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (anything) => {
        for (const held of readHoldings(anything as never)) expect(typeof held.name).toBe('string');
      }),
    );
  });
});

describe('the fleet', () => {
  const view = {
    hosts: [xenHost()],
    domains: [
      domainRow(),
      domainRow({ name: 'off', load: { id: null, state: 'off' }, facts: { commandLine: 'ip=10.0.0.7::10.0.0.1:255.255.255.0' } }),
    ],
    hostName: (id: string) => `name of ${id}`,
    hostAddresses: [
      { id: 'xen-a', name: 'xen-a', address: '10.0.0.2', asked: true },
      { id: 'xen-b', name: 'xen-b', address: 'xen-b.example.org', asked: true },
    ],
    planned: [{ host: 'xen-a', name: 'coming', macs: ['00:16:3e:00:00:09'], addresses: ['10.0.0.9'], memory: 600 * mib, tags: [] }],
    deployed: [
      { host: 'xen-a', name: 'guest2', macs: [], addresses: ['10.0.0.3'], memory: 1, tags: [] },
      { host: 'xen-a', name: 'guest2', macs: [], addresses: ['10.0.0.4'], memory: 1, tags: [] },
      { host: 'xen-a', name: 'removed', macs: [], addresses: ['10.0.0.5'], memory: 1, tags: [] },
    ],
    previewed: [{ host: null, name: 'maybe', macs: ['00:16:3e:00:00:08'], addresses: [], memory: 600 * mib, tags: [] }],
  };

  it('knows whose names, MACs and addresses are taken', () => {
    const { names, macs, addresses, previewed } = othersOf(view, new Map());
    expect([...names]).toEqual([
      ['guest2', 'runs on name of xen-a'],
      ['off', 'is configured on name of xen-a'],
      ['coming', 'is being deployed on name of xen-a'],
    ]);
    expect([...macs.keys()].sort()).toEqual(['00:16:3e:00:00:02', '00:16:3e:00:00:08', '00:16:3e:00:00:09']);
    expect([...addresses.keys()].sort()).toEqual(['10.0.0.2', '10.0.0.4', '10.0.0.7', '10.0.0.9']);
    expect([...previewed]).toEqual(['maybe']);
  });

  it('knows names that are claimed where somebody has looked', () => {
    const looks = new Map([
      ['xen-a', lookAtAll({ 'target=/etc/xen/new.cfg': { kind: 'there' }, 'volume=vg0/claim=x': { kind: 'there' } })],
      [
        'xen-b',
        lookAtAll({ 'claim=web07': { kind: 'there' }, 'claim=stale': { kind: 'old' }, 'target=/srv/xen/y.cfg': { kind: 'there' } }),
      ],
    ]);
    expect([...othersOf(view, looks).found]).toEqual([['web07', 'is being deployed on name of xen-b']]);
  });

  it('knows an address also of a VM that was renamed or migrated, and of one on a host that was not reached yet', () => {
    const deployed = [
      { host: 'xen-c', name: 'before', macs: ['00:16:3E:00:00:02'], addresses: ['10.0.0.20'], memory: 1, tags: [] },
      { host: 'xen-b', name: 'unseen', macs: ['00:16:3e:00:00:0a'], addresses: ['10.0.0.21'], memory: 1, tags: [] },
    ];
    const asked = (yes: boolean) => ({ ...view, deployed, hostAddresses: view.hostAddresses.map((each) => ({ ...each, asked: yes })) });
    expect(othersOf(asked(true), new Map()).addresses.get('10.0.0.20')).toBe('off on name of xen-a');
    expect([...othersOf(asked(true), new Map()).addresses.keys()]).not.toContain('10.0.0.21');
    expect(othersOf(asked(true), new Map()).outOfSight).toEqual([]);
    const { macs, addresses, outOfSight } = othersOf(asked(false), new Map());
    expect([macs.get('00:16:3e:00:00:0a'), addresses.get('10.0.0.21')]).toEqual(
      Array.from({ length: 2 }, () => 'unseen, which was deployed on name of xen-b'),
    );
    expect(outOfSight).toEqual(['xen-b']);
  });

  it('has less memory free by what is being deployed, until it is there', () => {
    const free = (planned: typeof view.planned) => placementHosts({ ...view, planned }, new Map())[0]?.memoryFree;
    expect(free(view.planned)).toBe(1000 * mib);
    expect(free([{ host: 'xen-a', name: 'guest2', macs: [], addresses: [], memory: 600 * mib, tags: [] }])).toBe(1600 * mib);
  });

  it('knows the tags of what Hum has deployed or is deploying, also after a rename or a migration', () => {
    const held = (other: Partial<Holding>): Holding => ({
      host: 'xen-a',
      name: 'x',
      macs: [],
      addresses: [],
      memory: 1,
      tags: [],
      ...other,
    });
    const vifWith = (mac: string) => ({ mac, bridge: 'xenbr0', script: null, model: null, ip: null });
    const domains = [
      domainRow({ name: 'Domain-0', load: { id: 0 }, facts: { control: true } }),
      domainRow({ name: 'mail', facts: { vifs: [] } }),
      domainRow({ name: 'renamed', facts: { vifs: [vifWith('00:16:3e:00:00:0B')] } }),
      domainRow({ name: 'foreign', facts: { vifs: [vifWith('00:16:3e:00:00:0c')] } }),
      domainRow({ name: 'off', load: { id: null, state: 'off' } }),
    ];
    const deployed = [
      held({ name: 'mail', tags: ['old'] }),
      held({ name: 'mail', tags: ['mail'] }),
      held({ host: 'xen-b', name: 'before', macs: ['00:16:3e:00:00:0b'], tags: ['web', 'prod'] }),
      held({ name: 'off', tags: ['off'] }),
      held({ name: 'removed', tags: ['web'] }),
    ];
    const planned = [held({ name: 'coming', tags: ['web'] }), held({ host: 'xen-b', name: 'elsewhere', tags: ['web'] })];
    const vms = placementHosts({ ...view, domains, deployed, planned }, new Map())[0]?.vms;
    expect(vms?.map(({ name, tags }) => [name, tags])).toEqual([
      ['mail', ['mail']],
      ['renamed', ['web', 'prod']],
      ['foreign', []],
      ['coming', ['web']],
    ]);
  });

  it('takes the figure of the last answer', () => {
    const free = (at: number) =>
      placementHosts({ ...view, planned: [] }, new Map([['xen-a', lookAtAll({}, { at, memoryFree: mib })]]))[0]?.memoryFree;
    expect([free(999), free(1001)]).toEqual([1600 * mib, mib]);
  });
});
