import { writeFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type HostServer, startHostServer } from '../../src/main/demo/host-server.ts';
import { newKeyPair } from '../../src/main/demo/keys.ts';
import { fleetOf, type Profile } from '../../src/main/demo/profiles.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { xenScript } from '../../src/main/xen/scripts.ts';
import type { DomainRow } from '../../src/shared/contract/xen.ts';
import { type DeployRig, openDeployRig } from '../support/deploy-rig.ts';
import { patience } from '../support/patience.ts';
import { viewOf } from '../support/plans.ts';
import { openRig, type Rig } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

/** From a request to plans, over real connections to two hosts of the demo, whose answers are held against the real scripts elsewhere. */

let rig: Rig;
let servers: HostServer[];
let sessions: Record<string, Session>;
let hum: DeployRig;

const clientKey = newKeyPair();
const hostKey = newKeyPair();
const isSteadyXen = ({ role, xen, user }: Profile) => role === 'steady' && xen != null && user === 'root';

beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

beforeEach(async () => {
  const profiles = fleetOf(1912, 60, 12).filter(isSteadyXen).slice(0, 2);
  const parsed = ssh2.utils.parseKey(clientKey.private);
  if (profiles.length < 2 || parsed instanceof Error) throw new Error('too few steady Xen hosts in the demo');
  const began = performance.now();
  const path = `${rig.dir}/demo-key`;
  await writeFile(path, clientKey.private, { mode: 0o600 });
  servers = [];
  sessions = {};
  for (const [at, profile] of profiles.entries()) {
    const server = await startHostServer({
      profile,
      hostKey: hostKey.private,
      clientKey: parsed,
      now: () => performance.now() - began,
      peers: new Map(),
    });
    const known = `[127.0.0.1]:${server.port} ${hostKey.public}\n`;
    const target = await targetFor(rig, { port: server.port }, { known, keyFiles: [path], explicitKeys: true, user: 'root' });
    servers.push(server);
    sessions['ab'[at] ?? ''] = await online(sessionFor(target));
  }
});
afterEach(async () => {
  await hum.close();
  await stopSessions();
  for (const server of servers) server.close();
});

const fixedMac = (mac: string) => `version: 1
name: Fixed
type: pv
memory: 64 MiB
boot: { kernel: /srv/xen/vmlinuz }
vifs:
  - { bridge: xenbr0, mac: "${mac}" }
`;

function some(fits: (row: DomainRow) => boolean): DomainRow {
  const found = hum.xen.domains().find((row) => !row.facts.control && fits(row));
  if (found === undefined) throw new Error('no such domain in the demo');
  return found;
}
const refusal = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });

