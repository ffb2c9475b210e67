import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import { problemOf } from '../../src/shared/errors.ts';
import { type DeployRig, openDeployRig } from '../support/deploy-rig.ts';
import { disk } from '../support/deployments.ts';
import { type Lab, openLab } from '../support/lab.ts';
import {
  type LabDeployer,
  labAddress,
  labKernel,
  labMac,
  labPlan,
  labSteps,
  makeGolden,
  makeLargeGolden,
  openLabDeployer,
  stepAt,
} from '../support/lab-deployments.ts';
import { fingerprint } from '../support/lab-scripts.ts';
import { labTemplate } from '../support/lab-template.ts';
import { patience } from '../support/patience.ts';
import { startOne, viewOf } from '../support/plans.ts';
import { online } from '../support/sshd-target.ts';

/** Every way in which a deployment can fail, on a real Xen: in each of its steps, and by what others do meanwhile. */

let lab: Lab;
let hum: LabDeployer;
let before: string;

beforeAll(async () => {
  lab = await openLab();
  await lab.sure(makeGolden);
});
beforeEach(async () => {
  await lab.tidy();
  await lab.sure('rm -f /srv/xen/seed.img');
  hum = openLabDeployer(lab);
  before = await lab.sure(fingerprint);
});
afterEach(() => hum.close());
afterAll(() => lab.close());

const undone = async () => expect(await lab.sure(fingerprint)).toBe(before);
const each = labSteps.map(({ title }, at) => [title, at] as const);

test.each(each)('a deployment whose host is lost in “%s” is undone over the next connection', async (_title, at) => {
  const plan = await hum.lostIn(at);
  // The last step is no reason to take a VM away that runs.
  expect(plan.state).toBe(at === labSteps.length - 1 ? 'done' : 'failed');
  if (plan.state === 'done') await lab.sure('ping -q -c 1 -W 5 "$1"', [labAddress]);
  else await undone();
});

test.each(each)('a deployment that was killed with Hum in “%s” is undone by the next one', async (_title, at) => {
  const { plans, id } = await hum.killedIn(at);
  expect((await viewOf(plans, id))?.state).toBe('interrupted');
  plans.undo(id);
  const plan = await hum.ended(plans, id);
  expect(plan.steps.map(({ problem }) => problem)).toEqual(plan.steps.map(() => undefined));
  expect(plan.state).toMatch(/failed|cancelled/);
  await undone();
});

test('a deployment whose guest crashes and is built anew by xl is taken back for good', async () => {
  const boot = labKernel('rdinit=/nowhere root=/dev/none panic=1');
  const { state, problem } = await hum.deploy(labPlan({ boot, onCrash: 'restart', ready: 'running', stableS: 60 }));
  expect(state).toBe('failed');
  // xl may have taken it away by the time of the look.
  expect(problem?.message).toMatch(/^web01 (?:crashed right after it was started|starts again and again)\.$/);
  expect(problem?.detail).toContain('Kernel panic');
  await undone();
  // As long as xl takes to build it anew.
  expect(await lab.sure('sleep 15; xl list web01 2>/dev/null || true')).toBe('');
});

describe('a deployment that is cancelled', () => {
  const cancelledIn = async (at: number) => {
    const plans = await hum.open();
    const id = startOne(plans, labPlan());
    await vi.waitFor(async () => expect((await viewOf(plans, id))?.steps[at]?.state).not.toBe('waiting'), patience);
    plans.cancel(id);
    return hum.ended(plans, id);
  };

  test.each(each.slice(0, -1))('in “%s” leaves the host byte for byte as it was', async (_title, at) => {
    const plan = await cancelledIn(at);
    expect([plan.state, plan.problem?.code]).toEqual(['cancelled', 'cancelled']);
    await undone();
  });
});

/** Somebody's guest that is called web01 as well, and what is to be seen of it. */
const guestOfTheirs = `
sed 's/guest1/web01/; s/00:01/0f:0f/; s/10.0.2.101/10.0.2.120/' /etc/xen/guest1.cfg >/root/theirs.cfg
xl create -q /root/theirs.cfg`;
const lookAtGuest =
  'id=$(xl domid web01) && echo "$id" && xenstore-read "/local/domain/$id/vm" && xl network-list "$id" | grep -o "00:16:3e[^ ]*"';

