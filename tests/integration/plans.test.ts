import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, link, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { commandAction } from '../../src/main/plans/command-step.ts';
import { fileActions, versionOf } from '../../src/main/plans/file-step.ts';
import type { Action, Step } from '../../src/main/plans/plan.ts';
import type { Plans } from '../../src/main/plans/plans.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import { HumError } from '../../src/shared/errors.ts';
import { patience } from '../support/patience.ts';
import { becomes, type PlansRig, plansRig, startOne, toyPlan, toyStep, viewOf } from '../support/plans.ts';
import type { ChildOrders } from '../support/plans-child.ts';
import { smallDisk } from '../support/small-disk.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

let ssh: Rig;
let key: KeyPair;
let sshd: Server;
/** Its login shell is quick: what is tried here is not its start files. */
let user: string;
let session: Session;
let rig: PlansRig;
let plans: Plans;
/** A folder "on the host". */
let dir: string;

beforeAll(async () => {
  ssh = await openRig();
  key = await ssh.clientKey();
  sshd = await ssh.sshd();
  user = (await ssh.account({ shell: '/bin/dash' })).name;
});
beforeEach(async () => {
  session = await online(sessionFor(await targetFor(ssh, sshd, { key, user })));
  rig = plansRig();
  plans = await rig.open({ runner });
  dir = await mkdtemp(join(ssh.dir, 'host-'));
  await chmod(dir, 0o777);
});
afterEach(async () => {
  await rig.close();
  await stopSessions();
});
afterAll(() => ssh.close());

/** As the fleet's: none while there is no connection. */
function runner(): Session {
  if (session.status.state === 'online') return session;
  throw new HumError({ code: 'connection-lost', message: 'There is no connection.', hint: 'Wait.' });
}

const hostile = [
  'plain',
  'two words',
  "it's",
  '$(reboot)',
  '`id`',
  '-rf',
  'line\nbreak',
  'ends in newline\n',
  '"\\*?[a]',
  'web\u202e01',
  'x'.repeat(200),
  '~',
  'a;b|c&d',
];

function commandStep(title: string, argv: readonly string[], undo: readonly string[] | null): Step {
  return { title, host: 'h1', action: commandAction({ argv }), undo: undo === null ? null : commandAction({ argv: undo }) };
}

function fileStep(actions: { readonly action: Action; readonly undo: Action }): Step {
  return { title: 'Write the file', host: 'h1', ...actions };
}

describe('a command on a real host', () => {
  it('gets its arguments as they are, whatever is in them, and its undo too', async () => {
    const steps = hostile.map((name) => commandStep('mkdir', ['mkdir', `${dir}/${name}`], ['rmdir', `${dir}/${name}`]));
    await becomes(plans, startOne(plans, toyPlan(steps)), 'done');
    expect((await readdir(dir)).sort()).toEqual([...hostile].sort());
    await rm(dir, { recursive: true });

    dir = await mkdtemp(join(ssh.dir, 'host-'));
    await chmod(dir, 0o777);
    const again = hostile.map((name) => commandStep('mkdir', ['mkdir', `${dir}/${name}`], ['rmdir', `${dir}/${name}`]));
    await becomes(plans, startOne(plans, toyPlan([...again, toyStep('last', 'fails')])), 'failed');
    expect(await readdir(dir)).toEqual([]);
  });

  it('is fed its input, and what it prints on both streams is the step’s output', async () => {
    const action = commandAction({ argv: ['sh', '-c', 'cat; echo "$1" >&2', 'sh', '$HOME'], stdin: "from 'here'" });
    const view = await becomes(plans, startOne(plans, toyPlan([{ title: 'Speak', host: 'h1', action, undo: null }])), 'done');
    expect(view.steps[0]?.output).toBe("from 'here'\n$HOME\n");
  });

  it('that ends badly says how, with its own words, unless that status is accepted', async () => {
    const argv = ['sh', '-c', 'echo tried; echo "no such bridge" >&2; exit 3'];
    const view = await becomes(plans, startOne(plans, toyPlan([commandStep('Fail', argv, null)])), 'failed');
    expect(view.problem).toMatchObject({
      code: 'command-failed',
      message: 'sh ended with status 3.',
      detail: 'no such bridge',
      host: 'h1',
    });
    expect(view.steps[0]?.output).toBe('tried\nno such bridge\n');
    const accepted = commandAction({ argv, accept: [0, 3] });
    await becomes(plans, startOne(plans, toyPlan([{ title: 'Fail well', host: 'h1', action: accepted, undo: null }])), 'done');
    const missing = await becomes(plans, startOne(plans, toyPlan([commandStep('Miss', ['no-such-program'], null)])), 'failed');
    expect(missing.problem).toMatchObject({
      message: 'no-such-program ended with status 127.',
      hint: expect.stringContaining('Is the program installed on the host?'),
    });
  });

  it('that takes too long is ended, and so is one that is cancelled', async () => {
    const action = commandAction({ argv: ['sleep', '300'], timeoutMs: 300 });
    const late = await becomes(plans, startOne(plans, toyPlan([{ title: 'Sleep', host: 'h1', action, undo: null }])), 'failed');
    expect(late.problem).toMatchObject({ code: 'request-timeout' });
    const steps = [
      commandStep('Make', ['mkdir', `${dir}/a`], ['rmdir', `${dir}/a`]),
      commandStep('Sleep', ['sh', '-c', `touch "${dir}/b"; exec sleep 300`], ['rm', `${dir}/b`]),
    ];
    const id = startOne(plans, toyPlan(steps));
    await expect.poll(() => existsSync(`${dir}/b`), patience).toBe(true);
    plans.cancel(id);
    await becomes(plans, id, 'cancelled');
    expect(await readdir(dir)).toEqual([]);
  });
});