describe('a preview', () => {
  beforeEach(async () => {
    hum = await openDeployRig(sessions);
  });

  test('of one VM drafts at once, checks, and can then be started', async () => {
    const preview = hum.follow(hum.request());
    const digest = await preview.ready();
    expect(preview.kinds[0]).toBe('draft');
    expect(preview.kinds).toContain('check');
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    const [vm] = preview.now?.vms ?? [];
    expect(vm).toMatchObject({ name: 'web01', ip: '10.0.2.110' });
    expect(vm?.macs).toEqual([expect.stringMatching(/^00:16:3e:/)]);
    expect(vm?.configuration).toContain(`mac=${vm?.macs[0]}`);
    expect(vm?.steps.length).toBeGreaterThan(4);
    expect(preview.now?.hosts.map(({ fits }) => fits)).toEqual([true, true]);
    const ids = preview.now?.checks.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(['name', 'mac', 'bridge', 'memory', 'disk-space', 'image', 'kernel', 'type', 'ip', 'config', 'clock']),
    );
    expect(preview.now?.checks.every(({ detail }) => detail.length > 3)).toBe(true);
    expect(hum.done).toEqual([]);
  });

  test('of several gives each its own name, MAC and address, and spreads them', async () => {
    const preview = hum.follow(hum.request({ names: 'web[01-03]' }));
    await preview.ready();
    const vms = preview.now?.vms ?? [];
    expect(vms.map(({ name, ip }) => [name, ip])).toEqual([
      ['web01', '10.0.2.110'],
      ['web02', '10.0.2.111'],
      ['web03', '10.0.2.112'],
    ]);
    expect(new Set(vms.flatMap(({ macs }) => macs)).size).toBe(3);
    expect(new Set(vms.map(({ host }) => host))).toEqual(new Set(['a', 'b']));
    for (const { configuration, ip } of vms) expect(configuration).toContain(`ip4=${ip}`);
  });

  test('says who has the name, on whatever host it is', async () => {
    const { name } = some(({ host }) => host === 'b');
    const preview = hum.follow(hum.request({ names: name, host: 'a' }));
    await preview.settled();
    expect(preview.check('name', name)).toMatchObject({ state: 'failed', detail: expect.stringMatching(/ on b\. Choose another name\.$/) });
    expect(preview.now?.digest).toBeNull();
  });

  test('says how much memory is short, on the host chosen and on the best', async () => {
    const large = { template: 'shipped/debian-pv', values: { memory: '1 TiB' } };
    const chosen = hum.follow(hum.request({ ...large, host: 'a' }));
    await chosen.settled();
    expect(chosen.check('memory')).toMatchObject({
      state: 'failed',
      detail: expect.stringMatching(/ short\. Choose another host, give it less memory/),
    });
    const best = hum.follow(hum.request(large));
    await best.until(({ errors }) => errors.length > 0);
    expect(best.now?.errors).toMatchObject([{ field: 'host' }]);
    expect(best.now?.vms[0]?.host).toBeNull();
    expect(best.now?.hosts.every(({ fits, reasons }) => !fits && /^no: .* short$/.test(reasons[0] ?? ''))).toBe(true);
  });

  test('moves a VM away from a host that turns out not to have what it needs, and says what', async () => {
    const preview = hum.follow(hum.request({ values: { bridge: 'xenbr9' } }));
    await preview.until(({ errors }) => errors.length > 0);
    expect(preview.now?.hosts.map(({ reasons }) => reasons)).toEqual([['no bridge xenbr9'], ['no bridge xenbr9']]);
    const image = hum.follow(hum.request({ values: { image: '/srv/xen/none.img' }, host: 'a' }));
    await image.settled();
    expect(image.check('image')).toMatchObject({
      state: 'failed',
      detail: 'No image /srv/xen/none.img. Bring the right one to the host (Images), or name another one.',
    });
  });

  test('keeps what it has drawn while somebody types, and does not compete with itself', async () => {
    const first = hum.follow(hum.request());
    await first.ready();
    const before = first.now?.vms[0];
    const second = hum.follow(hum.request({ values: { memory: '64 MiB' } }));
    await first.leave();
    await second.ready();
    expect(second.now?.vms[0]).toMatchObject({ macs: before?.macs, ip: before?.ip });
    expect(second.check('name')?.state).toBe('ok');
    expect(second.now?.vms[0]?.steps).not.toEqual(before?.steps);
  });

  test('gives two windows different MACs and addresses, and tells of the name', async () => {
    const one = hum.follow(hum.request(), 'one');
    await one.ready();
    const other = hum.follow(hum.request(), 'other');
    await other.ready();
    expect(other.now?.vms[0]?.macs).not.toEqual(one.now?.vms[0]?.macs);
    expect([one.now?.vms[0]?.ip, other.now?.vms[0]?.ip]).toEqual(['10.0.2.110', '10.0.2.111']);
    expect(other.check('name')?.state).toBe('note');
    expect(one.check('name')?.state).toBe('ok');
    // One that somebody typed stays with the first, too.
    const typed = { names: 'web02', values: { ip: '10.0.2.55' } };
    const [first, second] = [hum.follow(hum.request(typed), 'third'), hum.follow(hum.request(typed), 'fourth')];
    await second.settled();
    expect(second.check('ip', 'web02')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('web02, which is about to be deployed'),
    });
    await first.ready();
    await first.leave();
    await second.ready();
  });

  test('sees that somebody has mended what a check told', async () => {
    const disk = (...words: string[]) => sessions.a?.run(xenScript('disk'), words);
    expect(await disk('make', 'abc', 'xvda', '/srv/xen/web01.img', 'empty', '', 'raw', '1048576', '', '')).toMatchObject({ code: 0 });
    const preview = hum.follow(hum.request({ host: 'a' }));
    await preview.settled();
    const failed = preview.now?.checks.filter(({ state }) => state === 'failed');
    expect(failed).toMatchObject([{ detail: expect.stringContaining('/srv/xen/web01.img') }]);
    expect(await disk('undo', 'abc', 'xvda', '/srv/xen/web01.img')).toMatchObject({ code: 0 });
    hum.pass(20_000);
    await preview.ready();
  });

  test('says when its host is lost, and goes on when it is back', async () => {
    const preview = hum.follow(hum.request({ host: 'a' }));
    await preview.ready();
    await sessions.a?.stop();
    await preview.until(() => preview.check('type')?.state === 'failed');
    expect(preview.now?.hosts.find(({ host }) => host === 'a')).toMatchObject({ fits: false, reasons: ['not connected'] });
    if (sessions.a) await online(sessions.a);
    await preview.ready();
  });

  test('refuses a template that is none', async () => {
    const preview = hum.follow(hum.request({ template: 'own/none' }));
    expect((await preview.until(({ problem }) => problem !== null)).problem?.code).toBe('not-found');
  });

  test('survives whatever is typed, and lets none of it through as something else', async () => {
    const hostile = [
      'x'.repeat(10_000),
      'a\nb',
      ']',
      '#',
      '-rf',
      '$(reboot)',
      '"',
      "'",
      '\u202egnp',
      '{name}',
      '/../x',
      '\0',
      '10.0.2.110\n',
    ];
    for (const text of hostile) {
      const asked = [
        { names: text.slice(0, 4096) },
        ...['memory', 'vcpus', 'bridge', 'ip', 'folder', 'image'].map((name) => ({ values: { [name]: text } })),
        { template: 'shipped/pvh-linux', values: { options: text } },
      ];
      for (const change of asked) {
        const preview = hum.follow(hum.request(change));
        const { errors, checks, vms } = await preview.settled();
        const fine = 'values' in change && 'options' in (change.values ?? {});
        if (errors.length > 0) {
          expect(errors[0]?.message).toMatch(/^[^\p{Cc}\u202e]+$/u);
          expect(preview.now?.digest).toBeNull();
        } else if (fine) {
          expect(vms).not.toEqual([]);
          for (const { configuration } of vms)
            expect(configuration.split('\n').filter((line) => /^(?:cmdline|name) = /.test(line))).toHaveLength(2);
        } else expect(checks.some(({ state }) => state === 'failed') || preview.now?.digest !== null).toBe(true);
        await preview.leave();
      }
    }
  });
});

