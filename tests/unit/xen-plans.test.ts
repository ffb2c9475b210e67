import { expect, test } from 'vitest';
import { planOf } from '../../src/main/xen/actions/plan-of.ts';
import { type Effect, outOfTime, reached, rowOf } from '../../src/main/xen/effects.ts';
import type { DomainAction, DomainRow } from '../../src/shared/contract/xen.ts';
import { domainRow, xenHost } from '../support/xen-rows.ts';

const mib = 2 ** 20;
const mark = '0123456789abcdef';
const target = { host: 'xen-b', name: 'xen-b', address: '10.0.0.2', port: 22, user: 'root' };
const off = { load: { state: 'off', id: null } } as const;

/** What a person sees of a plan: `command ← undo`, and the titles of steps that only wait. */
function shown(action: DomainAction, row: DomainRow = domainRow(), host = xenHost()): string[] {
  const plan = planOf({ action, row, host, target, mark }, 'xen-a');
  return plan.steps.map(({ title, action: step, undo }) =>
    step.shown === '' ? `(${title})` : `${step.shown} ← ${undo?.shown ?? 'nothing'}`,
  );
}

test.each<[DomainAction, DomainRow | undefined, string[]]>([
  [{ action: 'start' }, domainRow(off), ['xl create /etc/xen/guest2.cfg ← xl destroy guest2', '(Wait until guest2 runs)']],
  [{ action: 'shutdown' }, undefined, ['xl shutdown guest2 ← nothing', '(Wait until guest2 has shut down)']],
  [{ action: 'shutdown' }, domainRow({ facts: { type: 'hvm' } }), ['xl shutdown -F guest2 ← nothing', '(Wait until guest2 has shut down)']],
  [{ action: 'reboot' }, undefined, ['xl reboot guest2 ← nothing', '(Wait until guest2 is back)']],
  [{ action: 'pause' }, undefined, ['xl pause guest2 ← xl unpause guest2', '(See that guest2 is paused)']],
  [{ action: 'unpause' }, undefined, ['xl unpause guest2 ← xl pause guest2', '(See that guest2 runs)']],
  [{ action: 'destroy' }, undefined, ['xl destroy guest2 ← nothing', '(See that guest2 is gone)']],
  [
    { action: 'save', path: null },
    undefined,
    [
      'xl save guest2 /var/lib/xen/save/guest2.save ← xl restore /var/lib/xen/save/guest2.save',
      '(See that guest2 has given its memory back)',
    ],
  ],
  [
    { action: 'save', path: '/srv/a b' },
    undefined,
    ["xl save guest2 '/srv/a b' ← xl restore '/srv/a b'", '(See that guest2 has given its memory back)'],
  ],
  [
    { action: 'restore', path: '/srv/g.save' },
    domainRow(off),
    ['xl restore /srv/g.save && mv /srv/g.save /srv/g.save.restored ← nothing', '(Wait until guest2 runs)'],
  ],
  [
    { action: 'set-memory', memory: 100 * mib },
    undefined,
    ['xl mem-set guest2 100 ← xl mem-set guest2 128', '(Wait until guest2 follows)'],
  ],
  [{ action: 'set-vcpus', vcpus: 2 }, undefined, ['xl vcpu-set guest2 2 ← xl vcpu-set guest2 1', '(Wait until guest2 follows)']],
  [
    { action: 'set-vcpus', vcpus: 4 },
    undefined,
    ['xl vcpu-set --ignore-host guest2 4 ← xl vcpu-set guest2 1', '(Wait until guest2 follows)'],
  ],
  [{ action: 'rename', name: 'web01' }, undefined, ['xl rename guest2 web01 ← xl rename guest2 guest2', '(See web01)']],
  [{ action: 'set-autostart', on: true }, undefined, ['ln -s /etc/xen/guest2.cfg /etc/xen/auto/guest2.cfg ← rm /etc/xen/auto/guest2.cfg']],
  [{ action: 'set-autostart', on: false }, undefined, ['rm /etc/xen/auto/guest2.cfg ← ln -s /etc/xen/guest2.cfg /etc/xen/auto/guest2.cfg']],
  [
    { action: 'migrate', to: 'xen-b' },
    undefined,
    [
      'ssh -o BatchMode=yes -p 22 root@10.0.0.2 true ← nothing',
      'ls -d /sys/class/net/xenbr0 /srv/xen/data1.img ← nothing',
      "xl migrate -s 'ssh -o BatchMode=yes -p 22' guest2 root@10.0.0.2 ← nothing",
      '(Wait until guest2 runs on xen-b)',
    ],
  ],
])('%o is planned with its exact commands and their undo', (action, row, commands) => {
  expect(shown(action, row)).toEqual(commands);
});

