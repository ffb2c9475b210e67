import { describe, expect, test } from 'vitest';
import type { DomainAction, DomainRow, DomainState, XenHost } from '../../src/shared/contract/xen.ts';
import type { Surroundings } from '../../src/shared/xen-validate/rule.ts';
import { validateAction, whyNot } from '../../src/shared/xen-validate/validate.ts';
import { domainRow, xenHost } from '../support/xen-rows.ts';

const mib = 2 ** 20;
const kinds: readonly DomainAction['action'][] = [
  'start',
  'shutdown',
  'reboot',
  'pause',
  'unpause',
  'destroy',
  'save',
  'restore',
  'set-memory',
  'set-vcpus',
  'rename',
  'set-autostart',
  'migrate',
];
const around = (hosts: readonly XenHost[] = [xenHost()], rows: readonly DomainRow[] = []): Surroundings => ({
  host: (id) => hosts.find(({ host }) => host === id),
  named: (host, name) => rows.filter((row) => row.host === host && row.name === name),
});
const inState = (state: DomainState) => domainRow({ load: state === 'off' ? { state, id: null, memory: 0 } : { state } });

const possible: Readonly<Record<DomainState, readonly DomainAction['action'][]>> = {
  running: ['shutdown', 'reboot', 'pause', 'destroy', 'save', 'set-memory', 'set-vcpus', 'rename', 'set-autostart', 'migrate'],
  idle: ['shutdown', 'reboot', 'pause', 'destroy', 'save', 'set-memory', 'set-vcpus', 'rename', 'set-autostart', 'migrate'],
  paused: ['unpause', 'destroy', 'rename', 'set-autostart'],
  'shut-down': ['destroy', 'set-autostart'],
  crashed: ['destroy', 'set-autostart'],
  dying: ['set-autostart'],
  off: ['start', 'restore', 'set-autostart'],
};

describe.each(Object.keys(possible) as DomainState[])('a domain that is %s', (state) => {
  test.each(kinds)('%s', (kind) => {
    const problem = whyNot(kind, inState(state), around());
    if (possible[state].includes(kind)) expect(problem).toBeUndefined();
    else {
      expect(problem?.code).toBe('wrong-state');
      expect(problem?.message).toMatch(/^guest2 .*\.$/);
      expect(problem?.hint).toMatch(/\.$/);
    }
  });
});

describe('the control domain', () => {
  const signs: readonly (readonly [string, DomainRow])[] = [
    ['its id', domainRow({ name: 'web01', load: { id: 0 } })],
    ['its uuid', domainRow({ name: 'web01', facts: { uuid: '00000000-0000-0000-0000-000000000000' } })],
    ['its name', domainRow({ name: 'Domain-0' })],
    ['being told so, whatever it is called', domainRow({ name: 'dom-zero', facts: { control: true } })],
  ];
  test.each(signs)('is known by %s, and refused every action, even while it is off or its host unknown', (_sign, row) => {
    for (const kind of kinds) {
      expect(whyNot(kind, row, around())?.code).toBe('control-domain');
      expect(whyNot(kind, row, around([]))?.code).toBe('control-domain');
      expect(whyNot(kind, { ...row, load: { ...row.load, state: 'off' } }, around())?.code).toBe('control-domain');
    }
  });
});

test('nothing is possible on a host that is not known, in trouble, or run by XAPI', () => {
  const trouble = { code: 'toolstack-hangs', message: 'xl hangs.', hint: 'Wait.' } as const;
  for (const kind of kinds) {
    expect(whyNot(kind, domainRow(), around([]))?.code).toBe('no-toolstack');
    expect(whyNot(kind, domainRow(), around([xenHost({ problem: trouble })]))).toEqual({ ...trouble, host: 'xen-a' });
    expect(whyNot(kind, domainRow(), around([xenHost({ toolstack: 'xe' })]))?.code).toBe('no-toolstack');
  }
});

const check = (action: DomainAction, row = domainRow(), surroundings = around()) => validateAction(action, row, surroundings)?.code;

test('start needs a configuration that its toolstack can read, and memory', () => {
  const off = (facts: Partial<DomainRow['facts']>) => domainRow({ facts, load: { state: 'off', id: null } });
  expect(check({ action: 'start' }, off({ configFile: null }))).toBe('config-missing');
  expect(check({ action: 'start' }, off({ configIsProgram: true }))).toBe('config-invalid');
  expect(check({ action: 'start' }, off({ configIsProgram: true }), around([xenHost({ toolstack: 'xm' })]))).toBeUndefined();
  expect(check({ action: 'start' }, off({ memoryTarget: 4096 * mib }))).toBe('memory-short');
});

test('reboot is refused where the domain would not come back', () => {
  expect(check({ action: 'reboot' }, domainRow({ facts: { onReboot: 'destroy' } }))).toBe('wrong-state');
  expect(check({ action: 'reboot' }, domainRow({ facts: { onReboot: 'rename-restart' } }))).toBeUndefined();
});

