import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type DeployRig, openDeployRig } from '../support/deploy-rig.ts';
import { type Lab, openLab } from '../support/lab.ts';

/** What a person sees before anything is touched, on a real Xen. */

let lab: Lab;
let hum: DeployRig;

/** What its own template says of the kernel is a value of the request. */
const checked = `version: 1
name: Checked
type: pv
memory: 64 MiB
parameters: { kernel: { default: '' }, ramdisk: { default: '' } }
boot:
  kernel: /srv/xen/guest.vmlinux
  kernelChecksum: '{kernel}'
  ramdisk: /srv/xen/guest.initrd
  ramdiskChecksum: '{ramdisk}'
`;

beforeAll(async () => {
  lab = await openLab();
});
beforeEach(async () => {
  await lab.tidy();
  hum = await openDeployRig({ x: lab.root }, { hold: true, templates: { checked } });
});
afterEach(() => hum.close());
afterAll(() => lab.close());

/** Everything that a deployment would change. */
const state = () => lab.sure('find /etc/xen /srv/xen /var/lib/hum -printf "%p %s %T@\\n" 2>/dev/null | sort; xl list | cut -c1-40 | sort');

test('a guest passes every check, xl itself reads its configuration, and the host is as it was', async () => {
  const before = await state();
  const preview = hum.follow(hum.request({ host: 'x' }));
  await preview.ready();
  expect(preview.now?.checks.filter(({ state }) => state !== 'ok')).toEqual([]);
  expect(preview.check('config')?.detail).toBe('xl has read it and found nothing wrong.');
  expect(preview.check('memory')?.detail).toMatch(/ are left after it\.$/);
  expect(preview.now?.vms[0]?.macs[0]).toMatch(/^00:16:3e:/);
  expect(await state()).toBe(before);
});

test('more memory than Xen has free is refused before anything is touched', async () => {
  const before = await state();
  const request = hum.request({ host: 'x', values: { memory: '16 GiB' } });
  const preview = hum.follow(request);
  await preview.settled();
  expect(preview.check('memory')?.state).toBe('failed');
  expect(preview.now?.digest).toBeNull();
  await expect(hum.deployments.start({ ...request, digest: '0'.repeat(64) })).rejects.toMatchObject({ problem: { code: 'plan-changed' } });
  expect(await state()).toBe(before);
});

test('the name of a configured guest, its address, and the address of the host are taken', async () => {
  const named = hum.follow(hum.request({ host: 'x', names: 'guest1' }));
  await named.settled();
  expect(named.check('name', 'guest1')).toMatchObject({ state: 'failed', detail: expect.stringContaining('is configured on x') });
  const configured = hum.follow(hum.request({ host: 'x', values: { ip: '10.0.2.101' } }));
  await configured.settled();
  expect(configured.check('ip')).toMatchObject({ state: 'failed', detail: expect.stringContaining('that of guest1 on x') });
  const [own = ''] = (await lab.sure('ip -4 -o addr show xenbr0')).match(/(?<=inet )[\d.]+/) ?? [];
  const answering = hum.follow(hum.request({ host: 'x', values: { ip: own } }));
  await answering.settled();
  expect(answering.check('ip')).toMatchObject({ state: 'failed', detail: expect.stringContaining(`answers at ${own}`) });
});

test('kernel and ramdisk are compared with their checksums before anything is touched', async () => {
  const [kernel = '', ramdisk = ''] =
    (await lab.sure('sha256sum /srv/xen/guest.vmlinux /srv/xen/guest.initrd')).match(/^[0-9a-f]{64}/gm) ?? [];
  const judged = async (values: Readonly<Record<string, string>>) => {
    const preview = hum.follow(hum.request({ template: 'own/checked', host: 'x', values }));
    await preview.settled();
    await preview.leave();
    return preview.check('kernel');
  };
  expect(await judged({ kernel, ramdisk })).toEqual(
    expect.objectContaining({
      state: 'ok',
      detail: '/srv/xen/guest.vmlinux: its checksum is right; /srv/xen/guest.initrd: its checksum is right.',
    }),
  );
  expect(await judged({ kernel, ramdisk: kernel })).toMatchObject({
    state: 'failed',
    detail: expect.stringMatching(/^The ramdisk \/srv\/xen\/guest\.initrd has another checksum than the template says\./),
  });
  await lab.sure(`echo "${ramdisk}  guest.vmlinux" >/srv/xen/guest.vmlinux.sha256`);
  try {
    expect(await judged({})).toMatchObject({ state: 'failed', detail: expect.stringContaining('than is noted beside it') });
    expect(await judged({ kernel })).toMatchObject({ state: 'ok', detail: expect.stringContaining('guest.initrd: no checksum is known') });
  } finally {
    await lab.sure('rm /srv/xen/guest.vmlinux.sha256');
  }
});

test('what the host lacks is named: bridge, kernel, image, room', async () => {
  for (const [values, id] of [
    [{ bridge: 'xenbr9' }, 'bridge'],
    [{ image: '/srv/xen/none.img' }, 'image'],
    [{ folder: '/proc' }, 'disk-space'],
  ] as const) {
    const preview = hum.follow(hum.request({ host: 'x', values }));
    await preview.settled();
    expect(preview.check(id)?.state).toBe('failed');
    await preview.leave();
  }
});
