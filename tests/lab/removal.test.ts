import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Lab, openLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';
import { openXenActor, type XenActor } from '../support/xen-actor.ts';

/** A guest that runs, removed with its disk on a real Xen, and had back by the commands that the trash itself tells. */

const config = '/etc/xen/web01.cfg';
const disk = '/srv/xen/web01.img';
let lab: Lab;
let hum: XenActor;

beforeAll(async () => {
  lab = await openLab();
});
beforeEach(async () => {
  await lab.tidy();
  await lab.sure(`
    cp /srv/xen/data1.img ${disk}
    sed 's/guest2/web01/g; s#/srv/xen/data1.img#${disk}#; s/00:02/00:0a/; s/10.0.2.102/10.0.2.110/' /etc/xen/guest2.cfg >${config}
    mkdir -p /etc/xen/auto && ln -s ../web01.cfg /etc/xen/auto/web01.cfg`);
  hum = await openXenActor(lab.root);
});
afterEach(() => hum.close());
afterAll(() => lab.close());

const inodes = () => lab.sure(`ls -i ${config} ${disk}`);
const domain = { host: 'x', key: 'x/web01' };

async function remove(disks: readonly string[], keepDays: number) {
  await hum.xen.refresh('x');
  const { digest, ...shown } = await hum.removals.preview({ domain, disks, keepDays });
  const { plan } = await hum.removals.remove({ domain, disks, keepDays, digest, confirmed: 'web01' });
  return { shown, plan: await hum.ended(plan) };
}

test('a guest that runs is destroyed and goes with the disk that is ticked; what lies in the trash says how to have it back', async () => {
  const before = await inodes();
  await lab.sure(`xl create -q ${config}`);
  const { shown, plan } = await remove([disk], 7);
  expect(shown.disks).toEqual([expect.objectContaining({ path: disk, kind: 'file', sharedWith: [] })]);
  expect(plan.problem).toBeUndefined();
  expect(plan.state).toBe('done');
  expect(await lab.run(`xl list web01; ls ${config} ${disk} /etc/xen/auto/web01.cfg`)).toMatchObject({ stdout: '' });
  await vi.waitFor(async () => {
    await hum.xen.refresh('x');
    expect(hum.xen.domain(domain.key)).toBeUndefined();
  }, patience);

  const readmes = "find / -xdev -path '*trash*' -name README";
  expect((await lab.sure(readmes)).trim().split('\n')).toHaveLength(2);
  await lab.sure(`${readmes} | while read -r each; do cd "\${each%/README}" && sh -c "$(grep '^  mv' README)" || exit; done`);
  expect(await inodes()).toBe(before);
  await lab.sure(`xl create -q ${config}`);
});

test('a disk that is not ticked stays, one of another guest is not offered, and dom0 is refused', async () => {
  await lab.sure(`sed 's/web01"/web02"/' ${config} >/etc/xen/web02.cfg`);
  await hum.xen.refresh('x');
  const shared = await hum.removals.preview({ domain, disks: [], keepDays: 7 });
  expect(shared.disks).toEqual([expect.objectContaining({ path: disk, sharedWith: ['web02'] })]);
  await expect(hum.removals.preview({ domain, disks: [disk], keepDays: 7 })).rejects.toMatchObject({ problem: { code: 'disk-in-use' } });
  await lab.sure('rm /etc/xen/web02.cfg');

  expect((await remove([], 0)).plan.state).toBe('done');
  expect(await lab.sure(`ls ${disk}; ls ${config} 2>/dev/null || true`)).toBe(`${disk}\n`);
  const dom0 = { host: 'x', key: 'x/Domain-0' };
  await expect(hum.removals.preview({ domain: dom0, disks: [], keepDays: 7 })).rejects.toMatchObject({
    problem: { code: 'control-domain' },
  });
});
