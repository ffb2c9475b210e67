import { writeFile } from 'node:fs/promises';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type HostServer, startHostServer } from '../../src/main/demo/host-server.ts';
import { newKeyPair } from '../../src/main/demo/keys.ts';
import { fleetOf, type Profile } from '../../src/main/demo/profiles.ts';
import type { Plan } from '../../src/main/plans/plan.ts';
import { deploymentPlan } from '../../src/main/xen/deploy/deployment-plan.ts';
import type { DomainAction, DomainRow } from '../../src/shared/contract/xen.ts';
import { deployment, disk, guest, kernelBoot } from '../support/deployments.ts';
import { openRig, type Rig } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';
import { openXenActor, type XenActor } from '../support/xen-actor.ts';

/** From preview to effect over a real connection, on a host of the demo, whose xl is held against the real scripts elsewhere. */

const mib = 2 ** 20;
let rig: Rig;
let server: HostServer;
let hum: XenActor;

const clientKey = newKeyPair();
const hostKey = newKeyPair();
const isSteadyXen = ({ role, xen }: Profile) => role === 'steady' && xen !== null && xen !== undefined;

beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

beforeEach(async () => {
  const profile = fleetOf(1912, 12, 12).find(isSteadyXen);
  const parsed = ssh2.utils.parseKey(clientKey.private);
  if (profile === undefined || parsed instanceof Error) throw new Error('no steady Xen host in the demo');
  const began = performance.now();
  server = await startHostServer({
    profile,
    hostKey: hostKey.private,
    clientKey: parsed,
    now: () => performance.now() - began,
    peers: new Map(),
  });
  const path = `${rig.dir}/demo-key`;
  await writeFile(path, clientKey.private, { mode: 0o600 });
  const target = await targetFor(
    rig,
    { port: server.port },
    { known: `[127.0.0.1]:${server.port} ${hostKey.public}\n`, keyFiles: [path], explicitKeys: true },
  );
  hum = await openXenActor(await online(sessionFor(target)));
});
afterEach(async () => {
  await hum.close();
  await stopSessions();
  server.close();
});

const row = (name: string) => hum.xen.domain(`x/${name}`);
function some(fits: (row: DomainRow) => boolean): DomainRow {
  const found = hum.xen.domains().find((each) => !each.facts.control && fits(each));
  if (found === undefined) throw new Error('no such domain in the demo');
  return found;
}
const runs = ({ load }: DomainRow) => load.state === 'running' || load.state === 'idle';
const done = async (name: string, action: DomainAction) => {
  const plan = await hum.act(name, action);
  expect(plan.problem).toBeUndefined();
  expect(plan.state).toBe('done');
  return plan;
};
const refs = (...names: readonly string[]) => names.map((name) => ({ host: 'x', key: `x/${name}` }));

test('a guest is paused, unpaused, renamed and given other memory, and the probe sees each of it', async () => {
  const { name, facts } = some(runs);
  await done(name, { action: 'pause' });
  expect(row(name)?.load.state).toBe('paused');
  await done(name, { action: 'unpause' });
  expect(runs(row(name) as DomainRow)).toBe(true);
  await done(name, { action: 'set-memory', memory: facts.memoryTarget - 16 * mib });
  expect(row(name)?.facts.memoryTarget).toBe(facts.memoryTarget - 16 * mib);
  await done(name, { action: 'rename', name: 'other-name' });
  expect(row('other-name')?.facts.uuid).toBe(facts.uuid);
});

test('a guest gets the name back that its configuration kept for it, and not one that another guest has', async () => {
  const { name, facts } = some((each) => runs(each) && each.facts.configFile !== null);
  const other = some((each) => runs(each) && each.name !== name);
  await done(name, { action: 'rename', name: 'other-name' });
  expect(row(name)?.load.state).toBe('off');
  await expect(hum.begin('other-name', { action: 'rename', name: other.name })).rejects.toMatchObject({ problem: { code: 'name-taken' } });
  await done('other-name', { action: 'rename', name });
  expect(row(name)?.facts.uuid).toBe(facts.uuid);
  expect(row('other-name')).toBeUndefined();
});

test('a guest is destroyed by its name, and started again', async () => {
  const { name } = some((each) => runs(each) && each.facts.configFile !== null);
  await done(name, { action: 'destroy' });
  expect(row(name)?.load.state).toBe('off');
  await done(name, { action: 'start' });
  expect(runs(row(name) as DomainRow)).toBe(true);
});

