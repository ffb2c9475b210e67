import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { problemOf } from '../../src/shared/errors.ts';
import { type Lab, openLab } from '../support/lab.ts';
import { patience, patienceMs } from '../support/patience.ts';
import { reaches } from '../support/sshd-target.ts';
import { openXenActor, type XenActor } from '../support/xen-actor.ts';

/** Actions that fail half-way on a real Xen: what each leaves, and what it says. */

let lab: Lab;
let hum: XenActor;

beforeAll(async () => {
  lab = await openLab();
});
beforeEach(async () => {
  await lab.tidy();
  hum = await openXenActor(lab.root);
});
afterEach(() => hum.close());
afterAll(() => lab.close());

const row = (name: string) => hum.xen.domain(`x/${name}`);

test('a start that fails leaves nothing behind, and says why in a sentence', async () => {
  await lab.sure('sed "s#data1.img#gone.img#" /etc/xen/guest2.cfg >/tmp/x && cat /tmp/x >/etc/xen/guest2.cfg');
  const plan = await hum.act('guest2', { action: 'start' });
  expect(plan).toMatchObject({ state: 'failed', problem: { code: 'disk-missing' } });
  expect(row('guest2')?.load.state).toBe('off');
});

test('a guest that ends at once is destroyed again; one that somebody else has started is left alone', async () => {
  await lab.sure(
    'sed "s#^cmdline.*#cmdline = \\"console=hvc0 init=/nowhere rdinit=/nowhere panic=1\\"#; \\$a on_crash = \\"preserve\\"" /etc/xen/guest1.cfg >/tmp/x && cat /tmp/x >/etc/xen/guest1.cfg',
  );
  const plan = await hum.act('guest1', { action: 'start' });
  expect(plan.state).toBe('failed');
  expect(row('guest1')?.load.state).toBe('off');

  await hum.xen.refresh('x');
  const action = { action: 'start' } as const;
  const domains = [{ host: 'x', key: 'x/guest2' }];
  const { digest } = hum.lifecycle.preview(action, domains);
  await lab.sure('xl create -q /etc/xen/guest2.cfg');
  // By Hum, where the probe has seen it meanwhile, else by the host.
  const refusal = async () => {
    const [id = ''] = hum.lifecycle.act({ action, domains, digest, confirmed: null }).plans;
    return (await hum.ended(id)).problem;
  };
  expect((await refusal().catch(problemOf))?.code).toMatch(/^(plan-changed|name-taken)$/);
  expect(await lab.sure('xl list guest2 | tail -1')).toMatch(/^guest2 /);
});

test('a save onto a full disk fails, and the guest runs on', async () => {
  await lab.startGuest('guest1');
  await lab.faults.fillDisk();
  const plan = await hum.act('guest1', { action: 'save', path: '/root/guest1.save' });
  await lab.faults.freeDisk();
  expect(plan).toMatchObject({ state: 'failed', problem: { code: 'disk-full' } });
  expect(row('guest1')?.load.state).toMatch(/running|idle/);
  expect(await lab.sure('ls /root/*.save 2>/dev/null || true')).toBe('');
});

test('sshd that ends in the middle of a save leaves a whole save, taken back once the host is there again', async () => {
  await lab.startGuest('guest1');
  await hum.xen.refresh('x');
  const uuid = row('guest1')?.facts.uuid;
  const id = await hum.begin('guest1', { action: 'save', path: null });
  await lab.sure('for try in $(seq 100); do [ -e /var/lib/xen/save/guest1.save ] && exit 0; sleep 0.1; done; exit 1');
  await lab.faults.stopSshdFor(3).catch(() => undefined);
  await reaches(lab.root, 'online', patienceMs);
  expect(await hum.ended(id)).toMatchObject({ state: 'failed', problem: { code: 'connection-lost' } });
  await hum.xen.refresh('x');
  expect(row('guest1')?.facts.uuid).toBe(uuid);
  expect(row('guest1')?.load.state).toMatch(/running|idle/);
});

test('a host whose plug is pulled in the middle of a start has nothing to take back', async () => {
  const id = await hum.begin('guest1', { action: 'start' });
  await lab.reset();
  expect(await hum.ended(id)).toMatchObject({ state: 'failed', problem: { code: 'connection-lost' } });
  await hum.xen.refresh('x');
  expect(row('guest1')?.load.state).toBe('off');
});

test('without xenstored an action is refused or fails in a sentence, nothing hangs, and what was known stays', async () => {
  await lab.startGuest('guest1');
  await hum.xen.refresh('x');
  const action = { action: 'pause' } as const;
  const domains = [{ host: 'x', key: 'x/guest1' }];
  const { digest } = hum.lifecycle.preview(action, domains);
  await lab.faults.killXenstored();
  const [id = ''] = hum.lifecycle.act({ action, domains, digest, confirmed: null }).plans;
  const plan = await hum.ended(id);
  expect(plan.steps[0]?.problem?.code).toMatch(/^(xenstore-dead|toolstack-hangs)$/);
  await vi.waitFor(() => expect(hum.xen.host('x')?.problem).toMatchObject({ code: 'xenstore-dead' }), patience);
  expect(row('guest1')?.load.id).not.toBeNull();
});
