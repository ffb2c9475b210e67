import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { domainKeyOf, domainPath } from '../../src/renderer/app/paths.ts';
import { applyXenEvent } from '../../src/renderer/xen/domains.ts';
import { domainTotals } from '../../src/renderer/xen/totals.ts';
import { findUsedTwice } from '../../src/renderer/xen/twice.ts';
import { at, domain, facts, load, offLoad, vif, xenHost } from './renderer-xen-samples.ts';

const loaded = applyXenEvent(new Map(), new Map(), {
  kind: 'snapshot',
  at,
  hosts: [xenHost('h1'), xenHost('h2')],
  domains: [domain('h1', 'web01'), domain('h1', 'db01'), domain('h2', 'web01')],
});

describe('the rows of the domains', () => {
  test('come with the snapshot', () => {
    expect([...loaded.domains.keys()]).toEqual(['h1/web01', 'h1/db01', 'h2/web01']);
    expect(loaded.reach).toBe('roster');
  });

  test('keep their identity where a patch does not name them', () => {
    const after = applyXenEvent(loaded.hosts, loaded.domains, {
      kind: 'patch',
      at,
      loads: [{ key: 'h1/web01', load: load({ cpuUsed: 0.9 }) }],
    });
    expect(after.domains.get('h1/db01')).toBe(loaded.domains.get('h1/db01'));
    expect(after.domains.get('h1/web01')?.load.cpuUsed).toBe(0.9);
    expect(after.reach).toBe('figures');
  });

  test('say how far a patch reaches: figures, states, or what there is', () => {
    const reach = (patch: object) => applyXenEvent(loaded.hosts, loaded.domains, { kind: 'patch', at, ...patch }).reach;
    expect(reach({ loads: [{ key: 'h1/web01', load: load({ state: 'paused' }) }] })).toBe('states');
    expect(reach({ facts: [{ key: 'h1/web01', facts: facts({ autostart: true }) }] })).toBe('roster');
    expect(reach({ gone: ['h1/web01'] })).toBe('roster');
    expect(reach({ hosts: [xenHost('h1')] })).toBe('states');
  });

  test('leave with their host', () => {
    const after = applyXenEvent(loaded.hosts, loaded.domains, { kind: 'patch', at, hostsGone: ['h1'] });
    expect([...after.domains.keys()]).toEqual(['h2/web01']);
    expect([...after.hosts.keys()]).toEqual(['h2']);
  });

  test('take no patch for a domain that is not there', () => {
    const after = applyXenEvent(loaded.hosts, loaded.domains, { kind: 'patch', at, loads: [{ key: 'h9/ghost', load: load() }] });
    expect(after.domains.has('h9/ghost')).toBe(false);
  });
});

describe('what is used twice', () => {
  test('is a name on two hosts, and a MAC address in whatever case, each told with the others that have it', () => {
    const found = findUsedTwice([
      domain('h1', 'web01', { facts: { vifs: [vif('00:16:3E:00:00:01')] } }),
      domain('h2', 'web01'),
      domain('h2', 'db01', { facts: { vifs: [vif('00:16:3e:00:00:01')] } }),
      domain('h2', 'alone', { facts: { vifs: [vif('00:16:3e:00:00:02')] } }),
    ]);
    expect(found.get('h1/web01')).toEqual([
      { kind: 'name', value: 'web01', others: ['h2/web01'] },
      { kind: 'mac', value: '00:16:3e:00:00:01', others: ['h2/db01'] },
    ]);
    expect(found.get('h2/db01')).toHaveLength(1);
    expect(found.has('h2/alone')).toBe(false);
  });

  test('is neither dom0, nor a domain without a name, nor one interface beside another of the same domain', () => {
    const mac = '00:16:3e:00:00:09';
    const found = findUsedTwice([
      domain('h1', 'Domain-0', { facts: { control: true } }),
      domain('h2', 'Domain-0', { facts: { control: true } }),
      domain('h1', '(null)'),
      domain('h2', '(null)'),
      domain('h1', 'two-cards', { facts: { vifs: [vif(mac), vif(mac)] } }),
    ]);
    expect(found.size).toBe(0);
  });
});

describe('the totals', () => {
  test('count domains without dom0, by state and by what is worth finding', () => {
    const rows = [
      domain('h1', 'Domain-0', { facts: { control: true } }),
      domain('h1', 'web01', { load: { state: 'running' } }),
      domain('h1', 'ghost', { facts: { configFile: null } }),
      domain('h1', 'late', { facts: { autostart: true }, load: offLoad }),
      domain('h1', 'changed', { facts: { differs: ['memory'] } }),
      domain('h2', 'dead', { load: { state: 'crashed' } }),
    ];
    const totals = domainTotals(rows, [xenHost('h1'), xenHost('h2')], new Set(['h1/web01']));
    expect(totals.domains).toBe(5);
    expect(totals.byState).toMatchObject({ running: 1, idle: 2, off: 1, crashed: 1, paused: 0 });
    expect(totals.byChip).toEqual({ missing: 1, unconfigured: 1, differs: 1, crashed: 1, twice: 1 });
    expect(totals.hosts).toBe(2);
  });
});

describe('the address of a domain', () => {
  /** What wouter makes of an address before it looks for parameters. */
  const throughRouter = (path: string) => {
    const [, , host = '', name = '', ...rest] = decodeURI(path).split('/');
    return { host, name, rest };
  };

  test('leads back to its key, whatever the domain is called', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a/b', '50%', '%2f', '#7', '$(reboot)', '..', 'a?b', 'x/console', '\u202egnp'),
    );
    fc.assert(
      fc.property(name, (text) => {
        const key = `h1/${text}`;
        const { host, name: part, rest } = throughRouter(domainPath('h1', key));
        expect(rest).toEqual([]);
        expect(domainKeyOf({ host, name: part })).toBe(key);
      }),
    );
  });
});