test('a MAC address that another VM has is told, and so is one that a template gives to several', async () => {
  hum = await openDeployRig(sessions);
  const mac = some(({ facts }) => facts.vifs[0]?.mac != null).facts.vifs[0]?.mac ?? '';
  await hum.close();
  hum = await openDeployRig(sessions, { templates: { taken: fixedMac(mac), free: fixedMac('00:16:3e:ff:ff:ff') } });
  const preview = hum.follow(hum.request({ template: 'own/taken' }));
  await preview.settled();
  expect(preview.check('mac')).toMatchObject({ state: 'failed', detail: expect.stringContaining(`${mac} is that of`) });
  const several = hum.follow(hum.request({ template: 'own/free', names: 'web[1-2]' }));
  await several.until(({ errors }) => errors.length > 0);
  expect(several.now?.errors[0]).toMatchObject({ field: 'names', message: expect.stringContaining('the same MAC address') });
});

test('names, MACs and addresses of several come from the ranges of the template, as long as these reach', async () => {
  const ranged = `version: 1
name: Ranged
type: pv
memory: 64 MiB
boot: { kernel: /srv/xen/vmlinuz }
parameters: { ip: { type: ipv4, default: 10.9.0.5 } }
vifs:
  - { bridge: xenbr0, mac: "00:16:3e:0a:00:fe-00:16:3e:0a:01:01", ip: "{ip}", lastIp: 10.9.0.8 }
`;
  hum = await openDeployRig(sessions, { templates: { ranged } });
  const four = hum.follow(hum.request({ template: 'own/ranged', names: 'web[01-04]' }));
  const { vms } = await four.settled();
  expect(four.now?.errors).toEqual([]);
  expect(vms.map(({ ip }) => ip)).toEqual(['10.9.0.5', '10.9.0.6', '10.9.0.7', '10.9.0.8']);
  expect(vms.flatMap(({ macs }) => macs).sort()).toEqual([
    '00:16:3e:0a:00:fe',
    '00:16:3e:0a:00:ff',
    '00:16:3e:0a:01:00',
    '00:16:3e:0a:01:01',
  ]);
  await four.leave();
  const five = hum.follow(hum.request({ template: 'own/ranged', names: 'web[02-04]' }));
  const held = (await five.settled()).vms.map(({ macs }) => macs[0]);
  await five.leave();
  // One more in front takes none of theirs, though it draws first.
  const again = hum.follow(hum.request({ template: 'own/ranged', names: 'web[01-04]' }));
  expect((await again.settled()).vms.slice(1).map(({ macs }) => macs[0])).toEqual(held);
  await again.leave();
  for (const [names, values, message] of [
    ['web[01-05]', {}, 'From 00:16:3e:0a:00:fe to 00:16:3e:0a:01:01 too few MAC addresses are free'],
    ['web[01-04]', { ip: '10.9.0.6' }, 'The range from 10.9.0.6 to 10.9.0.8 has 3 of 4 addresses free.'],
  ] as const) {
    const preview = hum.follow(hum.request({ template: 'own/ranged', names, values }));
    const { errors } = await preview.until((now) => now.errors.length > 0);
    expect(errors.map((each) => each.message).join('\n')).toContain(message);
    expect(preview.now?.digest).toBeNull();
    await preview.leave();
  }
});

