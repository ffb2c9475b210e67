import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Plan } from '../../src/main/plans/plan.ts';
import type { Runner, RunResult } from '../../src/main/ssh/session.ts';
import { createRemovals, type RemovalWish } from '../../src/main/xen/deploy/removal.ts';
import type { LookedDisk, RemovalLook } from '../../src/main/xen/deploy/removal-look.ts';
import { filesOfRemoval, isOffered, isSeed, type Removal, removalPlan } from '../../src/main/xen/deploy/removal-plan.ts';
import { keepTrash } from '../../src/main/xen/deploy/trash.ts';
import type { DomainRow } from '../../src/shared/contract/xen.ts';
import { HumError } from '../../src/shared/errors.ts';
import { domainRow, xenHost } from '../support/xen-rows.ts';

const lookedDisk = (path: string, other: Partial<LookedDisk> = {}): LookedDisk => ({
  path,
  kind: 'file',
  bytes: 1024,
  id: `1:${path}`,
  where: 'beside',
  real: path,
  link: null,
  labelled: false,
  sharedWith: [],
  writable: true,
  ...other,
});
const seed = lookedDisk('/srv/xen/guest2-seed.img', { writable: false });
const look = (other: Partial<RemovalLook> = {}): RemovalLook => ({
  config: { id: '1:7', where: 'own' },
  autostart: [],
  disks: [],
  trash: 0,
  ...other,
});
const removal = (other: Partial<Removal> = {}): Removal => ({
  row: domainRow(),
  host: xenHost(),
  hostName: 'xen-a',
  look: look(),
  ticked: [],
  keepDays: 7,
  mark: 'abc',
  ...other,
});
const shown = ({ steps }: Plan) =>
  steps.map(({ title, action, undo }) => (action.shown === '' ? `(${title})` : `${action.shown} ← ${undo?.shown ?? 'nothing'}`));