test('a connection that is cut in the middle of a step is waited for, and then everything is undone', async () => {
  plans = await rig.open({ runner, limits: { reconnectMs: 45_000, lookMs: 20, refreshMs: 100 } });
  const steps = [
    commandStep('Make', ['mkdir', `${dir}/a`], ['rmdir', `${dir}/a`]),
    commandStep('Cut', ['sh', '-c', `mkdir "${dir}/b"; sleep 300`], ['rmdir', `${dir}/b`]),
  ];
  const id = startOne(plans, toyPlan(steps));
  await expect.poll(() => existsSync(`${dir}/b`), patience).toBe(true);
  await sshd.daemon.stop();
  await expect.poll(async () => (await viewOf(plans, id))?.steps[1]?.progress, patience).toBe('waiting for the connection to come back');
  await sshd.daemon.start();
  session.retryNow();
  const view = await becomes(plans, id, 'failed');
  expect(view.problem).toMatchObject({ code: 'connection-lost' });
  expect(await readdir(dir)).toEqual([]);
});

describe('a file on a real host', () => {
  const at = Date.UTC(2026, 10, 23, 5, 10, 0);
  const kept = (path: string) => `${path}.hum-20261123T051000`;
  const change = (path: string, content: string, before: string | null) =>
    fileActions({ path, content, expectedVersion: before === null ? null : versionOf(before), at });

  async function existing(name: string, content: string): Promise<string> {
    const path = `${dir}/${name}`;
    await writeFile(path, content);
    await chmod(path, 0o640);
    await chown(path, 12_345, 23_456);
    return path;
  }
  const run = (step: Step) => startOne(plans, toyPlan([step]));
  const runAndUndo = (step: Step) => startOne(plans, toyPlan([step, toyStep('last', 'fails')]));
  const owner = async (path: string) => {
    const { uid, gid, mode } = await stat(path);
    return { uid, gid, mode };
  };

  beforeEach(async () => {
    // Only root gives files away, as on a Xen host.
    session = await online(sessionFor(await targetFor(ssh, sshd, { key, user: ssh.user })));
  });

  it('is replaced whatever its name is, with owner and mode, and the one before is kept', async () => {
    const paths = await Promise.all(hostile.map((name) => existing(name, 'old\n')));
    const before = await Promise.all(paths.map(owner));
    const steps = paths.map((path) => fileStep(change(path, 'näw $(reboot)\n', 'old\n')));
    await becomes(plans, startOne(plans, toyPlan(steps)), 'done');
    for (const [index, path] of paths.entries()) {
      expect(await readFile(path, 'utf8')).toBe('näw $(reboot)\n');
      expect(await owner(path)).toEqual(before[index]);
      expect(await readFile(kept(path), 'utf8')).toBe('old\n');
      expect(await owner(kept(path))).toEqual(before[index]);
    }
    expect(await readdir(dir)).toHaveLength(2 * hostile.length);
  });

  it('is put back by the undo whatever its name is, and nothing is left beside it', async () => {
    const paths = await Promise.all(hostile.map((name) => existing(name, 'old\n')));
    const before = await Promise.all(paths.map(owner));
    const steps = paths.map((path) => fileStep(change(path, 'new', 'old\n')));
    await becomes(plans, startOne(plans, toyPlan([...steps, toyStep('last', 'fails')])), 'failed');
    for (const path of paths) expect(await readFile(path, 'utf8')).toBe('old\n');
    expect(await Promise.all(paths.map(owner))).toEqual(before);
    expect((await readdir(dir)).sort()).toEqual([...hostile].sort());
  });

  describe('whose one before is kept elsewhere', () => {
    let elsewhere: string;
    beforeEach(async () => {
      // Where there is one, another file system: no rename leads from there.
      elsewhere = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'hum-kept-'));
    });
    afterEach(() => rm(elsewhere, { recursive: true, force: true }));
    const away = (path: string, content: string) =>
      fileActions({ path, content, expectedVersion: versionOf('old\n'), at, keptAs: `${elsewhere}/deep er/kept` });

    it('is put back with owner and mode, and nothing is left in either place', async () => {
      const path = await existing('crontab', 'old\n');
      const before = await owner(path);
      await becomes(plans, startOne(plans, toyPlan([fileStep(away(path, 'new'))])), 'done');
      expect([await readFile(path, 'utf8'), await readFile(`${elsewhere}/deep er/kept`, 'utf8')]).toEqual(['new', 'old\n']);
      expect(await readdir(dir)).toEqual(['crontab']);
      expect((await stat(`${elsewhere}/deep er`)).mode & 0o777).toBe(0o700);
      await rm(elsewhere, { recursive: true });
      await becomes(plans, runAndUndo(fileStep(away(await existing('crontab', 'old\n'), 'new'))), 'failed');
      expect(await readFile(path, 'utf8')).toBe('old\n');
      expect(await owner(path)).toEqual(before);
      expect([await readdir(dir), await readdir(`${elsewhere}/deep er`)]).toEqual([['crontab'], []]);
    });

    it('stays as it is where the kept one is gone or was changed, and says so', async () => {
      plans = await rig.open({ runner, undoneLater: new Set(['toy']) });
      const path = await existing('crontab', 'old\n');
      const id = startOne(plans, toyPlan([fileStep(away(path, 'new'))]));
      await becomes(plans, id, 'done');
      const refused = async () => {
        plans.undo(id);
        await expect.poll(async () => (await viewOf(plans, id))?.state, patience).toBe('done');
        return (await viewOf(plans, id))?.problem;
      };
      await writeFile(`${elsewhere}/deep er/kept`, 'by somebody else');
      expect(await refused()).toMatchObject({ code: 'config-missing' });
      await rm(`${elsewhere}/deep er/kept`);
      expect(await refused()).toMatchObject({ code: 'config-missing', message: expect.stringMatching(/^It was not undone: /) });
      expect(await readFile(path, 'utf8')).toBe('new');
      expect(await readdir(dir)).toEqual(['crontab']);
    });
  });

  it('that is new is made, and its undo takes it away', async () => {
    await becomes(plans, run(fileStep(change(`${dir}/a`, '', null))), 'done');
    expect(await readdir(dir)).toEqual(['a']);
    await becomes(plans, runAndUndo(fileStep(change(`${dir}/b`, 'b', null))), 'failed');
    expect(await readdir(dir)).toEqual(['a']);
  });

  it.each([
    ['was changed by somebody else', async () => existing('a', 'theirs'), 'mine'],
    ['has gone', async () => `${dir}/a`, 'mine'],
    ['has appeared', async () => existing('a', 'theirs'), null],
    ['is a folder', async () => dir, null],
  ])('that %s is left as it is, and nothing beside it', async (_what, make, before) => {
    const path = await make();
    const view = await becomes(plans, run(fileStep(change(path, 'new', before))), 'failed');
    expect(view.problem).toMatchObject({ code: 'config-changed' });
    const names = await readdir(dir);
    for (const name of names) expect(await readFile(`${dir}/${name}`, 'utf8')).toBe('theirs');
    expect(names.length).toBeLessThanOrEqual(1);
  });

  it('that somebody changed after Hum is not put back over their work', async () => {
    const path = await existing('a', 'old');
    const edit = commandStep('Somebody edits', ['sh', '-c', 'echo theirs > "$1"', 'sh', path], null);
    const id = startOne(plans, toyPlan([fileStep(change(path, 'new', 'old')), edit, toyStep('last', 'fails')]));
    const view = await becomes(plans, id, 'stuck');
    expect(view.steps[0]?.problem).toMatchObject({ code: 'config-changed' });
    expect(await readFile(path, 'utf8')).toBe('theirs\n');
    expect(await readFile(kept(path), 'utf8')).toBe('old');
  });

  it('may be written and put back any number of times over', async () => {
    const path = await existing('a', 'old');
    const { action, undo } = change(path, 'new', 'old');
    const step = (each: Action): Step => ({ title: 'Again', host: 'h1', action: each, undo: null });
    await becomes(plans, startOne(plans, toyPlan([action, action, undo, undo, action].map(step))), 'done');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readFile(kept(path), 'utf8')).toBe('old');
  });

  it('that was half written when everything stopped is put right by writing on, and by the undo', async () => {
    const path = await existing('a', 'old');
    const halfWay = async () => {
      await writeFile(`${kept(path)}.new`, 'ne');
      await link(path, kept(path));
    };
    await halfWay();
    const { action, undo } = change(path, 'new', 'old');
    await becomes(plans, run({ title: 'On', host: 'h1', action, undo: null }), 'done');
    expect(await readFile(path, 'utf8')).toBe('new');
    await becomes(plans, run({ title: 'Back', host: 'h1', action: undo, undo: null }), 'done');
    await halfWay();
    await becomes(plans, run({ title: 'Back', host: 'h1', action: undo, undo: null }), 'done');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(dir)).toEqual(['a']);
  });

  it('that finds no room on the disk is left as it was, and nothing beside it', async (context) => {
    const disk = await smallDisk(dir);
    if (disk === undefined) return context.skip('no file system can be mounted here');
    try {
      const path = await existing('a', 'old');
      const view = await becomes(plans, run(fileStep(change(path, 'x'.repeat(250_000), 'old'))), 'failed');
      expect(view.problem).toMatchObject({ code: 'disk-full' });
      expect(await readFile(path, 'utf8')).toBe('old');
      expect(await readdir(dir)).toEqual(['a']);
    } finally {
      await disk.remove();
    }
  });

  it('behind a symbolic link is replaced where it is, and the link stays', async () => {
    const path = await existing('real', 'old');
    await symlink('real', `${dir}/link\n`);
    await becomes(plans, run(fileStep(change(`${dir}/link\n`, 'new', 'old'))), 'done');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await readdir(dir)).sort()).toEqual(['link\n', 'real', 'real.hum-20261123T051000']);
  });
});