describe('a deployment', () => {
  const plan = (change: Parameters<typeof guest>[0] = {}) => {
    const source = { kind: 'image', image: '/srv/xen/images/linux.raw', method: 'copy', checksum: null } as const;
    const boot = kernelBoot('/srv/xen/vmlinuz', '/srv/xen/initrd.img', 'console=hvc0');
    return deploymentPlan(deployment({ guest: guest({ disks: [disk({ source })], boot, autostart: true, ready: 'ping', ...change }) }));
  };
  const begin = (what: Plan) => hum.plans.start([what]).ids[0] ?? '';

  test('comes to its end, and the probe sees the guest', async () => {
    const { state, problem, steps } = await hum.ended(begin(plan()));
    expect([state, problem]).toEqual(['done', undefined]);
    expect(steps.find(({ title }) => title.startsWith('Wait'))?.output).toContain('Debian GNU/Linux 12 web01 hvc0');
    await hum.xen.refresh('x');
    expect(row('web01')?.facts).toMatchObject({ autostart: true, vifs: [{ mac: '00:16:3e:00:00:01' }] });
  });

  test('that is cancelled, or asks for too much, leaves nothing', async () => {
    const id = begin(plan());
    await new Promise((resolve) => setTimeout(resolve, 2500));
    hum.plans.cancel(id);
    expect((await hum.ended(id)).state).toBe('cancelled');
    const greedy = await hum.ended(begin(plan({ memory: 2 ** 44, memoryMax: 2 ** 44 })));
    expect([greedy.state, greedy.problem?.code]).toEqual(['failed', 'memory-short']);
    await hum.xen.refresh('x');
    // It is told for a moment that there was one.
    expect(row('web01')?.load.id ?? null).toBeNull();
    expect(row('web01')?.facts.configFile ?? null).toBeNull();
    expect((await hum.ended(begin(plan()))).state).toBe('done');
  });
});

describe('nothing is started', () => {
  test('without what has to be typed', async () => {
    const { name } = some(runs);
    const other = some((each) => runs(each) && each.name !== name).name;
    const destroy = (confirmed: string | null, ...names: readonly string[]) => {
      const action = { action: 'destroy' } as const;
      const { digest } = hum.lifecycle.preview(action, refs(...names));
      return () => hum.lifecycle.act({ action, domains: refs(...names), digest, confirmed });
    };
    for (const typed of [null, '', `${name} `, '1']) expect(destroy(typed, name)).toThrow('What was typed is not the name');
    for (const typed of [null, name, '3']) expect(destroy(typed, name, other)).toThrow('What was typed is not how many');
    // The control domain is refused and not counted.
    expect(destroy('3', name, other, 'Domain-0')).toThrow('What was typed is not how many');
    expect(runs(row(name) as DomainRow)).toBe(true);
  });

  test('when the plan is another than the one that was shown', async () => {
    const { name } = some(runs);
    const action = { action: 'pause' } as const;
    const { digest } = hum.lifecycle.preview(action, refs(name));
    await done(name, { action: 'pause' });
    expect(() => hum.lifecycle.act({ action, domains: refs(name), digest, confirmed: null })).toThrow(
      'have changed since the plan was shown',
    );
  });

  test('on the control domain, and on one that is not there', async () => {
    for (const action of ['shutdown', 'reboot', 'destroy', 'pause', 'unpause', 'start'] as const) {
      await expect(hum.begin('Domain-0', { action })).rejects.toMatchObject({ problem: { code: 'control-domain' } });
    }
    await expect(hum.begin('nobody', { action: 'pause' })).rejects.toMatchObject({ problem: { code: 'domain-gone' } });
  });

  test('while something is being done to the domain already', async () => {
    const { name } = some(runs);
    const id = await hum.begin(name, { action: 'reboot' });
    const [plan] = hum.lifecycle.preview({ action: 'pause' }, refs(name)).plans;
    expect(plan).toMatchObject({ kind: 'refused', problem: { code: 'conflict' } });
    await hum.ended(id);
  });
});

test('of a selection, what is possible is planned and the rest has its reason', () => {
  const { name } = some(runs);
  const off = some(({ load }) => load.state === 'off').name;
  const { plans } = hum.lifecycle.preview({ action: 'pause' }, refs(name, off, 'Domain-0', name));
  expect(plans.map((plan) => (plan.kind === 'refused' ? plan.problem.code : plan.kind))).toEqual([
    'possible',
    'wrong-state',
    'control-domain',
  ]);
});

test('a configuration is saved through a plan, and one that somebody else has changed is not', async () => {
  const { name, host, key } = some((each) => each.facts.configFile !== null && !each.facts.configIsProgram);
  const { disk } = await hum.xen.config({ host, key });
  if (disk === null) throw new Error('no file');
  const first = await hum.lifecycle.saveConfig({ host, key }, `${disk.text}# once\n`, disk.version);
  if (first.kind !== 'started') throw new Error('not started');
  expect(await hum.ended(first.plan)).toMatchObject({ state: 'done' });
  const second = await hum.lifecycle.saveConfig({ host, key }, `${disk.text}# twice\n`, disk.version);
  expect(second).toMatchObject({ kind: 'changed', text: `${disk.text}# once\n` });
  expect(row(name)).toBeDefined();
});