describe('the plan of a removal', () => {
  test('stops what would start the VM anew, then the VM, then moves what was ticked, each thing once', () => {
    const there = lookedDisk('/srv/xen/data.img', { id: '1:20', link: { id: '1:21', where: 'beside' }, real: '/mnt/data.img' });
    const again = lookedDisk('/srv/xen/again.img', { id: '1:20', real: '/mnt/data.img' });
    const volume = lookedDisk('/dev/vg0/web', { kind: 'volume', id: 'u-u-i-d', real: 'vg0/web', where: 'own' });
    const left = lookedDisk('/srv/xen/left.img');
    const disks = [there, again, volume, left, seed];
    const plan = removalPlan(
      removal({
        row: domainRow({ facts: { autostart: true } }),
        look: look({ autostart: ['/etc/xen/auto/guest2.cfg'], disks, trash: 3 }),
        ticked: [there.path, again.path, volume.path],
      }),
    );
    expect(plan).toMatchObject({ kind: 'xen.remove', title: 'Remove guest2 on xen-a', host: 'xen-a', subject: 'xen-a/guest2' });
    expect(shown(plan)).toEqual([
      'rm /etc/xen/auto/guest2.cfg ← ln -s /etc/xen/guest2.cfg /etc/xen/auto/guest2.cfg',
      'xl destroy guest2 ← nothing',
      '(See that guest2 is gone)',
      'mv /etc/xen/guest2.cfg /var/lib/hum/trash/abc-0/item ← mv /var/lib/hum/trash/abc-0/item /etc/xen/guest2.cfg',
      'mv /mnt/data.img /mnt/.hum-trash/abc-1/item ← mv /mnt/.hum-trash/abc-1/item /mnt/data.img',
      'mv /srv/xen/data.img /srv/xen/.hum-trash/abc-2/item ← mv /srv/xen/.hum-trash/abc-2/item /srv/xen/data.img',
      'lvrename vg0 web hum-trash-abc-3 ← lvrename vg0 hum-trash-abc-3 web',
      'mv /srv/xen/guest2-seed.img /srv/xen/.hum-trash/abc-4/item ← mv /srv/xen/.hum-trash/abc-4/item /srv/xen/guest2-seed.img',
      '# removes what in /var/lib/hum/trash is past its day ← nothing',
    ]);
  });

  test('without days in the trash removes for good, and says that nothing brings it back', () => {
    const volume = lookedDisk('/dev/vg0/web', { kind: 'volume', real: 'vg0/web' });
    const disks = [lookedDisk('/srv/xen/a.img'), volume];
    const plan = removalPlan(removal({ look: look({ disks }), ticked: disks.map(({ path }) => path), keepDays: 0 }));
    expect(shown(plan).slice(-3)).toEqual([
      'rm /etc/xen/guest2.cfg ← nothing',
      'rm /srv/xen/a.img ← nothing',
      'lvremove -f vg0/web ← nothing',
    ]);
    expect(plan.steps.at(-1)?.title).toBe('Remove the volume web for good');
  });

  test('of a VM that is off, and has no configuration any more, takes its disks alone', () => {
    const off = {
      row: domainRow({ load: { id: null, state: 'off' } }),
      look: look({ config: null, disks: [lookedDisk('/srv/xen/a.img')] }),
    };
    expect(removalPlan(removal(off)).steps).toEqual([]);
    expect(removalPlan(removal({ ...off, ticked: ['/srv/xen/a.img'] })).steps).toHaveLength(1);
  });

  test('leaves beside each thing an exact command that has it back', () => {
    const path = '/srv/xen/$(reboot)\n\'"`id`.img';
    const { steps } = removalPlan(removal({ look: look({ disks: [lookedDisk(path)] }), ticked: [path] }));
    const words = steps.at(-1)?.action.args.words;
    const readme = Array.isArray(words) ? String(words.at(-1)) : '';
    const command = readme.slice(readme.indexOf('  mv -n item')).replace('mv -n item', 'printf %s');
    expect(spawnSync('sh', ['-c', command], { encoding: 'utf8' }).stdout).toBe(path);
  });

  test('offers files and volumes that are nobody else’s, and takes for a seed only what Hum would have made', () => {
    const kinds = (['file', 'volume', 'other', 'none'] as const).map((kind) => isOffered(lookedDisk('/a', { kind })));
    expect(kinds).toEqual([true, true, false, false]);
    expect(isOffered(lookedDisk('/a', { sharedWith: ['other'] }))).toBe(false);
    const row = domainRow();
    expect(isSeed(row, seed)).toBe(true);
    for (const other of [
      { ...seed, writable: true },
      { ...seed, sharedWith: ['web02'] },
      { ...seed, kind: 'volume' as const },
      { ...seed, path: '/srv/xen/web02-seed.img' },
      { ...seed, path: '/srv/xen/my-guest2-seed.img' },
    ]) {
      expect(isSeed(row, other)).toBe(false);
    }
    const elsewhere = lookedDisk(`/srv/seeds/cidata.${row.name}.iso`, { writable: false, labelled: true });
    expect(isSeed(row, elsewhere)).toBe(true);
    for (const path of ['/srv/iso/autoinstall.iso', `/srv/seeds/${row.name}0.iso`, `/srv/${row.name}/seed.img`]) {
      expect(isSeed(row, { ...elsewhere, path })).toBe(false);
    }
    for (const change of [
      { writable: true },
      { sharedWith: ['web02'] },
      { kind: 'volume' as const },
      { bytes: null },
      { bytes: 2 ** 24 + 1 },
    ]) {
      expect(isSeed(row, { ...elsewhere, ...change })).toBe(false);
    }
    expect(filesOfRemoval(row, look({ autostart: ['/etc/xen/auto/x'], disks: [seed, lookedDisk('/a')] }))).toEqual([
      '/etc/xen/guest2.cfg',
      '/etc/xen/auto/x',
      seed.path,
    ]);
  });
});