test('a Hum that is killed in the middle of a plan: the next one offers it as interrupted, and undoing it really undoes it', async () => {
  const known = join(ssh.dir, 'known-by-child');
  await writeFile(known, ssh.knownHosts(sshd));
  const orders: ChildOrders = {
    dataDir: rig.dataDir,
    port: sshd.port,
    user,
    key: key.path,
    knownHosts: known,
    steps: [
      { title: 'Make one', argv: ['mkdir', `${dir}/one`], undo: ['rmdir', `${dir}/one`] },
      { title: 'Make two', argv: ['sh', '-c', `mkdir "${dir}/two"; exec sleep 300`], undo: ['rmdir', `${dir}/two`] },
      { title: 'Make three', argv: ['mkdir', `${dir}/three`], undo: ['rmdir', `${dir}/three`] },
    ],
  };
  await plans.stop();
  rig.abandon();
  const support = resolve(import.meta.dirname, '../support');
  const child = spawn(
    process.execPath,
    ['--import', join(support, 'raw-imports.mjs'), join(support, 'plans-child.ts'), JSON.stringify(orders)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const gone = once(child, 'exit');
  try {
    await expect.poll(() => existsSync(`${dir}/two`) || child.exitCode !== null, patience).toBe(true);
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill('SIGKILL');
    await gone;
  }

  plans = await rig.open({ runner });
  const [plan] = plans.audit({ text: '', states: ['interrupted'], before: null }).plans;
  expect(plan).toMatchObject({ title: 'To be killed', by: 'tester', problem: { message: 'Hum ended during “Make two”.' } });
  expect(plan?.steps.map((step) => step.state)).toEqual(['done', 'unknown', 'waiting']);
  expect((await readdir(dir)).sort()).toEqual(['one', 'two']);
  plans.undo(plan?.id ?? '');
  await becomes(plans, plan?.id ?? '', 'cancelled');
  expect(await readdir(dir)).toEqual([]);
});
