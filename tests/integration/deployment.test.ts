import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { versionOf } from '../../src/main/plans/file-step.ts';
import type { Action, Plan, Step, StepContext, StepHandler } from '../../src/main/plans/plan.ts';
import type { Plans } from '../../src/main/plans/plans.ts';
import type { Runner } from '../../src/main/ssh/session.ts';
import { deploymentOfAll, deploymentPlan } from '../../src/main/xen/deploy/deployment-plan.ts';
import { settle } from '../../src/main/xen/deploy/settle.ts';
import { xenScript } from '../../src/main/xen/scripts.ts';
import { xenStepHandlers } from '../../src/main/xen/step-handlers.ts';
import { createXen } from '../../src/main/xen/xen.ts';
import type { PlanView } from '../../src/shared/contract/plans.ts';
import { HumError } from '../../src/shared/errors.ts';
import { deployment, disk, guest } from '../support/deployments.ts';
import { type Dom0, noDom0, openDom0, type Shell } from '../support/dom0.ts';
import { patience } from '../support/patience.ts';
import { type PlansRig, plansRig, startOne, viewOf } from '../support/plans.ts';

/** Whole deployments by the real scripts, on a host made of folders, from the first step to the last and back from each. */

const why = noDom0();
const over: readonly PlanView['state'][] = ['done', 'failed', 'cancelled', 'stuck', 'interrupted'];
/** It knows of no host: none is asked by the probe. */
const xen = createXen({ log: { info: () => undefined } });
const handlers: Readonly<Record<string, StepHandler>> = {
  ...xenStepHandlers(() => xen),
  fails: () => Promise.reject(new HumError({ code: 'command-failed', message: 'on purpose', hint: '' })),
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

const failing: Step = { title: 'Fail', host: 'x', action: { handler: 'fails', args: {}, shown: '' }, undo: null };

async function ended(plans: Plans, id: string): Promise<PlanView> {
  return vi.waitFor(async () => {
    const view = await viewOf(plans, id);
    if (view === undefined || !over.includes(view.state)) throw new Error(`still under way: ${JSON.stringify(view)}`);
    return view;
  }, patience);
}

/** The name of a script, which is its first line. */
const scriptName = (script: string) => /^# hum ([a-z-]+)\n/.exec(script)?.[1] ?? '';

describe.skipIf(why !== undefined)('a deployment', () => {
  let host: Dom0;
  let before: string;
  let rig: PlansRig;
  const start = async (plan: Plan = deploymentPlan(deployment({ guest: full })), runner: Runner = host.runner) => {
    const plans = await rig.open({ handlers, runner: () => runner });
    return { plans, id: startOne(plans, plan) };
  };
  const deploy = async (plan?: Plan) => {
    const { plans, id } = await start(plan);
    return ended(plans, id);
  };
  const undone = () => expect(host.everything()).toBe(before);

  function open(shell: Shell = 'dash', diskMib = 16): void {
    host?.close();
    host = openDom0({ shell, diskMib });
    golden(host);
    before = host.everything();
  }

  beforeEach(() => {
    rig = plansRig();
    open();
  });
  afterEach(async () => {
    await rig.close();
    host.close();
  });

  describe.each<Shell>(['dash', 'busybox', 'bash'])('on a host whose sh is %s', (shell) => {
    test('comes to its end, leaves what was asked for, and can be taken back by its last step', async () => {
      open(shell);
      const plan = await deploy(deploymentPlan(deployment({ guest: { ...full, stableS: 1 } })));
      expect(plan.problem).toBeUndefined();
      expect(plan.state).toBe('done');
      expect(host.sh('cmp /srv/xen/golden.img /srv/xen/web01.img; stat -c %a /srv/xen/web01.img; find /srv/xen -name ".*"')).toBe('600\n');
      expect(host.sh('find /var/lib/hum -type f -printf "%P\\n" | sort')).toMatch(
        /^deploys\/[0-9a-f]+\/(?:boolean|domain|folder|made|released)/,
      );
      expect(host.sh('cat /etc/xen/web01.cfg')).toContain('name = "web01"');
      expect(host.sh('readlink /etc/xen/auto/web01.cfg; cat "$HUM_DOM0/booleans/virt_use_nfs"')).toBe('/etc/xen/web01.cfg\non\n');
      expect(host.sh('cat "$HUM_DOM0/log"')).toMatch(
        /^create -p \/etc\/xen\/web01\.cfg uuid='[0-9a-f-]{36}'\n(?:.*\n)*console web01\n(?:.*\n)*unpause web01\n/,
      );
      expect(plan.steps.find(({ title }) => title.startsWith('Wait'))?.output).toContain('line 1\nline 2\n');
      expect(plan.steps.find(({ title }) => title.includes('absent'))?.output).toContain('note: there is no boolean absent');
      expect(host.sh('pgrep -f "$HUM_DOM0/../bin/xl console" || true')).toBe('');
    });

    test('is taken back when its last step fails', async () => {
      open(shell);
      const plan = deploymentPlan(deployment({ guest: full }));
      const { state } = await deploy({ ...plan, steps: [...plan.steps, failing] });
      expect(state).toBe('failed');
      undone();
    });
  });

  test('that has to make the folder for the autostart takes it away again', async () => {
    host.sh('rmdir /etc/xen/auto');
    before = host.everything();
    const plan = deploymentPlan(deployment({ guest: full }));
    const { state } = await deploy({ ...plan, steps: [...plan.steps, failing] });
    expect(state).toBe('failed');
    undone();
  });

  const steps = deploymentPlan(deployment({ guest: full })).steps;
  const each = steps.map(({ title }, at) => [title, at] as const);

  test.each(each)('that fails right after “%s” leaves the host as it was', async (_title, at) => {
    const plan = deploymentPlan(deployment({ guest: full }));
    const { state, problem } = await deploy({ ...plan, steps: [...plan.steps.slice(0, at + 1), failing] });
    expect([state, problem?.message]).toEqual(['failed', 'on purpose']);
    undone();
  });

  /** A connection over which the script of the nth step is begun and never answered. */
  function deafFrom(nth: number, how: 'killed' | 'lost', reached: () => void = () => undefined): Runner {
    let count = -1;
    return {
      ...host.runner,
      async run(script, args, options) {
        // What comes beside a copy or a wait, and the end of a reading, is no step.
        const beside = scriptName(script) === 'disk-look' || args?.[0] === 'follow' || args?.[0] === 'end';
        if (!beside) count += 1;
        if (count !== nth || beside) return host.runner.run(script, args, options);
        host.runner.run(script, args, options).catch(() => undefined);
        // Nobody is connected again faster.
        await new Promise((resolve) => setTimeout(resolve, 300));
        reached();
        if (how === 'killed') return new Promise(() => undefined);
        throw new HumError({ code: 'connection-lost', message: 'lost', hint: '' });
      },
    };
  }

  /** Hum is killed while the nth step is under way; answers the next one, and the plan as it finds it. */
  async function killedIn(nth: number): Promise<{ plans: Plans; id: string }> {
    let id = '';
    await new Promise<void>((reached) => {
      void start(undefined, deafFrom(nth, 'killed', reached)).then((started) => {
        id = started.id;
      });
    });
    rig.abandon();
    const plans = await rig.open({ handlers, runner: () => host.runner });
    expect((await viewOf(plans, id))?.state).toBe('interrupted');
    return { plans, id };
  }

  test.each(each)('whose host is lost in “%s” is undone over the next connection', async (_title, at) => {
    const { plans, id } = await start(undefined, deafFrom(at, 'lost'));
    const { state } = await ended(plans, id);
    // The last step is no reason to take a VM away that runs.
    expect(state).toBe(at === steps.length - 1 ? 'done' : 'failed');
    if (state !== 'done') undone();
  });

  test.each(each)('that was killed with Hum in “%s” can be undone by the next one', async (_title, at) => {
    const { plans, id } = await killedIn(at);
    plans.undo(id);
    const plan = await ended(plans, id);
    expect(plan.steps.map(({ problem }) => problem)).toEqual(plan.steps.map(() => undefined));
    expect(plan.state).toMatch(/failed|cancelled/);
    undone();
  });

  test.each(each)('that was killed with Hum in “%s” can be gone on with', async (_title, at) => {
    const { plans, id } = await killedIn(at);
    plans.resume(id);
    const plan = await ended(plans, id);
    expect([plan.state, plan.problem]).toEqual(['done', undefined]);
    expect(host.sh('cmp /srv/xen/golden.img /srv/xen/web01.img; ls -A /srv/xen')).toBe('golden.img\nnew\nseeds\nweb01.img\n');
  });

  test('of which a step is undone in the moment in which it begins leaves nothing, whichever is faster', async () => {
    const plan = deploymentPlan(deployment({ guest: full }));
    const act = (action: Action, runner = host.runner) =>
      handlers[action.handler]?.(action.args, {
        host: 'x',
        runner: () => runner,
        signal: new AbortController().signal,
        repeated: true,
        output: () => undefined,
        progress: () => undefined,
      });
    const [claim, ...others] = plan.steps;
    const guarded = others.filter(({ action, undo }) => undo !== null && !['xen.configuration', 'xen.autostart'].includes(action.handler));
    for (const delayMs of [0, 15, 40, 80, 150]) {
      await act(claim?.action as Action);
      host.sh('echo "name = \\"web01\\"" >/etc/xen/web01.cfg');
      await Promise.all(
        guarded.map(async ({ action, undo }) => {
          const begun = act(action)?.catch(() => undefined);
          await new Promise((resolve) => setTimeout(resolve, delayMs));
          await act(undo as Action);
          await begun;
        }),
      );
      await act(claim?.undo as Action);
      host.sh('rm /etc/xen/web01.cfg');
      undone();
    }
  });

  describe('a copy', () => {
    /** A cp that takes 20 s for the 2 MiB of the image. */
    const slow = `#!/bin/sh
echo $$ >"$HUM_DOM0/copying"
>"$4"
for at in $(seq 0 199); do dd if="$3" of="$4" bs=10486 skip=$at seek=$at count=1 conv=notrunc,nocreat 2>/dev/null; sleep 0.1; done`;
    const copying = () =>
      host.sh('pid=$(cat "$HUM_DOM0/copying" 2>/dev/null) && cut -d" " -f3 "/proc/$pid/stat" 2>/dev/null | grep -v Z || true');
    const underWay = (plans: Plans, id: string) =>
      vi.waitFor(async () => {
        const progress = (await viewOf(plans, id))?.steps[1]?.progress ?? '';
        expect(progress).toMatch(/^[\d.]+ KiB of 2\.0 MiB, [\d.]+ KiB\/s, \d+ s left$/);
      }, patience);

    beforeEach(() => host.program('cp', slow));

    test('tells its progress, ends at once when it is cancelled, and nothing of it goes on', async () => {
      const { plans, id } = await start();
      await underWay(plans, id);
      plans.cancel(id);
      const { state, endedAt } = await ended(plans, id);
      expect(state).toBe('cancelled');
      expect(endedAt).not.toBeNull();
      expect(copying()).toBe('');
      undone();
    });

    test('whose connection is lost is ended by the undo', async () => {
      const { plans, id } = await start();
      await underWay(plans, id);
      host.cut();
      expect((await ended(plans, id)).state).toBe('failed');
      expect(copying()).toBe('');
      undone();
    });

    test('that nobody looks at any more ends by itself', async () => {
      const script = xenScript('disk').replace('"worker-$key" 60 &', '"worker-$key" 3 &');
      expect(script).not.toBe(xenScript('disk'));
      host.sh('mkdir -p /var/lib/hum/deploys/abc');
      const { code } = await host.run(script, ['make', 'abc', 'xvda', '/srv/xen/a.img', 'copy', '/srv/xen/golden.img', 'raw', '', '', '']);
      expect(code).toBe(143);
      expect(host.sh('ls -A /srv/xen')).toBe('golden.img\n');
    });

    test('of an image that is written to meanwhile is refused', async () => {
      host.program('cp', slow.replace('sleep 0.1', 'echo x >>"$3"').replace('199', '9'));
      expect((await deploy()).problem).toMatchObject({ code: 'config-changed', message: expect.stringContaining('was changed while') });
      host.sh('cd /srv/xen; truncate -s 3M golden.img');
      undone();
    });
  });

  const withDisk = (change: Parameters<typeof disk>[0], checksums = new Map<string, string>()) =>
    deploymentPlan(deployment({ guest: guest({ disks: [disk(change)] }), checksums }));
  const image = (change: object) => ({
    source: { kind: 'image', image: '/srv/xen/golden.img', method: 'copy', checksum: null, ...change } as const,
  });

  test.each<[string, () => Plan, string, string]>([
    [
      'an image that is not there',
      () => withDisk(image({ image: '/srv/xen/gone.img' })),
      'disk-missing',
      'The image /srv/xen/gone.img is not',
    ],
    ['an image that is a folder', () => withDisk(image({ image: '/srv/xen' })), 'disk-missing', 'The image /srv/xen is not'],
    ['a checksum that is another one', () => withDisk(image({ checksum: '0'.repeat(64) })), 'config-changed', 'checksum is another one'],
    ['one that the caller knows', () => withDisk({}, new Map([['/srv/xen/golden.img', '1'.repeat(64)]])), 'config-changed', 'checksum'],
    [
      'a disk smaller than its image',
      () => withDisk({ size: 2 ** 20 }),
      'bad-input',
      'smaller than its image /srv/xen/golden.img, which has 3.0 MiB',
    ],
    ['an image of another format', () => withDisk({ format: 'qcow2' }), 'bad-input', 'has the format raw'],
    [
      'an overlay of a checksum that is wrong',
      () => withDisk({ format: 'qcow2', ...image({ method: 'overlay', checksum: '0'.repeat(64) }) }),
      'config-changed',
      'checksum',
    ],
  ])('with %s fails in a sentence and leaves nothing', async (_what, plan, code, message) => {
    const { state, problem } = await deploy(plan());
    expect(problem).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(state).toBe('failed');
    undone();
  });

  test.each([
    ['a file', 'echo mine >/srv/xen/web01.img'],
    ['a folder', 'mkdir /srv/xen/web01.img'],
    ['a link to a file', 'ln -s golden.img /srv/xen/web01.img'],
    ['a link to nowhere', 'ln -s nowhere /srv/xen/web01.img'],
    ['a link to a folder', 'mkdir /srv/xen/there; ln -s there /srv/xen/web01.img'],
  ])('never takes the place of %s', async (_what, make) => {
    host.sh(make);
    before = host.everything();
    const { state, problem } = await deploy();
    expect(problem).toMatchObject({ code: 'name-taken', message: expect.stringContaining('/srv/xen/web01.img is there already') });
    expect(state).toBe('failed');
    undone();
  });

  test('is refused where there is too little room, and fails cleanly where the room goes meanwhile', async () => {
    open('dash', 4);
    host.sh('head -c 1048576 /dev/zero >/srv/xen/other');
    before = host.everything();
    expect((await deploy()).problem).toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/are free in \/srv\/xen, and 2\.0 MiB are needed/),
    });
    undone();
    host.sh('rm /srv/xen/other');
    host.program('stat', '#!/bin/sh\n[ "$1" != -f ] || exit 1\nexec /usr/bin/stat "$@"\n');
    host.sh('head -c 1048576 /dev/zero >/srv/xen/other');
    before = host.everything();
    const { problem } = await deploy();
    expect(problem).toMatchObject({ code: 'disk-full', detail: expect.stringContaining('No space left') });
    undone();
  });

  test.each(['copy', 'overlay'] as const)('by %s of a qcow2 never cuts off what the image holds', async (method) => {
    host.sh('cd /srv/xen; qemu-img create -q -f qcow2 large.qcow2 64M');
    before = host.everything();
    const { state, problem } = await deploy(
      withDisk({ format: 'qcow2', size: 63 * 2 ** 20, ...image({ image: '/srv/xen/large.qcow2', method }) }),
    );
    expect(problem).toMatchObject({ code: 'bad-input', message: expect.stringContaining('/srv/xen/large.qcow2, which has 64.0 MiB') });
    expect(state).toBe('failed');
    undone();
  });

  test('grows the file system of its disk, keeps holes, makes overlays and clones', async () => {
    host.sh(
      'cd /srv/xen; rm golden.img; truncate -s 4M golden.img; mkfs.ext4 -q -F golden.img; qemu-img convert -O qcow2 golden.img golden.qcow2',
    );
    const sum = host.sh('sha256sum /srv/xen/golden.img').slice(0, 64);
    const place = (name: string) => ({ kind: 'file', path: `/srv/xen/${name}` }) as const;
    const qcow2 = { ...image({ image: '/srv/xen/golden.qcow2' }), format: 'qcow2' } as const;
    const disks = [
      disk({ size: 12 * 2 ** 20, grow: true, ...image({ checksum: sum }) }),
      disk({ device: 'xvdb', place: place('b.qcow2'), ...qcow2, size: 2 ** 30, grow: true }),
      disk({
        device: 'xvdc',
        place: place('c.qcow2'),
        ...{ format: 'qcow2', size: 2 ** 30, grow: true },
        ...image({ image: '/srv/xen/golden.qcow2', method: 'overlay' }),
      }),
      disk({ device: 'xvdd', place: place('d.qcow2'), format: 'qcow2', source: { kind: 'empty' }, size: 2 ** 30 }),
      disk({ device: 'xvde', place: place('e.img'), ...image({ method: 'reflink' }) }),
    ];
    const plan = await deploy(deploymentPlan(deployment({ guest: guest({ disks, stableS: 0 }) })));
    expect(plan.problem).toBeUndefined();
    expect(
      host.sh('cd /srv/xen; e2fsck -fn web01.img >/dev/null 2>&1; dumpe2fs -h web01.img 2>/dev/null | sed -n "s/^Block count: *//p"'),
    ).toBe('12288\n');
    expect(host.sh('cd /srv/xen; [ "$(du -k web01.img | cut -f1)" -lt 2000 ]; cmp e.img golden.img')).toBe('');
    const info = (name: string) => JSON.parse(host.sh('qemu-img info --output=json "$1"', `/srv/xen/${name}`));
    expect(info('b.qcow2')).toMatchObject({ format: 'qcow2', 'virtual-size': 2 ** 30 });
    expect(info('c.qcow2')).toMatchObject({ 'backing-filename': '/srv/xen/golden.qcow2', 'backing-filename-format': 'qcow2' });
    expect(info('d.qcow2')).toMatchObject({ 'virtual-size': 2 ** 30 });
    expect(plan.steps[3]?.output).toContain('note: there is no ext4 on the whole of this disk: the guest itself grows');
    expect(plan.steps[5]?.output).toContain('note: this file system makes no reflinks');
  });

  describe('a name', () => {
    test('that two deploy at once is one of theirs', async () => {
      for (let round = 0; round < 3; round += 1) {
        const marks = Array.from({ length: 6 }, (_, at) => `${round}${at}abcdef`);
        const claims = await Promise.all(
          marks.map((mark) => host.run(xenScript('claim'), ['take', mark, 'web01', 'xl', '/etc/xen/web01.cfg'])),
        );
        const won = marks.filter((_, at) => claims[at]?.code === 0);
        expect(won).toHaveLength(1);
        expect(claims.filter(({ code }) => code === 83)).toHaveLength(5);
        expect(host.sh('cat /var/lib/hum/claims/web01')).toBe(`${won[0]}\n`);
        await Promise.all(marks.map((mark) => host.run(xenScript('claim'), ['drop', mark, 'web01', 'xl', ''])));
        undone();
      }
    });

    test('of a claim of which nothing came for a day is taken over by one, and of a younger one by nobody', async () => {
      const claim = (mark: string) => host.run(xenScript('claim'), ['take', mark, 'web01', 'xl', '/etc/xen/web01.cfg']);
      host.sh('mkdir -p /var/lib/hum/claims; echo 00 >/var/lib/hum/claims/web01; ln /var/lib/hum/claims/web01 /var/lib/hum/claims/.00');
      expect(await claim('aa')).toMatchObject({ code: 83 });
      host.sh('touch -d "2 days ago" /var/lib/hum/claims/web01; : >/etc/xen/web01.cfg');
      expect((await claim('aa')).stdout.toString()).toBe('refused taken claim\n');
      host.sh('rm /etc/xen/web01.cfg');
      const claims = await Promise.all(['aa', 'bb', 'cc', 'dd'].map(claim));
      expect(claims.map(({ code }) => code).sort()).toEqual([0, 83, 83, 83]);
      expect(host.sh('ls -A /var/lib/hum/claims').split('\n')).not.toContain('.00');
    });

    test.each([
      ['a configuration', 'echo >/etc/xen/web01.cfg', 'has a configuration of this name'],
      ['a link to nowhere in its place', 'ln -s gone /etc/xen/web01.cfg', 'has a configuration of this name'],
      ['a domain', 'echo "name = \\"web01\\"" >/tmp/w.cfg; xl create /tmp/w.cfg', 'A domain of this name'],
    ])('that %s has is refused before anything is made', async (_what, make, message) => {
      host.sh(make);
      before = host.everything();
      const plan = await deploy();
      expect(plan).toMatchObject({ state: 'failed', problem: { code: 'name-taken', message: expect.stringContaining(message) } });
      expect(plan.steps[1]?.state).toBe('waiting');
      undone();
    });

    test('may be anything, and stays a name', async () => {
      for (const name of ['$(touch pwned)', 'a b;reboot', '`id`', '-x', '%s\u202e', '*']) {
        const path = `/srv/xen/${name}'"\\ $(id).img`.replaceAll('\u202e', '');
        const seed = { device: 'xvdz', path: `${path}.seed`, hostname: 'x', user: null, keys: [], packages: [], userData: '' };
        const hostile = guest({
          name,
          disks: [disk({ place: { kind: 'file', path } })],
          cloudInit: seed,
          stableS: 0,
        });
        const plan = await deploy(deploymentPlan(deployment({ guest: hostile })));
        expect([name, plan.problem, plan.state]).toEqual([name, undefined, 'done']);
        expect(host.sh('ls -1 "$1" "$1.seed"', path)).toBe(`${path}\n${path}.seed\n`);
        expect(host.sh('find . / "$HOME" /etc/xen /srv/xen /var/lib/hum -maxdepth 1 -name pwned')).toBe('');
        host.sh('rm -f "$1" "$1.seed" /etc/xen/*.cfg; rm -rf /var/lib/hum; xl destroy "$(ls "$HUM_DOM0/flags")"', path);
        undone();
      }
    });
  });

  describe('whose guest', () => {
    const claimed = (what: string) => host.run(xenScript('claim'), [what, 'abc', 'web01', 'xl', '/etc/xen/web01.cfg']);
    const build = (what: string, tool = 'xl') => host.run(xenScript('build'), [tool, what, 'abc', '/etc/xen/web01.cfg', 'web01']);
    const domains = () => host.sh('ls "$HUM_DOM0/flags"').trim();
    const nothingBuilt = 'Nothing was built: there is nothing to take back.\n';
    /** What a plan has done before it builds its domain. */
    const onlyClaim = async () => {
      await claimed('take');
      host.sh('echo "name = \\"web01\\"" >/etc/xen/web01.cfg');
    };
    /** Has xl do something first. */
    const withXl = (first: string) => {
      host.sh('mkdir -p "$HUM_DOM0/real"; ln -sf ../../bin/dom0 "$HUM_DOM0/real/xl"; rm "$HUM_DOM0/../bin/xl"');
      host.program('xl', `#!/bin/sh\n${first}\nexec "$HUM_DOM0/real/xl" "$@"\n`);
    };

    test.each([
      ['crashes', 'crashed right after'],
      ['vanishes', 'ended right after'],
      ['restarts', 'starts again and again'],
    ])('%s tells the last lines of its console, and is taken back', async (mode, message) => {
      host.mode(mode);
      const { state, problem } = await deploy(deploymentPlan(deployment({ guest: { ...full, stableS: 5 } })));
      expect(problem?.message).toContain(message);
      const lines = problem?.detail?.split('\n') ?? [];
      expect(lines.length).toBeLessThanOrEqual(20);
      expect(lines).toContain('line 30');
      if (mode === 'crashes') expect(lines.at(-1)).toBe('Kernel panic - not syncing');
      expect(state).toBe('failed');
      undone();
    });

    test('restarts before its host has been asked for the first time is not taken for one that stays', async () => {
      host.mode('restarts');
      const slow = { ...handlers, 'xen.settle': (args: Action['args'], context: StepContext) => settle(args, context, 1000) };
      const plans = await rig.open({ handlers: slow, runner: () => host.runner });
      const { problem } = await ended(plans, startOne(plans, deploymentPlan(deployment({ guest: { ...full, stableS: 5 } }))));
      expect(problem?.message).toContain('starts again and again');
      undone();
    });

    test('restarts is taken back for good, also between two of its starts', async () => {
      host.mode('restarts');
      await onlyClaim();
      expect(await build('make')).toMatchObject({ code: 0 });
      await vi.waitFor(() => expect(domains()).toBe(''), { ...patience, interval: 20 });
      expect((await build('undo')).stdout.toString()).toBe('');
      expect(host.sh('sleep 2; ls "$HUM_DOM0/flags"')).toBe('');
    });

    test('could not be destroyed is destroyed when it is tried again, after all else was taken back', async () => {
      withXl('[ "$1" != destroy ] || { echo "libxl: error: destroy failed" >&2; exit 1; }');
      const plan = deploymentPlan(deployment({ guest: full }));
      const { plans, id } = await start({ ...plan, steps: [...plan.steps, failing] });
      expect(await ended(plans, id)).toMatchObject({ state: 'stuck' });
      expect(domains()).toBe('1');
      withXl('');
      plans.undo(id);
      await vi.waitFor(async () => expect(await viewOf(plans, id)).toMatchObject({ state: 'cancelled' }), patience);
      expect(domains()).toBe('');
      expect(host.sh('ls /var/lib/hum/deploys/*').split('\n')).toContain('undone-start');
      host.sh('touch -d "2 days ago" /var/lib/hum/deploys/*/undone-start; rm -rf /srv/xen/new');
      await host.run(xenScript('claim'), ['take', 'dd', 'web02', 'xl', '/etc/xen/web02.cfg']);
      await host.run(xenScript('claim'), ['release', 'dd', 'web02']);
      expect(host.sh('ls /var/lib/hum/deploys')).toBe('dd\n');
    });

    test('was to be put on record on a full disk is not the one of somebody else', async () => {
      await onlyClaim();
      host.sh('xl create /etc/xen/web01.cfg; : >/var/lib/hum/deploys/abc/domain');
      expect((await build('undo')).stdout.toString()).toBe(nothingBuilt);
      expect(domains()).toBe('1');
    });

    test('is not the one whose name pretends to be both name and uuid', async () => {
      await onlyClaim();
      host.sh('xl create /etc/xen/web01.cfg; printf "web01\n/vm/x\n" >"$HUM_DOM0/store/local/domain/1/name"');
      host.sh('echo "11111111-2222-4333-8444-555555555555 of-another-boot" >/var/lib/hum/deploys/abc/domain');
      expect((await build('undo')).stdout.toString()).toBe(nothingBuilt);
      expect(domains()).toBe('1');
    });

    test('is being taken apart, and the next of its uuid there already, is the next', async () => {
      await onlyClaim();
      expect(await build('make')).toMatchObject({ code: 0 });
      withXl('[ "$1" != vm-list ] || "$HUM_DOM0/real/xl" vm-list | sed -n "s/  1  .*/  99    (null)/p"');
      expect(await build('undo')).toMatchObject({ code: 0 });
      expect(domains()).toBe('');
    });

    test('is asked for in vain where xenstore does not answer: it is not taken for gone', async () => {
      await onlyClaim();
      expect(await build('make')).toMatchObject({ code: 0 });
      host.sh('rm "$HUM_DOM0/../bin/xenstore-list"');
      host.program('xenstore-list', '#!/bin/sh\nexit 1\n');
      expect(await build('undo', 'xm')).toMatchObject({ code: 86 });
      expect(host.sh('ls /var/lib/hum/deploys/abc')).toContain('domain\n');
    });

    test('xl does not build is taken back, with the words of xl', async () => {
      host.mode('fails');
      expect((await deploy()).problem).toMatchObject({ code: 'memory-short' });
      undone();
    });

    test('loses its name to somebody who is faster is not destroyed in their stead', async () => {
      host.mode('race');
      const { problem } = await deploy();
      expect(problem).toMatchObject({ code: 'name-taken' });
      host.sh('xl destroy 1');
      undone();
    });

    test('was built anew by somebody is known by its name only after a reboot of its host, while that is claimed', async () => {
      const rebooted = () => host.sh('sed -i "s/ .*/ of-another-boot/" /var/lib/hum/deploys/abc/domain');
      await onlyClaim();
      expect(await build('make')).toMatchObject({ code: 0 });
      host.sh('xl destroy web01; xl create /etc/xen/web01.cfg');

      expect((await build('undo')).stdout.toString()).toBe(nothingBuilt);
      expect(domains()).toBe('2');
      host.sh(
        'echo "11111111-2222-4333-8444-555555555555 of-another-boot" >/var/lib/hum/deploys/abc/domain; echo other >/var/lib/hum/claims/web01',
      );
      expect((await build('undo')).stdout.toString()).toBe(nothingBuilt);
      expect(domains()).toBe('2');

      host.sh('rm /var/lib/hum/deploys/abc/undone-start; echo abc >/var/lib/hum/claims/web01');
      host.sh('echo "11111111-2222-4333-8444-555555555555 of-another-boot" >/var/lib/hum/deploys/abc/domain');
      // One that goes on finds it, and keeps its uuid of now.
      expect(await build('make')).toMatchObject({ code: 0 });
      expect(domains()).toBe('2');
      rebooted();
      expect(await build('undo')).toMatchObject({ code: 0 });
      expect(domains()).toBe('');
      host.sh('rm /etc/xen/web01.cfg');
      await claimed('drop');
      undone();
      const late = await build('undo');
      expect([late.code, late.stdout.toString()]).toEqual([85, 'refused finished web01\n']);
    });

    test.each([
      ['was being built', 'building'],
      ['was built', '$(sed s,/vm/,, "$HUM_DOM0/store/local/domain/1/vm")'],
    ])('%s by a version that put no boot on record is taken back', async (_how, record) => {
      await onlyClaim();
      host.sh('xl create -p /etc/xen/web01.cfg');
      host.sh(`echo ${record} >/var/lib/hum/deploys/abc/domain`);
      expect(await build('undo')).toMatchObject({ code: 0 });
      expect(domains()).toBe('');
    });

    test('has its address from a DHCP server elsewhere is found once everybody around has been asked', async () => {
      host.sh(`
        mount -t tmpfs none /sys/class/net && mkdir -p /sys/class/net/vif1.0/brport
        ln -s ../../xenbr0 /sys/class/net/vif1.0/brport/bridge`);
      host.program(
        'ip',
        `#!/bin/sh
case "$*" in
  *neigh*) [ ! -e "$HUM_DOM0/asked" ] || echo '10.9.9.70 dev xenbr0 lladdr 00:16:3E:00:00:01 REACHABLE' ;;
  *'addr show dev xenbr0') echo '5: xenbr0    inet 10.9.9.100/26 brd 10.9.9.127 scope global xenbr0' ;;
esac
`,
      );
      host.program('bash', '#!/bin/sh\nshift 3\necho "$*" >>"$HUM_DOM0/asked"\n');
      host.program('ping', '#!/bin/sh\nexit 0\n');
      const plan = await deploy(deploymentPlan(deployment({ guest: guest({ ready: 'ping', stableS: 0 }) })));
      expect(plan.problem).toBeUndefined();
      expect(host.sh('cat "$HUM_DOM0/asked"')).toBe('10.9.9 65 127\n');
      expect(plan.steps.find(({ title }) => title.startsWith('Wait'))?.output).toContain('\nIts address is 10.9.9.70\n');
    });

    test('has the address that answers, where another one of its MAC address is left from before', async () => {
      host.sh('mkdir -p /var/lib/misc; echo "1796070897 00:16:3e:00:00:01 10.9.9.10 web01 *" >/var/lib/misc/dnsmasq.leases');
      host.program('ip', `#!/bin/sh\necho '10.9.9.70 dev xenbr0 lladdr 00:16:3e:00:00:01 STALE'\n`);
      host.program('ping', `#!/bin/sh\ncase "$*" in *' 10.9.9.10') ;; *) exit 1 ;; esac\n`);
      for (const ready of ['ping', 'running'] as const) {
        const { output } = (await deploy(deploymentPlan(deployment({ guest: guest({ ready, stableS: 0 }) })))).steps.find(({ title }) =>
          title.startsWith('Wait'),
        ) ?? { output: 'no step' };
        expect(output).toContain('Its address is 10.9.9.10\n');
        host.sh('rm -f /srv/xen/web01.img /etc/xen/web01.cfg; rm -rf /var/lib/hum; xl destroy "$(ls "$HUM_DOM0/flags")"');
      }
    });

    test('does not answer in time says so', async () => {
      const plan = deploymentPlan(
        deployment({
          guest: guest({
            ready: 'ping',
            stableS: 0,
            vifs: [{ bridge: 'b', mac: null, ip: { kind: 'static', address: '127.0.0.1', prefix: 8, gateway: null, dns: [] } }],
          }),
        }),
      );
      const impatient = {
        ...plan,
        steps: plan.steps.map((step) => ({ ...step, action: { ...step.action, args: { ...step.action.args, limitMs: 2000 } } })),
      };
      host.program('ping', '#!/bin/sh\nexit 1\n');
      expect((await deploy(impatient)).problem).toMatchObject({
        code: 'guest-ignored',
        message: expect.stringContaining('has not answered a ping at 127.0.0.1 within 2 s'),
      });
      undone();
      host.program('ping', '#!/bin/sh\nexit 0\n');
      expect((await deploy(impatient)).state).toBe('done');
    });
  });

  describe('an undo', () => {
    const run = (script: 'claim' | 'disk' | 'volume', ...args: string[]) => host.run(xenScript(script), args);
    const disk = (what: 'make' | 'undo') =>
      run('disk', what, 'abc', 'xvda', '/srv/xen/new/web01.img', 'empty', '', 'raw', '1048576', '', '');
    const claimed = () => run('claim', 'take', 'abc', 'web01', 'xl', '/etc/xen/web01.cfg');
    const dropped = async () => {
      expect(await run('claim', 'drop', 'abc', 'web01')).toMatchObject({ code: 0 });
      undone();
    };
    beforeEach(claimed);

    test('takes no file for its own that has been given its number anew', async () => {
      expect(await disk('make')).toMatchObject({ code: 0 });
      // As a file that was made an hour ago: another one has its place on the disk by now.
      host.sh('sed -i "s/^\\([0-9]*:[0-9]*\\):[0-9]*/\\1:1/" /var/lib/hum/deploys/abc/made-xvda');
      expect((await disk('undo')).stdout.toString()).toBe('Another file has that name now: it is left.\n');
      expect(host.sh('ls /srv/xen/new')).toBe('web01.img\n');
      host.sh('rm -r /srv/xen/new');
      await dropped();
    });

    test('is refused while the file system of a disk is away, and done when it is there again', async () => {
      // Two file systems of a test may give the same number in the same second.
      host.sh('mkdir /srv/store; sleep 1.1; mkdir /srv/xen/new; mount --bind /srv/store /srv/xen/new');
      expect(await disk('make')).toMatchObject({ code: 0 });
      host.sh('umount /srv/xen/new');
      const refused = await disk('undo');
      expect([refused.code, refused.stdout.toString()]).toEqual([85, 'refused away /srv/xen/new/\n']);
      host.sh('mount --bind /srv/store /srv/xen/new');
      expect(await disk('undo')).toMatchObject({ code: 0 });
      host.sh('umount /srv/xen/new; rmdir /srv/store /srv/xen/new');
      await dropped();
    });

    test('is done where another one has taken the empty folder away, and where the file system has another number by now', async () => {
      await disk('make');
      host.sh('rm -r /srv/xen/new');
      expect(await disk('undo')).toMatchObject({ code: 0 });
      host.sh('rm /var/lib/hum/deploys/abc/undone-xvda');
      expect(await disk('make')).toMatchObject({ code: 0 });
      host.sh('sed -i "s/^[0-9]*:/1:/" /var/lib/hum/deploys/abc/in-xvda /var/lib/hum/deploys/abc/made-xvda');
      expect(await disk('undo')).toMatchObject({ code: 0 });
      expect(host.sh('ls /srv/xen')).not.toContain('new');
      await dropped();
    });

    test('of a volume is refused while nothing can be known of its group', async () => {
      host.program('lvs', '#!/bin/sh\necho "  Giving up waiting for lock." >&2\nexit 5\n');
      const refused = await run('volume', 'undo', 'abc', 'xvdb', 'vg0', 'web01');
      expect([refused.code, refused.stdout.toString()]).toEqual([1, '  Giving up waiting for lock.\nrefused group vg0\n']);
      host.program('lvs', '#!/bin/sh\necho "  Volume group \\"vg0\\" not found" >&2\nexit 5\n');
      expect(await run('volume', 'undo', 'abc', 'xvdb', 'vg0', 'web01')).toMatchObject({ code: 0 });
      await dropped();
    });

    test('leaves on record what it could not wait for', async () => {
      host.sh(`sleep 60 >/dev/null 2>&1 & set -- $(cat /proc/$!/stat); shift 21; echo "$! $1" >/var/lib/hum/deploys/abc/last-start`);
      await run('claim', 'drop', 'abc', 'web01');
      expect(host.sh('ls /var/lib/hum/deploys/abc')).toContain('last-start\n');
      host.sh('read pid _ </var/lib/hum/deploys/abc/last-start; kill $pid');
      await dropped();
    });

    test('of a configuration that was sent after it writes nothing; an account with sudo writes and undoes', async () => {
      host.sh(`mkdir -p /etc/pam.d
        for kind in auth account session; do echo "$kind required pam_permit.so"; done >/etc/pam.d/sudo
        echo 'op:x:4242:4242::/:/bin/sh' >>/etc/passwd
        echo 'op ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers; chmod 440 /etc/sudoers`);
      const text = 'name = "web01"\n';
      const words = (what: string) => [what, 'abc', '/etc/xen/web01.cfg', '.kept', '', versionOf(text)];
      const asAccount = (what: string) =>
        host.run(`printf '%s' "$text" | setpriv --reuid=4242 --regid=4242 --clear-groups sh -c "$script" sh "$@"`, words(what), {
          env: { script: xenScript('write-config'), text },
        });
      expect(await asAccount('make')).toMatchObject({ code: 0 });
      expect(host.sh('stat -c %U /etc/xen/web01.cfg; cat /etc/xen/web01.cfg')).toBe(`root\n${text}`);
      expect(await asAccount('undo')).toMatchObject({ code: 0 });
      expect((await asAccount('make')).stdout.toString()).toBe('refused undone \n');
      expect(host.sh('ls /etc/xen')).toBe('auto\n');
    });
  });

  test('of several is all or none', async () => {
    const of = (name: string, mark: string) =>
      deployment({ mark, guest: guest({ name, stableS: 0, disks: [disk({ place: { kind: 'file', path: `/srv/xen/n/${name}.img` } })] }) });
    const all = deploymentOfAll([of('web01', 'a1'), of('web02', 'a2'), of('web03', 'a3')]);
    expect((await deploy({ ...all, steps: [...all.steps, failing] })).state).toBe('failed');
    undone();
    host.sh('echo >/etc/xen/web03.cfg');
    before = host.everything();
    const refused = await deploy(all);
    expect(refused.steps.filter(({ state }) => state === 'undone')).toHaveLength(2);
    undone();
    host.sh('rm /etc/xen/web03.cfg');
    expect((await deploy(all)).state).toBe('done');
    expect(host.sh('ls /srv/xen/n')).toBe('web01.img\nweb02.img\nweb03.img\n');
  });

  test('whose undo is done twice leaves what others have made since', async () => {
    const plan = deploymentPlan(deployment({ guest: full }));
    await deploy({ ...plan, steps: [...plan.steps, failing] });
    undone();
    host.sh('echo theirs >/srv/xen/web01.img; mkdir -p /srv/xen/new/deep; echo 1 >/srv/xen/new/deep/data.img');
    const theirs = host.everything();
    for (const { undo } of plan.steps.toReversed()) {
      if (undo === null) continue;
      const done = handlers[undo.handler]?.(undo.args, {
        host: 'x',
        runner: () => host.runner,
        signal: new AbortController().signal,
        repeated: true,
        output: () => undefined,
        progress: () => undefined,
      });
      // Whose a file is that is there without any account of it, nobody can tell.
      await done?.catch((error) => expect(error.problem.message).toContain('The deployment was over already'));
    }
    expect(host.everything()).toBe(theirs);
  });
});