const answer = (stdout: string, code = 0): RunResult => ({ code, signal: null, stdout: Buffer.from(stdout), stderr: Buffer.alloc(0) });
const runnerOf = (run: Runner['run']): Runner => ({
  run,
  open: () => Promise.reject(new Error('not here')),
  terminal: () => Promise.reject(new Error('not here')),
});
/** As removal-look.sh prints it. */
const records = (...fields: readonly string[]) => fields.map((field) => `${field}\0`).join('');
const config = ['config', 'file', '1:7', 'own'];
const disk = (inode = '20') => ['disk', '0', 'file', '1024', `1:${inode}`, 'beside', '/srv/xen/data1.img'];
const end = (trash = 0) => ['trash', String(trash), 'end'];

/** A fleet of these domains, on whose host a look finds this. */
function openRemovals({
  rows = [domainRow()],
  found = records(...config, ...disk(), ...end()),
  code = 0,
}: {
  readonly rows?: readonly DomainRow[];
  readonly found?: string;
  readonly code?: number;
} = {}) {
  const rig = { found, started: [] as Plan[], expected: [] as string[], busy: false };
  const removals = createRemovals({
    xen: {
      domain: (key) => rows.find((row) => row.key === key),
      domains: () => rows,
      host: () => xenHost(),
      configured: () => new Map(),
      refresh: () => Promise.resolve(),
    },
    plans: {
      busy: () => rig.busy,
      start: (plans) => {
        rig.started.push(...plans);
        return { batch: 'batch', ids: plans.map((_, at) => `plan-${at}`) };
      },
    },
    runner: () => runnerOf(() => Promise.resolve(answer(rig.found, code))),
    hostName: (id) => id,
    trash: { expect: (id) => rig.expected.push(id) },
  });
  return Object.assign(rig, { removals });
}

const domain = { host: 'xen-a', key: 'xen-a/guest2' };
const wish: RemovalWish = { domain, disks: ['/srv/xen/data1.img'], keepDays: 7 };
const refusedAs = (code: string) =>
  expect.objectContaining({ problem: expect.objectContaining({ code, hint: expect.stringMatching(/\S/) }) });