test('what cloud-init will be told is there for the window that looks at it, and for no other', async () => {
  const clouded = `version: 1
name: Clouded
type: pv
memory: 64 MiB
boot: { kernel: /srv/xen/vmlinuz }
disks: [{ device: xvda, path: "/srv/xen/{name}.img", size: 1 GiB }]
vifs: [{ bridge: xenbr0 }]
cloudInit: { user: admin }
`;
  hum = await openDeployRig(sessions, { templates: { clouded } });
  const preview = hum.follow(hum.request({ template: 'own/clouded', names: 'web[1-2]' }));
  await preview.ready();
  const [first, second] = preview.now?.vms ?? [];
  expect(first?.seed).toMatch(/^[0-9a-f]{64}$/);
  expect(second?.seed).not.toBe(first?.seed);
  const files = hum.deployments.seed('window', 'web2');
  expect(files.map(({ name }) => name)).toEqual(['user-data', 'network-config', 'meta-data']);
  expect(files[0]?.text).toContain('hostname: web2\n');
  expect(files[1]?.text).toContain(second?.macs[0]);
  expect(() => hum.deployments.seed('window', 'web3')).toThrow('no seed');
  expect(() => hum.deployments.seed('another', 'web2')).toThrow('no seed');
  const plain = hum.follow(hum.request());
  await plain.ready();
  expect(plain.now?.vms[0]?.seed).toBeNull();
});

test('hosts that are refused for their kernel stay so while they are looked at afresh', async () => {
  const wrong = `version: 1
name: Wrong
type: pv
memory: 64 MiB
boot: { kernel: /srv/xen/vmlinuz, kernelChecksum: ${'a'.repeat(64)} }
`;
  hum = await openDeployRig(sessions, { templates: { wrong } });
  const preview = hum.follow(hum.request({ template: 'own/wrong' }));
  await preview.until(({ errors }) => errors.length > 0);
  expect(preview.now?.hosts.map(({ reasons }) => reasons)).toEqual(
    Array.from({ length: 2 }, () => ['the kernel /srv/xen/vmlinuz has another checksum than the template says']),
  );
  const placed: unknown[] = [];
  const looked = hum.looks;
  for (let round = 1; round <= 2; round += 1) {
    hum.pass(16_000);
    await vi.waitFor(() => {
      placed.push(...(preview.now?.vms.flatMap(({ host }) => host ?? []) ?? []));
      expect(hum.looks).toBeGreaterThanOrEqual(looked + 2 * round);
    }, patience);
  }
  await preview.until(({ errors }) => errors.length > 0);
  expect(placed).toEqual([]);
});