describe('a name that somebody else takes between the check and the creation', () => {
  test.each([
    ['a guest', 'Copy ', guestOfTheirs, lookAtGuest, 'xl destroy web01; rm /root/theirs.cfg'],
    ['a configuration', 'Copy ', 'echo theirs >/etc/xen/web01.cfg', 'cat /etc/xen/web01.cfg', 'rm /etc/xen/web01.cfg'],
    ['a disk', 'Claim ', 'echo theirs >/srv/xen/web01.img', 'cat /srv/xen/web01.img', 'rm /srv/xen/web01.img'],
    ['a seed', 'Copy ', 'echo theirs >/srv/xen/seed.img', 'cat /srv/xen/seed.img', 'rm /srv/xen/seed.img'],
  ])('for %s of their own is lost cleanly, and theirs is not touched', async (_what, step, take, look, giveBack) => {
    let theirs = '';
    const meanwhile = async () => {
      await lab.sure(take);
      theirs = await lab.sure(look);
    };
    const plan = await hum.deploy(labPlan(), hum.disturbed(stepAt(step), meanwhile));
    expect([plan.state, plan.problem?.code]).toEqual(['failed', expect.stringMatching(/^(?:name-taken|config-changed)$/)]);
    expect(await lab.sure(look)).toBe(theirs);
    await lab.sure(giveBack);
    await undone();
  });

  test('in the moment in which the guest is built is had by one of the two', async () => {
    let theirs: Promise<{ readonly code: number | null }> | undefined;
    const meanwhile = async () => {
      theirs = lab.run(guestOfTheirs);
    };
    const plan = await hum.deploy(labPlan(), hum.disturbed(stepAt('Start '), meanwhile));
    const theyHaveIt = (await theirs)?.code === 0;
    expect([plan.state, plan.problem?.code]).toEqual(theyHaveIt ? ['failed', 'name-taken'] : ['done', undefined]);
    expect(await lab.sure(lookAtGuest)).toContain(theyHaveIt ? '00:16:3e:00:0f:0f' : labMac);
    if (!theyHaveIt) return;
    await lab.sure('xl destroy web01; rm /root/theirs.cfg');
    await undone();
  });
});

describe('a large copy', () => {
  const begun = 'head -c 1000000 /dev/zero | tr "\\0" x >/srv/xen/golden.img';
  const underWay = 'for try in $(seq 600); do [ -n "$(find /srv/xen -name ".hum-*" -size +1M)" ] && exit; sleep 0.1; done; exit 1';

  // Of the large image nothing is left but its beginning.
  beforeAll(() => lab.sure(begun));
  beforeEach(() => lab.sure(makeLargeGolden));
  afterAll(() => lab.sure(makeGolden));

  test('that is cancelled ends', async () => {
    const plans = await hum.open();
    const id = startOne(plans, labPlan({ disks: [disk()] }));
    await lab.sure(underWay);
    plans.cancel(id);
    expect((await hum.ended(plans, id)).state).toBe('cancelled');
    expect(await lab.sure('pgrep -x cp || true')).toBe('');
    await lab.sure('truncate -s 1000000 /srv/xen/golden.img');
    await undone();
  });

  test.each([
    ['in the middle', 'Copy ', '', 'was changed while it was copied'],
    ['before its begin', 'Claim ', 'checked', 'its checksum is another one'],
  ])('of an image that is truncated %s is refused with the reason and leaves nothing', async (_when, step, checked, message) => {
    const [sum = ''] = (await lab.sure('sha256sum /srv/xen/golden.img')).split(' ');
    const checksums = new Map(checked === '' ? [] : [['/srv/xen/golden.img', sum]]);
    const cut = async () => {
      if (step === 'Copy ') await lab.sure(underWay);
      await lab.sure('truncate -s 1000000 /srv/xen/golden.img');
    };
    const { state, problem } = await hum.deploy(labPlan({ disks: [disk()] }, { checksums }), hum.disturbed(stepAt(step), cut));
    expect(problem).toMatchObject({ code: 'config-changed', message: expect.stringContaining(message) });
    expect(state).toBe('failed');
    await undone();
  });
});