test('xm has the same verbs', () => {
  expect(shown({ action: 'pause' }, domainRow(), xenHost({ toolstack: 'xm' }))[0]).toBe('xm pause guest2 ← xm unpause guest2');
  expect(shown({ action: 'set-vcpus', vcpus: 4 }, domainRow(), xenHost({ toolstack: 'xm' }))[0]).toBe(
    'xm vcpu-set guest2 4 ← xm vcpu-set guest2 1',
  );
});

test.each([
  ['7', 'xl pause 1'],
  ['-F', 'xl pause 1'],
  ['(null)', 'xl pause 1'],
  ['', 'xl pause 1'],
  ['a b', "xl pause 'a b'"],
  ['$(reboot)', "xl pause '$(reboot)'"],
  ['\'"', `xl pause ''\\''"'`],
])('a domain called %j is shown as %s, and always addressed by its uuid', (name, command) => {
  const plan = planOf({ action: { action: 'pause' }, row: domainRow({ name }), host: xenHost(), mark }, 'xen-a');
  expect(plan.steps[0]?.action.shown).toBe(command);
  expect(plan.steps[0]?.action.args.words).toEqual(['xl', 'pause', '@']);
  expect(plan.steps[0]?.action.args.uuid).toBe('b5078a98-7183-4137-a559-2b24fecb37af');
});

test('a rename cannot be taken back to a name that xl would read as an option', () => {
  for (const name of ['-F', '@', '(null)'])
    expect(shown({ action: 'rename', name: 'web01' }, domainRow({ name }))[0]).toMatch(/← nothing$/);
});

const waited = { uuid: 'b5078a98-7183-4137-a559-2b24fecb37af', id: 1, name: 'guest2' };
const seen = (load: Partial<DomainRow['load']>) => domainRow({ load });

test.each<[Effect, DomainRow | undefined, boolean]>([
  [{ effect: 'ended' }, undefined, true],
  [{ effect: 'ended' }, seen({ state: 'shut-down' }), true],
  [{ effect: 'ended' }, seen({ state: 'running' }), false],
  [{ effect: 'gone' }, seen({ state: 'dying' }), false],
  [{ effect: 'rebooted' }, seen({ id: 1, state: 'idle' }), false],
  [{ effect: 'rebooted' }, undefined, false],
  [{ effect: 'rebooted' }, seen({ id: 2, state: 'paused' }), false],
  [{ effect: 'rebooted' }, seen({ id: 2, state: 'idle' }), true],
  [{ effect: 'paused' }, seen({ state: 'paused' }), true],
  [{ effect: 'memory', memory: 100 * mib }, seen({ memory: 101 * mib }), true],
  [{ effect: 'memory', memory: 100 * mib }, seen({ memory: 110 * mib }), false],
  [{ effect: 'running' }, seen({ state: 'running' }), false],
])('%o with %o is there: %s', (effect, row, there) => {
  expect(reached(effect, waited, row, undefined)).toBe(there);
});

test('a start counts when the domain has stayed, and fails when it crashed or ended at once', () => {
  const up = seen({ id: 5, state: 'idle' });
  expect(reached({ effect: 'running' }, waited, up, up)).toBe(true);
  expect(reached({ effect: 'running' }, waited, seen({ id: 6 }), up)).toBe(false);
  expect(() => reached({ effect: 'running' }, waited, seen({ state: 'crashed' }), up)).toThrow(
    'guest2 crashed right after it was started.',
  );
  for (const before of [up, null])
    expect(() => reached({ effect: 'running' }, waited, undefined, before)).toThrow('guest2 ended right after it was started.');
  expect(reached({ effect: 'running' }, waited, undefined, undefined)).toBe(false);
});

test('another domain of the same name is not taken for the one that was waited for', () => {
  const other = domainRow({ facts: { uuid: 'c2dc95f6-865f-4c35-ac88-48c83f245ffc' } });
  expect(rowOf({ effect: 'gone' }, waited, [other])).toBeUndefined();
  expect(rowOf({ effect: 'running' }, waited, [other])).toBe(other);
});

test('a guest that ignores a shutdown fails the step with the way out; one that does not give its memory back is only told of', () => {
  const ignored = outOfTime({ effect: 'ended' }, waited, seen({}), '2 min');
  expect(ignored).toMatchObject({ problem: { code: 'guest-ignored', hint: expect.stringContaining('destroy it') } });
  expect(outOfTime({ effect: 'memory', memory: mib }, waited, seen({}), '1 min')).toEqual({
    said: 'The guest has not followed within 1 min: it has 128 MiB now. The target stays.',
  });
});