test('memory stays below maxmem, and within what the host has free', () => {
  expect(check({ action: 'set-memory', memory: 192 * mib })).toBeUndefined();
  expect(check({ action: 'set-memory', memory: 193 * mib })).toBe('bad-input');
  expect(check({ action: 'set-memory', memory: 192 * mib }, domainRow(), around([xenHost({ memoryFree: 60 * mib })]))).toBe('memory-short');
  expect(check({ action: 'set-memory', memory: 64 * mib }, domainRow(), around([xenHost({ memoryFree: 0 })]))).toBeUndefined();
});

test('virtual CPUs stay within maxvcpus', () => {
  expect(check({ action: 'set-vcpus', vcpus: 2 })).toBeUndefined();
  expect(check({ action: 'set-vcpus', vcpus: 3 })).toBe('bad-input');
});

test('a new name must be free on the host, and another one', () => {
  const rows = [domainRow({ name: 'web01' }), domainRow({ name: 'web02', host: 'xen-b' })];
  expect(check({ action: 'rename', name: 'web01' }, domainRow(), around([xenHost()], rows))).toBe('name-taken');
  expect(check({ action: 'rename', name: 'web02' }, domainRow(), around([xenHost()], rows))).toBeUndefined();
  expect(check({ action: 'rename', name: 'guest2' })).toBe('bad-input');
  expect(check({ action: 'rename', name: 'Domain-0' })).toBe('name-taken');
});

test('a name that only a configuration has is free for the guest that it configures, by its uuid or a MAC address', () => {
  const configured = (facts: Partial<DomainRow['facts']>) => domainRow({ name: 'web03', facts, load: { state: 'off', id: null } });
  const renamed = (row: DomainRow) => check({ action: 'rename', name: 'web03' }, domainRow(), around([xenHost()], [row]));
  const vif = { mac: '00:16:3E:00:00:02', bridge: 'xenbr0', script: null, model: null, ip: null };
  expect(renamed(configured({ uuid: null, vifs: [vif] }))).toBeUndefined();
  expect(renamed(configured({ vifs: [] }))).toBeUndefined();
  expect(renamed(configured({ uuid: null, vifs: [{ ...vif, mac: '00:16:3e:00:00:03' }] }))).toBe('name-taken');
  expect(renamed(configured({ uuid: null, vifs: [{ ...vif, mac: null }] }))).toBe('name-taken');
  expect(renamed(domainRow({ name: 'web03' }))).toBe('name-taken');
});

test('autostart is a link to a file of its own', () => {
  expect(check({ action: 'set-autostart', on: true })).toBeUndefined();
  expect(check({ action: 'set-autostart', on: false })).toBe('wrong-state');
  expect(check({ action: 'set-autostart', on: true }, domainRow({ facts: { configFile: null } }))).toBe('config-missing');
  const own = domainRow({ facts: { configFile: '/etc/xen/auto/guest2.cfg', autostart: true } });
  expect(check({ action: 'set-autostart', on: false }, own)).toBe('wrong-state');
});

test('a migration goes to another known, healthy host with xl, no older, with memory and the name free', () => {
  const to = (other: Partial<XenHost>, rows: readonly DomainRow[] = []) =>
    check({ action: 'migrate', to: 'xen-b' }, domainRow(), around([xenHost(), xenHost({ host: 'xen-b', ...other })], rows));
  expect(to({})).toBeUndefined();
  expect(to({ version: '4.20.0' })).toBeUndefined();
  expect(to({ version: '4.17.0' })).toBeUndefined();
  expect(to({ version: '4.9.1' })).toBe('wrong-state');
  expect(to({ toolstack: 'xm' })).toBe('wrong-state');
  expect(to({ memoryFree: 100 * mib })).toBe('memory-short');
  expect(to({ problem: { code: 'xenstore-dead', message: 'Dead.', hint: 'Look.' } })).toBe('xenstore-dead');
  expect(to({}, [domainRow({ host: 'xen-b' })])).toBe('name-taken');
  expect(to({}, [domainRow({ host: 'xen-b', load: { state: 'off', id: null } })])).toBeUndefined();
  expect(to({}, [domainRow({ host: 'xen-b', facts: { uuid: null, vifs: [] }, load: { state: 'off', id: null } })])).toBe('name-taken');
  expect(check({ action: 'migrate', to: 'xen-a' })).toBe('bad-input');
  expect(check({ action: 'migrate', to: 'xen-c' })).toBe('not-found');
  expect(check({ action: 'migrate', to: 'xen-b' }, domainRow({ facts: { pci: ['0000:03:00.0'] } }))).toBe('wrong-state');
});

test('a hostile name is visible in the sentence, not active', () => {
  const row = domainRow({ name: '\u202egnp.\n$(reboot)', load: { state: 'paused' } });
  expect(whyNot('shutdown', row, around())?.message).toBe('\\u{202e}gnp.\\n$(reboot) is paused.');
});
