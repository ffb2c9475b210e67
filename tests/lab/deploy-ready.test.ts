import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Plan } from '../../src/main/plans/plan.ts';
import { printedHostKeys } from '../../src/main/xen/deploy/deployed-guest.ts';
import type { Guest } from '../../src/main/xen/deploy/guest.ts';
import type { PlanView } from '../../src/shared/contract/plans.ts';
import { disk } from '../support/deployments.ts';
import { type Lab, openLab } from '../support/lab.ts';
import { type LabDeployer, labKernel, labMac, labPlan, openLabDeployer } from '../support/lab-deployments.ts';
import { fingerprint } from '../support/lab-scripts.ts';

/** What a deployment waits for until its guest counts as ready, on a real Xen: an SSH server, an address that a DHCP server gives, cloud-init. */

let lab: Lab;
let hum: LabDeployer;

/** A network of its own, with dom0 as its DHCP server: on xenbr0 QEMU is one. */
const makeNetwork = `
ip link add xenbr1 type bridge && ip addr add 10.0.3.1/24 dev xenbr1 && ip link set xenbr1 up
systemd-run --quiet --collect --unit=lab-dhcp dnsmasq --keep-in-foreground --user=root --port=0 \\
  --interface=xenbr1 --bind-interfaces --dhcp-range=10.0.3.50,10.0.3.60,1h`;
const removeNetwork = 'systemctl stop lab-dhcp; ip link del xenbr1; rm -f /var/lib/misc/dnsmasq.leases';

beforeAll(async () => {
  lab = await openLab();
  await lab.tidy();
  await lab.run(removeNetwork);
  await lab.sure(makeNetwork);
});
beforeEach(async () => {
  await lab.tidy();
  hum = openLabDeployer(lab);
});
afterEach(() => hum.close());
afterAll(async () => {
  await lab.tidy();
  await lab.run(removeNetwork);
  await lab.close();
});

/** A guest that asks a DHCP server for its address; its disk is a copy of this image. */
function readyPlan(image: string, ready: Guest['ready'], bridge = 'xenbr1', mac = labMac): Plan {
  const change: Partial<Guest> = {
    boot: labKernel('ip4=dhcp name=web01'),
    disks: [disk({ source: { kind: 'image', image, method: 'copy', checksum: null } })],
    vifs: [{ bridge, mac: null, ip: { kind: 'dhcp' } }],
    cloudInit: null,
    ready,
  };
  return labPlan(change, { macs: [mac] });
}

const waitOf = (plan: PlanView) => plan.steps.find(({ title }) => title.startsWith('Wait'))?.output ?? '';
const addressOf = (plan: PlanView) => /\nIts address is (\S+)\n$/.exec(waitOf(plan))?.[1];

test('an SSH server is waited for, at the address that a DHCP server has given, and has the key that the guest has printed', async () => {
  const plan = await hum.deploy(readyPlan('/srv/lab/ssh.img', 'ssh'));
  expect(plan.problem).toBeUndefined();
  expect(plan.state).toBe('done');
  const address = addressOf(plan) ?? 'none';
  expect(address).toMatch(/^10\.0\.3\.(?:5\d|60)$/);
  expect(await lab.sure('cat /var/lib/misc/dnsmasq.leases')).toContain(` ${labMac} ${address} `);
  const keys = printedHostKeys(waitOf(plan)).map((key) => key.toString('base64'));
  expect(keys).toHaveLength(1);
  expect(await lab.sure('ssh-keyscan -T 30 -t ed25519 "$1" 2>/dev/null', [address])).toBe(`${address} ssh-ed25519 ${keys[0]}\n`);
});

test('a guest without an SSH server is not ready, says at which address, and is taken back', async () => {
  const before = await lab.sure(fingerprint);
  const plan = readyPlan('/srv/xen/data1.img', 'ssh');
  const impatient = plan.steps.map((step) => ({ ...step, action: { ...step.action, args: { ...step.action.args, limitMs: 60_000 } } }));
  const { state, problem } = await hum.deploy({ ...plan, steps: impatient });
  expect(problem).toMatchObject({
    code: 'guest-ignored',
    message: expect.stringMatching(/^web01 has not answered on its SSH port at 10\.0\.3\.(?:5\d|60) within 1 min\.$/),
  });
  expect(state).toBe('failed');
  expect(await lab.sure(fingerprint)).toBe(before);
});

test('an address that a DHCP server elsewhere in the network has given is found', async () => {
  // A MAC that has no lease of dom0's.
  const plan = await hum.deploy(readyPlan('/srv/xen/data1.img', 'ping', 'xenbr0', '00:16:3e:7a:00:02'));
  expect(plan.problem).toBeUndefined();
  expect(addressOf(plan)).toMatch(/^10\.0\.2\.15\d$/);
});

/** What cloud-init 22.4.2 of Debian 12 says at its end (cc_final_message.py, run with a NoCloud seed), as systemd puts it on a console. */
const finalMessage =
  '[   31.105207] cloud-init[512]: Cloud-init v. 22.4.2 finished at Mon, 30 Nov 2026 09:29:29 +0000. Datasource DataSourceNoCloud [seed=/dev/xvdz][dsmode=net].  Up 1055.42 seconds';

test('the end of cloud-init is waited for', async () => {
  await lab.sure(
    `
    mkdir -p /root/disk && printf '#!/bin/sh\\nsleep 10\\necho "%s"\\n' "$1" >/root/disk/rc && chmod 755 /root/disk/rc
    mke2fs -q -F -t ext4 -d /root/disk /srv/xen/web-golden.img 8M; rm -r /root/disk`,
    [finalMessage],
  );
  const plan = await hum.deploy(readyPlan('/srv/xen/web-golden.img', 'cloud-init'));
  expect(plan.problem).toBeUndefined();
  expect(plan.state).toBe('done');
  expect(waitOf(plan)).toContain(finalMessage);
});
