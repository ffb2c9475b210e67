import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Lab, openLab } from '../support/lab.ts';
import { reaches } from '../support/sshd-target.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});
beforeEach(() => lab.tidy());
afterAll(() => lab.close());

const domains = async () => (await lab.sure('xl list')).trim().split('\n').slice(1);

test('tidying ends every domain, whatever its name, and puts /etc/xen back', async () => {
  await lab.startGuest('guest1');
  await lab.sure('xl rename guest1 "$1"', ["it's $(reboot)\n0 1"]);
  await lab.sure('rm /etc/xen/guest2.cfg; mkdir -p /etc/xen/auto; ln -s ../guest3.cfg /etc/xen/auto/; mkdir -p /var/lib/xen/save');
  await lab.tidy();
  expect(await domains()).toHaveLength(1);
  expect(await lab.sure('cd /etc/xen; echo guest* auto/*; ls -d /var/lib/xen/save 2>/dev/null || true')).toBe(
    'guest1.cfg guest2.cfg guest3.cfg auto/*\n',
  );
});

test('a reset brings back the host of the first boot: its disk, its memory, no domain', async () => {
  await lab.startGuest('guest1');
  const boot = await lab.sure('cat /proc/sys/kernel/random/boot_id; echo >/root/written; sync');
  await lab.reset();
  expect(await lab.sure('cat /proc/sys/kernel/random/boot_id; ls /root')).toBe(boot);
  expect(await domains()).toHaveLength(1);
  const skew = Number(await lab.sure('date +%s')) - Date.now() / 1000;
  expect(Math.abs(skew)).toBeLessThan(20);
});

test('a full disk has room for no byte until it is freed', async () => {
  await lab.faults.fillDisk();
  expect(await lab.run('cp /etc/hostname /root/file')).toMatchObject({ stderr: expect.stringContaining('No space left on device') });
  await lab.faults.freeDisk();
  await lab.sure('cp /etc/hostname /root/file && rm /root/file');
});

test('when sshd ends, every connection does, and both come back', async () => {
  const lost = Promise.all([reaches(lab.root, 'unreachable'), reaches(lab.op, 'unreachable')]);
  await lab.faults.stopSshdFor(3).catch(() => undefined);
  await lost;
  await Promise.all([reaches(lab.root, 'online'), reaches(lab.op, 'online')]);
  expect((await lab.run('true')).code).toBe(0);
});

test('without xenstored xl does not answer, and tidying resets the host', async () => {
  await lab.faults.killXenstored();
  expect((await lab.run('timeout 5 xl list')).code).not.toBe(0);
  await lab.tidy();
  expect(await domains()).toHaveLength(1);
});