describe('a start', () => {
  beforeEach(async () => {
    hum = await openDeployRig(sessions, { hold: true });
  });

  test('makes a plan for each VM, of which so many run at once, and holds what they have', async () => {
    const request = hum.request({ names: 'web[01-03]', host: 'a', atOnce: 1 });
    const preview = hum.follow(request);
    const digest = await preview.ready();
    const vms = preview.now?.vms ?? [];
    const { batch, plans } = await hum.deployments.start({ ...request, digest });
    expect(plans).toHaveLength(3);
    await preview.leave();
    const views = await Promise.all(plans.map((id) => viewOf(hum.plans, id)));
    expect(views.map((view) => [view?.kind, view?.subject, view?.batch])).toEqual(
      vms.map(({ name }) => ['xen.deploy', `a/${name}`, batch]),
    );
    await vi.waitFor(() => expect(hum.done).toEqual(['a']), patience);

    const next = hum.follow(hum.request({ names: 'web02,web04' }));
    await next.settled();
    expect(next.check('name', 'web02')).toMatchObject({ state: 'failed', detail: 'web02 is being deployed on a. Choose another name.' });
    expect(next.check('name', 'web04')?.state).toBe('ok');
    expect(next.now?.vms.map(({ ip }) => ip)).toEqual(['10.0.2.113', '10.0.2.114']);
    await next.leave();

    // One of another name shares their tag, and is kept apart from them.
    const apart = hum.follow(hum.request({ names: 'mail' }));
    await apart.settled();
    expect(apart.now?.hosts.map(({ host, reasons }) => [host, reasons.filter((reason) => reason.includes('tag'))])).toEqual([
      ['b', []],
      ['a', ['3 with its tag there']],
    ]);
    expect(apart.now?.vms[0]?.host).toBe('b');
    await apart.leave();

    // The next Hum knows of the one that was under way; the others had not begun and are over.
    await hum.restart();
    const later = hum.follow(hum.request({ names: 'web01,web02' }));
    await later.settled();
    expect(later.check('name', 'web01')).toMatchObject({ state: 'failed', detail: 'web01 is being deployed on a. Choose another name.' });
    expect(later.check('name', 'web02')?.state).toBe('ok');
    expect(later.now?.vms.map(({ ip }) => ip)).toEqual(['10.0.2.111', '10.0.2.112']);
    expect(later.now?.vms.flatMap(({ macs }) => macs)).not.toContain(vms[0]?.macs[0]);
  });

  test('of all or none is one plan', async () => {
    const request = hum.request({ names: 'web[01-02]', partial: 'all-or-none' });
    const digest = await hum.follow(request).ready();
    const { plans } = await hum.deployments.start({ ...request, digest });
    expect(plans).toHaveLength(1);
    expect(await viewOf(hum.plans, plans[0] ?? '')).toMatchObject({ kind: 'xen.deploy-all' });
  });

  test('is refused where somebody else’s Hum has begun to make a VM of the name on another host', async () => {
    // Of several on both hosts, too: each host is asked for the names of the others.
    for (const change of [{ host: 'a', names: 'web01' }, { names: 'web[11-12]' }] as const) {
      const request = hum.request(change);
      const preview = hum.follow(request);
      const digest = await preview.ready();
      const [{ name = '', host = '' } = {}] = preview.now?.vms ?? [];
      const other = host === 'a' ? 'b' : 'a';
      await sessions[other]?.run(xenScript('claim'), ['take', 'abc', name, 'xl', `/etc/xen/${name}.cfg`], { timeoutMs: 10_000 });
      await expect(hum.deployments.start({ ...request, digest })).rejects.toMatchObject({
        problem: { code: 'name-taken', message: `${name} is being deployed on ${other}.` },
      });
      await preview.leave();
    }
    expect(hum.done).toEqual([]);
  });

  test('waits for no other host, and asks nobody for its password', async () => {
    const request = hum.request({ host: 'a' });
    const digest = await hum.follow(request).ready();
    const asked: (boolean | undefined)[] = [];
    const session = sessions.b as Session;
    const run = vi.spyOn(session, 'run').mockImplementation((_script, _args, options) => {
      asked.push(options?.quietly);
      return new Promise((_, reject) => options?.signal?.addEventListener('abort', () => reject(new Error('cut off'))));
    });
    const began = performance.now();
    expect((await hum.deployments.start({ ...request, digest })).plans).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(asked).toEqual([true]);
    run.mockRestore();
  });

  test('is refused for a digest of something else, or twice', async () => {
    const request = hum.request();
    const digest = await hum.follow(request).ready();
    const start = (change: object) => hum.deployments.start({ ...request, digest, ...change });
    await expect(start({ digest: '0'.repeat(64) })).rejects.toEqual(refusal('plan-changed'));
    for (const change of [{ names: 'web02' }, { host: 'b' }, { values: { memory: '64 MiB' } }, { headroom: 0 }, { template: 'own/x' }]) {
      await expect(start(change)).rejects.toEqual(refusal('plan-changed'));
    }
    const results = await Promise.allSettled([start({}), start({})]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await expect(start({})).rejects.toEqual(refusal('plan-changed'));
  });

  test('of one name from two windows at once is won by one, and lost cleanly by the other', async () => {
    const request = hum.request();
    const [one, other] = [hum.follow(request, 'one'), hum.follow(request, 'other')];
    const digests = [await one.ready(), await other.ready()];
    const results = await Promise.allSettled(digests.map((digest) => hum.deployments.start({ ...request, digest })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = results.find((result) => result.status === 'rejected');
    expect(lost?.reason).toEqual(refusal('name-taken'));
    expect(lost?.reason.problem).toMatchObject({
      message: expect.stringMatching(/^web01 is being deployed on [ab]\.$/),
      hint: 'Nothing was started. Choose another name.',
    });
  });

  test('can be made a moment after the window was left', async () => {
    const request = hum.request();
    const preview = hum.follow(request);
    const digest = await preview.ready();
    await preview.leave();
    expect((await hum.deployments.start({ ...request, digest })).plans).toHaveLength(1);
  });

  test('is refused when the memory is gone meanwhile', async () => {
    const large = (names: string, gibibytes: number) =>
      hum.request({
        template: 'shipped/debian-pv',
        names,
        values: { memory: `${gibibytes} GiB`, image: '/srv/xen/data1.img' },
        host: 'a',
        headroom: 0,
      });
    // Together they are more than there is. The first is not there yet when the second starts: Xen has the memory free still.
    const most = Math.floor((hum.xen.host('a')?.memoryFree ?? 0) / 2 ** 30) - 1;
    const [first, second] = [large('first', most), large('second', 3)];
    const digests = [await hum.follow(first, 'one').ready(), await hum.follow(second, 'other').ready()] as const;
    await hum.deployments.start({ ...first, digest: digests[0] });
    const refused = hum.deployments.start({ ...second, digest: digests[1] });
    await expect(refused).rejects.toEqual(refusal('memory-short'));
    await expect(refused).rejects.toThrow(/ short\.$/);
  });

  test('looks again at a host, unless it has done so just now', async () => {
    const start = async (names: string, passedMs: number) => {
      const request = hum.request({ names, host: 'a' });
      const preview = hum.follow(request, names);
      const digest = await preview.ready();
      // A preview that is open looks again by itself once a plan has started.
      await preview.leave();
      const before = hum.looks;
      hum.pass(passedMs);
      await hum.deployments.start({ ...request, digest });
      return hum.looks - before;
    };
    // However long it takes to get from the look to the start: less than no time, and more than enough. The other host is asked for the name.
    expect([await start('web01', -60_000), await start('web02', 70_000)]).toEqual([1, 2]);
  });

  test('of all or none with one VM is the deployment of that one', async () => {
    const request = hum.request({ partial: 'all-or-none' });
    const { plans } = await hum.deployments.start({ ...request, digest: await hum.follow(request).ready() });
    expect(await viewOf(hum.plans, plans[0] ?? '')).toMatchObject({ kind: 'xen.deploy' });
  });

  test('is refused without a connection to its host', async () => {
    const request = hum.request({ host: 'a' });
    const digest = await hum.follow(request).ready();
    await sessions.a?.stop();
    await expect(hum.deployments.start({ ...request, digest })).rejects.toEqual(refusal('conflict'));
    hum.pass(10_000);
    await expect(hum.deployments.start({ ...request, digest })).rejects.toEqual(refusal('connection-lost'));
  });
});
