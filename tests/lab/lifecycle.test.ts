import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { writeConfig } from '../../src/main/xen/config-write.ts';
import type { DomainAction } from '../../src/shared/contract/xen.ts';
import { besideThePage } from '../support/beside-the-page.ts';
import { type Lab, openLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';
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

besideThePage('a guest is started, paused, ballooned, renamed, rebooted, saved, restored and destroyed', async () => {
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
  // Done is when its system has ended. What is left of it goes a moment later, with xl's own process for it.
  await vi.waitFor(async () => {
    await hum.xen.refresh('x');
    expect(row('guest1')?.load.state).toBe('off');
  }, patience);
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
