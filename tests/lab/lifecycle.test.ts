import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writeConfig } from '../../src/main/xen/config-write.ts';
import type { DomainAction } from '../../src/shared/contract/xen.ts';
import { problemOf } from '../../src/shared/errors.ts';
import { type Lab, openLab } from '../support/lab.ts';
import { reaches } from '../support/sshd-target.ts';
import { openXenActor, type XenActor } from '../support/xen-actor.ts';

/** From preview to effect, with the runner's journal and the probe's truth, on a real Xen. */

const mib = 2 ** 20;
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
const done = async (name: string, action: DomainAction) => {
  const plan = await hum.act(name, action);
  expect(plan.problem).toBeUndefined();
  expect(plan.state).toBe('done');
  return plan;
};

test('a guest is started, paused, ballooned, renamed, rebooted, saved, restored and destroyed', async () => {
  await done('guest1', { action: 'start' });
  expect(row('guest1')?.load.state).toMatch(/running|idle/);

  await done('guest1', { action: 'pause' });
  expect(row('guest1')?.load.state).toBe('paused');
  await done('guest1', { action: 'unpause' });
  expect(row('guest1')?.load.state).toMatch(/running|idle/);

  await lab.guestAnswers('guest1');
  await done('guest1', { action: 'set-memory', memory: 100 * mib });
  expect(row('guest1')?.facts.memoryTarget).toBe(100 * mib);

  await done('guest1', { action: 'rename', name: 'other' });
  expect(row('other')?.load.state).toMatch(/running|idle/);
  await done('other', { action: 'rename', name: 'guest1' });

  const before = row('guest1');
  await done('guest1', { action: 'reboot' });
  expect(row('guest1')?.facts.uuid).toBe(before?.facts.uuid);
  expect(row('guest1')?.load.id).toBeGreaterThan(before?.load.id ?? 0);

  await lab.guestAnswers('guest1');
  await done('guest1', { action: 'save', path: null });
  expect(row('guest1')?.load.state).toBe('off');
  await done('guest1', { action: 'restore', path: null });
  expect(row('guest1')?.facts.uuid).toBe(before?.facts.uuid);
  expect(await lab.sure('ls /var/lib/xen/save')).toBe('guest1.save.restored\n');

  await done('guest1', { action: 'destroy' });
  expect(row('guest1')?.load.state).toBe('off');
});

test('a guest shuts down when it is asked, and autostart is a link', async () => {
  await lab.startGuest('guest1');
  await done('guest1', { action: 'shutdown' });
  expect(row('guest1')?.load.state).toBe('off');
  await done('guest1', { action: 'set-autostart', on: true });
  expect(row('guest1')?.facts.autostart).toBe(true);
  expect(await lab.sure('readlink -f /etc/xen/auto/guest1.cfg')).toBe('/etc/xen/guest1.cfg\n');
  await done('guest1', { action: 'set-autostart', on: false });
  expect(row('guest1')?.facts.autostart).toBe(false);
});

describe('the control domain', () => {
  test('is refused before anything is sent, whatever it is called', async () => {
    for (const action of ['shutdown', 'reboot', 'pause', 'destroy'] as const) {
      await expect(hum.begin('Domain-0', { action })).rejects.toMatchObject({ problem: { code: 'control-domain' } });
    }
    await lab.sure('xl rename 0 boss');
    await expect(hum.begin('boss', { action: 'shutdown' })).rejects.toMatchObject({ problem: { code: 'control-domain' } });
    await lab.sure('xl rename 0 Domain-0');
  });

  test('is left alone by the script, too, were it ever asked', async () => {
    const { xenScript } = await import('../../src/main/xen/scripts.ts');
    const zero = '00000000-0000-0000-0000-000000000000';
    for (const [uuid, id] of [
      [zero, '0'],
      ['', '0'],
      [zero, ''],
    ] as const) {
      const said = await lab.root.run(xenScript('domain'), ['xl', uuid, id, 'Domain-0', 'fail', '-', 'xl', 'pause', '@']);
      expect(said.code).toBe(82);
    }
    expect(await lab.sure('xl list 0')).toMatch(/r-----/);
  });
});

/** What the writer writes for a guest that may be called anything. */
const configurationOf = (name: string) =>
  writeConfig(
    new Map([
      ['name', name],
      ['type', 'pv'],
      ['kernel', '/srv/xen/guest.vmlinux'],
      ['ramdisk', '/srv/xen/guest.initrd'],
      ['cmdline', 'console=hvc0 quiet'],
      ['memory', '128'],
    ]),
  );

test('a name that the writer writes is the name that xl reads', async () => {
  for (const name of ['a b', `'"`, 'x'.repeat(200), '\\', '#', '\u202e]', '%s']) {
    const read = await lab.sure('printf %s "$1" >/tmp/named.cfg; xl create -n /tmp/named.cfg', [configurationOf(name)]);
    expect(JSON.parse(read)).toMatchObject({ c_info: { name } });
  }
});

test.each(['$(reboot)', '7'])('a guest called %j is created from what the writer writes, seen and destroyed', async (name) => {
  const text = configurationOf(name);
  expect(await hum.lifecycle.checkConfig('x', text)).toEqual({ complaints: [] });
  await lab.sure('printf %s "$1" >/etc/xen/hostile.cfg', [text]);
  try {
    await done(name, { action: 'start' });
    expect(row(name)?.load.state).toMatch(/running|idle/);
    await done(name, { action: 'pause' });
    await done(name, { action: 'destroy' });
    expect(row(name)?.load.state).toBe('off');
  } finally {
    await lab.sure('rm -f /etc/xen/hostile.cfg');
  }
});

test('a name of 300 characters, for which xl cannot write its log, fails in a sentence and leaves no domain', async () => {
  const name = 'x'.repeat(300);
  await lab.sure('sed "s/^name.*/name = \\"$1\\"/" /etc/xen/guest1.cfg >/etc/xen/hostile.cfg', [name]);
  try {
    expect(await hum.act(name, { action: 'start' })).toMatchObject({ state: 'failed', problem: { code: 'config-invalid' } });
    expect(await lab.sure('xl list | wc -l')).toBe('2\n');
  } finally {
    await lab.sure('rm -f /etc/xen/hostile.cfg');
  }
});

test('what the toolstack finds wrong with a configuration is said, and nothing of the check stays', async () => {
  const { complaints } = await hum.lifecycle.checkConfig('x', 'name = "x"\nmemory = 64\n');
  expect(complaints).toEqual([expect.objectContaining({ severity: 'error', message: expect.stringMatching(/kernel/) })]);
  expect(await lab.sure('ls /tmp | grep hum-check || true')).toBe('');
});

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
  await reaches(lab.root, 'online', 120_000);
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

test('without xenstored an action is refused or fails in a sentence, and nothing hangs', async () => {
  await lab.startGuest('guest1');
  await hum.xen.refresh('x');
  const action = { action: 'pause' } as const;
  const domains = [{ host: 'x', key: 'x/guest1' }];
  const { digest } = hum.lifecycle.preview(action, domains);
  await lab.faults.killXenstored();
  const [id = ''] = hum.lifecycle.act({ action, domains, digest, confirmed: null }).plans;
  const plan = await hum.ended(id);
  expect(plan.steps[0]?.problem?.code).toMatch(/^(xenstore-dead|toolstack-hangs)$/);
});
