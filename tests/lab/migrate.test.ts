import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Guest, type Lab, openLab, openSecondHost } from '../support/lab.ts';
import { openXenActor, type XenActor } from '../support/xen-actor.ts';

/** A guest that moves while it runs, between two real hosts at the ends of a cable. */

const sender = 'x';
const receiver = 'y';
let lab: Lab;
let second: Lab;
let hum: XenActor;

beforeAll(async () => {
  lab = await openLab();
  second = await openSecondHost(lab);
});
beforeEach(async () => {
  await Promise.all([lab.tidy(), second.tidy()]);
  // The address of the lab's second host: tests/lab/README.md.
  hum = await openXenActor(lab.root, { session: second.root, address: '10.0.2.16' });
});
afterEach(() => hum.close());
afterAll(async () => {
  await second.close();
  await lab.close();
});

/** What the host has kept of what a guest printed since it came to it. */
const printed = ({ sure }: Lab, name: Guest) => sure('sleep 4 | timeout 20 xl console "$1" || true', [name]);

const migrate = { action: 'migrate', to: receiver } as const;

test('a running PVH guest moves to the other host, and is the same one there', async () => {
  const at = (host: string) => hum.xen.domain(`${host}/guest9`);
  await lab.sure(
    'sed \'s/guest1/guest9/g; s/"pv"/"pvh"/; s/10.0.2.101/10.0.2.109/; s/00:01,/00:09,/\' /etc/xen/guest1.cfg >/etc/xen/guest9.cfg',
  );
  await lab.startGuest('guest9');
  await hum.xen.refresh(sender);
  const before = at(sender);
  expect(await printed(lab, 'guest9')).toContain('guest9 is up');

  const plan = await hum.act('guest9', migrate);
  expect(plan.problem).toBeUndefined();
  expect(plan.state).toBe('done');
  expect(at(receiver)?.load.state).toMatch(/running|idle/);
  expect(at(receiver)?.facts.uuid).toBe(before?.facts.uuid);
  expect(at(receiver)?.facts.vifs.map(({ mac, bridge }) => [mac, bridge])).toEqual([['00:16:3e:00:00:09', 'xenbr0']]);
  expect(at(sender)?.load.state).toBe('off');
  await second.guestAnswers('guest9');
  // It did not boot there.
  expect(await printed(second, 'guest9')).not.toContain('is up');
});

test('a PV guest, which this hypervisor cannot move while it runs, goes on where it was, and the reason is told', async () => {
  await lab.startGuest('guest1');
  const plan = await hum.act('guest1', migrate);
  expect(plan).toMatchObject({ state: 'failed', problem: { message: expect.stringMatching(/shadow paging/) } });
  await Promise.all([hum.xen.refresh(sender), hum.xen.refresh(receiver)]);
  expect(hum.xen.domain(`${sender}/guest1`)?.load.state).toMatch(/running|idle/);
  expect(hum.xen.domain(`${receiver}/guest1`)?.load.state).toBe('off');
  await lab.guestAnswers('guest1');
});

test.each([
  [
    'a host that may not log in to the other',
    'guest1',
    'mv /root/.ssh/known_hosts /root/.ssh/aside',
    'mv /root/.ssh/aside /root/.ssh/known_hosts',
    () => lab,
    /Host key verification failed/,
  ],
  [
    'a disk that the other host lacks',
    'guest2',
    'mv /srv/xen/data1.img /srv/xen/aside',
    'mv /srv/xen/aside /srv/xen/data1.img',
    () => second,
    /lacks the disk/,
  ],
] as const)('%s is found before anything moves', async (_, name, breakIt, mendIt, where, words) => {
  await lab.startGuest(name);
  await where().sure(breakIt);
  try {
    const plan = await hum.act(name, migrate);
    expect(plan.state).toBe('failed');
    expect(JSON.stringify(plan)).toMatch(words);
    await hum.xen.refresh(sender);
    expect(hum.xen.domain(`${sender}/${name}`)?.load.state).toMatch(/running|idle/);
    expect(hum.xen.domain(`${receiver}/${name}`)?.load.state).toBe('off');
  } finally {
    await where().sure(mendIt);
  }
});
