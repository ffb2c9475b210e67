import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { deploymentPlan } from '../../src/main/xen/deploy/deployment-plan.ts';
import type { Guest } from '../../src/main/xen/deploy/guest.ts';
import { deployment, disk, guest, kernelBoot } from '../support/deployments.ts';
import { type Lab, openLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';
import { startOne } from '../support/plans.ts';
import { openXenActor, type XenActor } from '../support/xen-actor.ts';

/** Disks on volumes of a real LVM: copied, snapshot, grown, booted from, taken back, and removed with their VM. */

const mib = 2 ** 20;
let lab: Lab;
let hum: XenActor;
let before: string;

/** Every volume of the group by its uuid, with size, name and tags. */
const volumes = () => lab.sure('set -e; lvs --noheadings --units b -O lv_uuid -o lv_uuid,lv_name,lv_size,origin,lv_tags vg0; ls /etc/xen');

beforeAll(async () => {
  lab = await openLab();
});
// Tidying may have reset the host, and with it what was made on it.
beforeEach(async () => {
  await lab.tidy();
  await lab.sure(`
    set -e
    truncate -s 8M /srv/xen/golden.img
    mkfs.ext4 -q -F /srv/xen/golden.img
    if vgs vg0 >/dev/null 2>&1; then exit 0; fi
    truncate -s 96M /srv/lab/vg0
    modprobe loop
    vgcreate -q vg0 "$(losetup -f --show /srv/lab/vg0)"
    lvcreate -q -y -L 8M -n data vg0
    mkfs.ext4 -q /dev/vg0/data`);
  before = await volumes();
  hum = await openXenActor(lab.root);
});
afterEach(() => hum.close());
afterAll(async () => {
  await lab.tidy();
  await lab.run('vgremove -f -q vg0; losetup -D; rm -f /srv/lab/vg0 /srv/xen/golden.img');
  await lab.close();
});

const address = '10.0.2.110';
const onVolumes = (change: Partial<Guest> = {}) =>
  guest({
    boot: kernelBoot('/srv/xen/guest.vmlinux', '/srv/xen/guest.initrd', `console=hvc0 quiet ip4=${address} name=web01`),
    disks: [
      disk({ place: { kind: 'volume', group: 'vg0', volume: 'web01' }, size: 24 * mib, grow: true }),
      disk({
        device: 'xvdb',
        place: { kind: 'volume', group: 'vg0', volume: 'web01-data' },
        source: { kind: 'image', image: 'vg0/data', method: 'snapshot', checksum: null },
        size: 4 * mib,
      }),
    ],
    vifs: [{ bridge: 'xenbr0', mac: null, ip: { kind: 'static', address, prefix: 24, gateway: null, dns: [] } }],
    ready: 'ping',
    ...change,
  });
const deploy = async (one: Guest) =>
  hum.ended(startOne(hum.plans, deploymentPlan(deployment({ guest: one, macs: ['00:16:3e:7a:00:01'] }))));

test('a guest boots from a volume that was copied and grown, beside a snapshot', async () => {
  const plan = await deploy(onVolumes());
  expect(plan.problem).toBeUndefined();
  expect(plan.state).toBe('done');
  let printed = plan.steps.find(({ title }) => title.startsWith('Wait'))?.output ?? '';
  // Its address may answer before it has printed that.
  await vi.waitFor(async () => {
    if (!printed.includes('boots: 1')) printed += await lab.sure('sleep 4 | timeout 20 xl console web01 || true');
    expect(printed).toContain('boots: 1');
  }, patience);
  const made = await volumes();
  expect(made).toMatch(/ web01 +25165824B *\n/);
  expect(made).toMatch(/ web01-data +4194304B data *\n/);
  expect(await lab.sure('dumpe2fs -h /dev/vg0/web01 2>/dev/null | sed -n "s/^Block count: *//p"')).toMatch(/^(?:24576|6144)\n$/);
  await lab.sure('xl destroy web01; lvremove -q -f vg0/web01 vg0/web01-data');
});

test('volumes go into the trash with their VM, under other names, and come back by the command that lies there', async () => {
  const paths = ['/dev/vg0/web01', '/dev/vg0/web01-data'];
  await lab.sure(
    `
    set -e
    lvcreate -q -y -L 8M -n web01 vg0
    lvcreate -q -y -s -L 4M -n web01-data vg0/data
    sed "s/guest2/web01/g; s/00:02/00:0a/; s#^disk.*#disk = [ 'phy:$1,xvda,w', 'phy:$2,xvdb,w' ]#" /etc/xen/guest2.cfg >/etc/xen/web01.cfg`,
    paths,
  );
  const made = await volumes();
  await hum.xen.refresh('x');
  const wish = { domain: { host: 'x', key: 'x/web01' }, disks: paths, keepDays: 7 };
  const { disks, digest } = await hum.removals.preview(wish);
  expect(disks).toEqual(paths.map((path) => expect.objectContaining({ path, kind: 'volume', sharedWith: [] })));
  const removed = await hum.ended((await hum.removals.remove({ ...wish, digest, confirmed: 'web01' })).plan);
  expect(removed.problem).toBeUndefined();
  expect(removed.state).toBe('done');
  expect(await volumes()).not.toMatch(/ web01/);

  await lab.sure(`
    find /var/lib/hum/trash -name README | while read -r each; do
      if grep -q '^  lvrename' "$each"; then sh -c "$(grep '^  lvrename' "$each")" || exit; fi
    done`);
  const names = (text: string) => text.match(/[\w-]{38} +\S+/g);
  expect(names(await volumes())).toEqual(names(made));
  await lab.sure('lvremove -q -f vg0/web01 vg0/web01-data');
});

test('what fails after its volumes are made takes them back, and nobody else’s', async () => {
  const boot = kernelBoot('/srv/xen/gone', null, '');
  expect(await deploy(onVolumes({ boot }))).toMatchObject({ state: 'failed', problem: { message: expect.stringMatching(/\S/) } });
  expect(await volumes()).toBe(before);
  const [mine] = onVolumes().disks;
  const taken = { ...mine, place: { kind: 'volume', group: 'vg0', volume: 'data' } } as const;
  expect(await deploy(onVolumes({ disks: [taken as Guest['disks'][number]] }))).toMatchObject({
    state: 'failed',
    problem: { code: 'name-taken' },
  });
  expect(await volumes()).toBe(before);
});