describe('a removal', () => {
  test('starts the plan that was shown, and has the host’s trash looked after', async () => {
    const { removals, started, expected } = openRemovals();
    const { disks, files, steps, digest } = await removals.preview(wish);
    expect(disks).toEqual([{ path: '/srv/xen/data1.img', kind: 'file', bytes: 1024, sharedWith: [], seed: false }]);
    expect(files).toEqual(['/etc/xen/guest2.cfg']);
    expect(expected).toEqual([]);
    expect(await removals.remove({ ...wish, digest, confirmed: 'guest2' })).toEqual({ plan: 'plan-0' });
    expect(started[0]?.steps.map(({ title }) => title)).toEqual(steps.map(({ title }) => title));
    expect(expected).toEqual(['xen-a']);
  });

  test('for good leaves the trash alone', async () => {
    const { removals, expected } = openRemovals();
    const { digest } = await removals.preview({ ...wish, keepDays: 0 });
    await removals.remove({ ...wish, keepDays: 0, digest, confirmed: 'guest2' });
    expect(expected).toEqual([]);
  });

  test.each<[string, Parameters<typeof openRemovals>[0], Partial<RemovalWish>]>([
    ['control-domain', { rows: [domainRow({ facts: { control: true } })] }, {}],
    ['wrong-state', { rows: [domainRow({ load: { state: 'dying' } })] }, {}],
    ['name-taken', { rows: [domainRow(), domainRow({ key: 'xen-a/guest2#2' })] }, {}],
    ['domain-gone', {}, { domain: { ...domain, key: 'xen-a/other' } }],
    ['domain-gone', {}, { domain: { ...domain, host: 'xen-b' } }],
    ['disk-in-use', {}, { disks: ['/srv/xen/of-somebody.img'] }],
    ['disk-in-use', { rows: [domainRow(), domainRow({ name: 'web02' })], found: records(...config, ...disk(), ...end()) }, {}],
    ['domain-gone', { rows: [domainRow({ load: { id: null, state: 'off' } })], found: records(...disk(), ...end(2)) }, { disks: [] }],
    ['bad-answer', { found: records(...config, ...disk()) }, {}],
    ['not-permitted', { found: '', code: 88 }, {}],
  ])('is refused as %s (%#)', async (code, rig, other) => {
    const opened = openRemovals(rig);
    await expect(opened.removals.preview({ ...wish, ...other })).rejects.toEqual(refusedAs(code));
    expect(opened.started).toEqual([]);
  });

  test('is refused while something is done to the VM, when its disks are others than shown, and without its name', async () => {
    const rig = openRemovals();
    const { digest } = await rig.removals.preview(wish);
    const remove = (confirmed: string) => rig.removals.remove({ ...wish, digest, confirmed });
    await expect(remove('guest')).rejects.toEqual(refusedAs('not-confirmed'));
    rig.busy = true;
    await expect(remove('guest2')).rejects.toEqual(refusedAs('conflict'));
    rig.busy = false;
    rig.found = records(...config, ...disk('21'), ...end());
    await expect(remove('guest2')).rejects.toEqual(refusedAs('plan-changed'));
    // More in the trash than before is no change of what was shown.
    rig.found = records(...config, ...disk(), ...end(3));
    const shownAgain = await rig.removals.preview(wish);
    rig.found = records(...config, ...disk(), ...end(4));
    await rig.removals.remove({ ...wish, digest: shownAgain.digest, confirmed: 'guest2' });
    expect(rig.started).toHaveLength(1);
  });
});

describe('who looks after the trash', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const hour = 60 * 60_000;
  function keeper(answers: Readonly<Record<string, () => RunResult>>, saved: unknown = undefined) {
    const asked: string[] = [];
    const values = new Map<string, unknown>([['hosts', saved]]);
    const store = {
      get: (key: string) => values.get(key),
      set: (key: string, value: unknown) => values.set(key, value),
      path: 'trash.json',
    };
    const runner = (host: string) => {
      asked.push(host);
      return runnerOf(async () => answers[host]?.() ?? answer('left 1\n'));
    };
    const logged: string[] = [];
    return { asked, values, logged, trash: keepTrash({ store, runner, log: { info: (_data, message) => logged.push(message) } }) };
  }

  test('asks each host once a day, across restarts, and forgets one whose trash is empty', async () => {
    let left = 2;
    const { asked, values, logged, trash } = keeper({ b: () => answer(`removed x\nleft ${left}\n`) }, ['b', 7, { a: 1 }]);
    trash.expect('a');
    expect(values.get('hosts')).toEqual(['b', 'a']);
    await vi.advanceTimersByTimeAsync(hour);
    expect(asked).toEqual(['b', 'a']);
    expect(logged).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(22 * hour);
    expect(asked).toHaveLength(2);
    left = 0;
    await vi.advanceTimersByTimeAsync(2 * hour);
    expect(asked).toHaveLength(4);
    expect(values.get('hosts')).toEqual(['a']);
    trash.stop();
    await vi.advanceTimersByTimeAsync(50 * hour);
    expect(asked).toHaveLength(4);
  });

  test('asks a host that is away at every look, and one that refuses the next day', async () => {
    const away = () => {
      throw new HumError({ code: 'connection-lost', message: 'away', hint: '' });
    };
    const { asked, values, trash } = keeper({ away, refuses: () => answer('', 88) }, ['away', 'refuses']);
    await vi.advanceTimersByTimeAsync(3 * hour);
    expect(asked).toEqual(['away', 'refuses', 'away', 'away']);
    expect(values.get('hosts')).toEqual(['away', 'refuses']);
    trash.stop();
  });
});
