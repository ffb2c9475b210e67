import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { restoreFileStep, writeFileStep } from '../../src/main/plans/file-step.ts';
import type { Plan, StepHandler } from '../../src/main/plans/plan.ts';
import type { Plans } from '../../src/main/plans/plans.ts';
import { deploymentOfAll, deploymentPlan } from '../../src/main/xen/deploy/deployment-plan.ts';
import { xenStepHandlers } from '../../src/main/xen/step-handlers.ts';
import type { PlanView } from '../../src/shared/contract/plans.ts';
import { HumError } from '../../src/shared/errors.ts';
import { deployment, disk, guest } from '../support/deployments.ts';
import { type Dom0, noDom0, openDom0, type Shell } from '../support/dom0.ts';
import { patience } from '../support/patience.ts';
import { plansRig, startOne, viewOf } from '../support/plans.ts';

/** Whole deployments by the real scripts, on a host made of folders, from the first step to the last and back from each. */

const why = noDom0();
const over: readonly PlanView['state'][] = ['done', 'failed', 'cancelled', 'stuck', 'interrupted'];
const handlers: Readonly<Record<string, StepHandler>> = {
  ...xenStepHandlers(() => {
    throw new Error('no step of a deployment asks the probe');
  }),
  file: writeFileStep,
  'file-back': restoreFileStep,
};

/** What a deployment may hold: two disks, one in a folder that is not there, a seed, a boolean, autostart. */
const full = guest({
  disks: [
    disk({ size: 3 * 2 ** 20 }),
    disk({ device: 'xvdb', place: { kind: 'file', path: '/srv/xen/new/deep/data.img' }, source: { kind: 'empty' }, size: 2 ** 20 }),
  ],
  cloudInit: { device: 'xvdz', path: '/srv/xen/seeds/web01.img', hostname: 'web01', user: null, keys: [], packages: [], userData: '' },
  selinux: { booleans: ['virt_use_nfs', 'absent'], whenAbsent: 'note' },
  autostart: true,
  stableS: 0,
});

function golden(host: Dom0): void {
  host.sh(
    'head -c 2097152 /dev/urandom >/srv/xen/golden.img; truncate -s 3M /srv/xen/golden.img; echo off >"$HUM_DOM0/booleans/virt_use_nfs"',
  );
  for (const name of ['getsebool', 'setsebool']) host.sh('ln -s dom0 "$HUM_DOM0/../bin/$1"', name);
}

async function ended(plans: Plans, id: string): Promise<PlanView> {
  return vi.waitFor(async () => {
    const view = await viewOf(plans, id);
    if (view === undefined || !over.includes(view.state)) throw new Error(`still under way: ${JSON.stringify(view)}`);
    return view;
  }, patience);
}

describe.skipIf(why !== undefined)('a deployment', () => {
  let host: Dom0;
  let before: string;
  const rig = plansRig();
  const open = (more: Readonly<Record<string, StepHandler>> = {}) =>
    rig.open({ handlers: { ...handlers, ...more }, runner: () => host.runner });
  const deploy = async (plan: Plan = deploymentPlan(deployment({ guest: full }))) => {
    const plans = await open();
    return ended(plans, startOne(plans, plan));
  };

  beforeEach(() => {
    host = openDom0();
    golden(host);
    before = host.everything();
  });
  afterEach(() => host.close());
  afterAll(() => rig.close());

  test('comes to its end, and leaves what was asked for and nothing else', async () => {
    const plan = await deploy();
    expect(plan.problem).toBeUndefined();
    expect(plan.state).toBe('done');
    expect(
      host.sh(
        'cmp /srv/xen/golden.img /srv/xen/web01.img; stat -c %a /srv/xen/web01.img; find /srv/xen /var/lib -name "*hum*" -o -name ".*"',
      ),
    ).toBe('600\n');
    expect(host.sh('cat /etc/xen/web01.cfg')).toContain('name = "web01"');
    expect(host.sh('readlink /etc/xen/auto/web01.cfg; cat "$HUM_DOM0/booleans/virt_use_nfs"')).toBe('/etc/xen/web01.cfg\non\n');
    expect(host.sh('cat "$HUM_DOM0/log"')).toMatch(/^create -p \/etc\/xen\/web01\.cfg\n(?:.*\n)*console 1\n(?:.*\n)*unpause 1\n/);
    expect(plan.steps.find(({ title }) => title.startsWith('Wait'))?.output).toContain('line 1\nline 2\n');
    expect(plan.steps.find(({ title }) => title.includes('absent'))?.output).toContain('note: there is no boolean absent');
  });
});