/** A guest that leaves 40 MiB of Xen's memory to the others. */
const takeMemory = `
cat >/root/hog.cfg <<END
name = "hog"
type = "pv"
kernel = "/srv/xen/guest.vmlinux"
memory = $(($(xl info free_memory) - 40))
END
xl create -qp /root/hog.cfg`;

test('a deployment whose memory another guest takes meanwhile fails in a sentence, and everything is undone', async () => {
  const plan = await hum.deploy(
    labPlan(),
    hum.disturbed(stepAt('Copy '), async () => void (await lab.sure(takeMemory))),
  );
  expect(plan.problem).toMatchObject({ code: 'memory-short', message: expect.stringMatching(/\.$/) });
  expect(plan.state).toBe('failed');
  expect(plan.steps.findLast(({ state }) => state !== 'waiting')?.title).toBe('Start web01');
  expect(await lab.sure('xl domid hog')).toMatch(/^\d+\n$/);
  await lab.sure('xl destroy hog');
  await undone();
});

/** Whole consoles, whose previews have looked at the host. */
describe('between the preview and the start', () => {
  const consoles: DeployRig[] = [];
  const sessions: Session[] = [];

  async function shown() {
    const session = await online(createSession(lab.target('root'), { gate: createHandshakeGate() }));
    sessions.push(session);
    const rig = await openDeployRig({ x: session }, { real: true, templates: { lab: labTemplate() } });
    consoles.push(rig);
    const request = rig.request({ template: 'own/lab', host: 'x' });
    const preview = rig.follow(request);
    const digest = await preview.ready();
    return {
      mac: preview.now?.vms[0]?.macs[0] ?? '',
      /** `done`, or why not. */
      async start(): Promise<string> {
        try {
          const { plans } = await rig.deployments.start({ ...request, digest });
          const plan = await hum.ended(rig.plans, plans[0] ?? '');
          return plan.problem?.code ?? plan.state;
        } catch (error) {
          return problemOf(error).code;
        }
      },
    };
  }

  afterEach(async () => {
    for (const each of consoles.splice(0)) await each.close();
    for (const each of sessions.splice(0)) await each.stop();
  });

  test.each([
    ['a guest has taken the name', guestOfTheirs, 'name-taken', 'xl destroy web01; rm /root/theirs.cfg'],
    ['a configuration has taken the name', 'echo theirs >/etc/xen/web01.cfg', 'name-taken', 'rm /etc/xen/web01.cfg'],
    ['another guest has taken the memory', takeMemory, 'memory-short', 'xl destroy hog; rm /root/hog.cfg'],
    ['the image was removed', 'mv /srv/xen/data1.img /root/', 'disk-missing', 'mv /root/data1.img /srv/xen/'],
  ])('%s: nothing is begun', async (_what, take, code, giveBack) => {
    const { start } = await shown();
    await lab.sure(take);
    expect(await start()).toBe(code);
    await lab.sure(giveBack);
    await undone();
  });

  test('two that deploy the same name at once: one has it, the other is refused, and the guest of the first runs', async () => {
    const both = [await shown(), await shown()];
    const ends = await Promise.all(both.map(({ start }) => start()));
    expect(ends.toSorted()).toEqual(['done', 'name-taken']);
    const { mac } = both[ends.indexOf('done')] ?? { mac: 'of nobody' };
    await lab.sure('ping -q -c 1 -W 5 "$1"', [labAddress]);
    const left = 'xl list | grep -c "^web01 "; ls /etc/xen/web* /srv/xen/web*; ls /var/lib/hum; ls /var/lib/hum/deploys | wc -l';
    expect(await lab.sure(left)).toBe('1\n/etc/xen/web01.cfg\n/srv/xen/web01.img\ndeploys\n1\n');
    expect(await lab.sure('cat /etc/xen/web01.cfg')).toContain(mac);
    expect(await lab.sure('xl network-list web01')).toContain(mac);
  });
});
