import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type HostServer, startHostServer } from '../../src/main/demo/host-server.ts';
import { newKeyPair } from '../../src/main/demo/keys.ts';
import { fleetOf, type Profile } from '../../src/main/demo/profiles.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { type DeployRig, openDeployRig } from '../support/deploy-rig.ts';
import { type Lab, openLab } from '../support/lab.ts';
import { labTemplate } from '../support/lab-template.ts';
import { viewOf } from '../support/plans.ts';
import { openRig, type Rig } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

/** Copies of a VM over two hosts: the real one, and one of the demo, whose answers are those of the real one. */

let lab: Lab;
let rig: Rig;
let demo: HostServer;
let other: Session;
let hum: DeployRig;

beforeAll(async () => {
  lab = await openLab();
  rig = await openRig();
  const [clientKey, hostKey] = [newKeyPair(), newKeyPair()];
  const parsed = ssh2.utils.parseKey(clientKey.private);
  const profile = fleetOf(1912, 12, 4).find(isSteadyXen);
  if (profile === undefined || parsed instanceof Error) throw new Error('no steady Xen host in the demo');
  const began = performance.now();
  demo = await startHostServer({
    profile,
    hostKey: hostKey.private,
    clientKey: parsed,
    now: () => performance.now() - began,
    peers: new Map(),
  });
  const path = join(rig.dir, 'demo-key');
  await writeFile(path, clientKey.private, { mode: 0o600 });
  const known = `[127.0.0.1]:${demo.port} ${hostKey.public}\n`;
  other = await online(
    sessionFor(await targetFor(rig, { port: demo.port }, { known, keyFiles: [path], explicitKeys: true, user: 'root' })),
  );
});
beforeEach(() => lab.tidy());
afterAll(async () => {
  await hum.close();
  await stopSessions();
  demo.close();
  await rig.close();
  await lab.close();
});

function isSteadyXen({ xen, user, role }: Profile): boolean {
  return xen !== null && user === 'root' && role === 'steady';
}

test('three copies are spread over both, each with a name, a MAC and an address of its own, and run', async () => {
  hum = await openDeployRig({ lab: lab.root, demo: other }, { templates: { lab: labTemplate() }, real: true });
  const request = hum.request({ template: 'own/lab', names: 'web[01-03]', host: 'best', atOnce: 2 });
  const preview = hum.follow(request);
  const digest = await preview.ready();
  const vms = preview.now?.vms ?? [];
  const { plans: ids } = await hum.deployments.start({ ...request, digest });
  expect(ids).toHaveLength(3);
  for (const id of ids) {
    let view = await viewOf(hum.plans, id);
    for (let tries = 0; view?.endedAt === null && tries < 1600; tries += 1) {
      await pause(250);
      view = await viewOf(hum.plans, id);
    }
    expect([view?.state, view?.problem]).toEqual(['done', undefined]);
  }
  const hosts = vms.map(({ host }) => host);
  expect(new Set(hosts)).toEqual(new Set(['lab', 'demo']));
  const macs = vms.flatMap((vm) => vm.macs);
  expect(new Set(macs).size).toBe(3);
  for (const [at, vm] of vms.entries()) {
    expect(vm.name).toBe(`web0${at + 1}`);
    if (vm.host !== 'lab') continue;
    const address = `10.0.2.${110 + at}`;
    await lab.sure('ping -q -c 1 -W 5 "$1"', [address]);
    expect(await lab.sure('ip neigh show "$1"', [address])).toContain(vm.macs[0]);
  }
  const running = (await lab.sure('xl list')).match(/^web0\d/gm) ?? [];
  expect(running).toHaveLength(hosts.filter((host) => host === 'lab').length);
});
