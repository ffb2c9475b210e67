import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCounters } from '../../src/main/xen/domain-counters.ts';
import { parseDomainTable, stateOf } from '../../src/main/xen/domain-table.ts';
import { atomOf, childrenOf, parseSExprs, type SExpr } from '../../src/main/xen/sexpr.ts';
import { parseUptimes } from '../../src/main/xen/uptimes.ts';
import { domainsOfStore, parseXenstore } from '../../src/main/xen/xenstore-domains.ts';
import { parseXlDomains } from '../../src/main/xen/xl-domains.ts';
import { parseXenInfo } from '../../src/main/xen/xl-info.ts';
import { parseXmDomains } from '../../src/main/xen/xm-domains.ts';

const mib = 2 ** 20;
const recorded = (name: string) => readFileSync(new URL(`../fixtures/xen-4.17/${name}.out`, import.meta.url), 'utf8');
const xm = (...args: string[]) => execFileSync(new URL('../support/xen/xm', import.meta.url).pathname, args, { encoding: 'utf8' });

describe('xl info', () => {
  it('tells the version, the memory and the CPUs of the host', () => {
    expect(parseXenInfo(recorded('guests-3/xl-info'))).toEqual({
      version: '4.17.7',
      capabilities: ['xen-3.0-x86_64', 'hvm-3.0-x86_32', 'hvm-3.0-x86_32p', 'hvm-3.0-x86_64'],
      scheduler: 'credit2',
      cpus: 2,
      threadsPerCore: 1,
      coresPerSocket: 2,
      numaNodes: 1,
      memoryTotal: 3071 * mib,
      memoryFree: 1630 * mib,
      memoryClaimed: 0,
    });
  });

  it('is put together for Xen 3, which has no line for the version', () => {
    expect(parseXenInfo(xm('info'))).toMatchObject({ version: '3.3.1', scheduler: 'credit', memoryTotal: 8190 * mib, cpus: 4 });
  });

  it('is nothing when it tells no memory', () => {
    expect(parseXenInfo('')).toBeNull();
    expect(parseXenInfo(recorded('errors/info-not-root'))).toBeNull();
  });
});

describe('xl list', () => {
  it('has a row for each domain', () => {
    expect(parseDomainTable(recorded('guests-3/xl-list'))).toEqual([
      { id: 0, name: 'Domain-0', memory: 1024 * mib, vcpus: 2, state: 'running', cpuTimeMs: 102_100 },
      { id: 1, name: 'guest2', memory: 128 * mib, vcpus: 1, state: 'idle', cpuTimeMs: 3_900 },
      { id: 2, name: 'guest1', memory: 128 * mib, vcpus: 1, state: 'idle', cpuTimeMs: 3_300 },
      { id: 3, name: 'guest3', memory: 128 * mib, vcpus: 1, state: 'idle', cpuTimeMs: 3_500 },
    ]);
  });

  it('tells a paused domain, and the remains of one that has shut down', () => {
    expect(parseDomainTable(recorded('lifecycle/list-paused'))[2]).toMatchObject({ name: 'guest1', state: 'paused' });
    expect(parseDomainTable(recorded('lifecycle/list-after-that'))[3]).toMatchObject({ id: 4, memory: 100 * mib, state: 'shut-down' });
  });

  it.each([
    ['r-----', 'running'],
    ['------', 'running'],
    ['-b----', 'idle'],
    ['--p---', 'paused'],
    ['---s--', 'shut-down'],
    ['---sr-', 'shut-down'],
    ['---ss-', 'shut-down'],
    ['---sc-', 'crashed'],
    ['---sw-', 'crashed'],
    ['----c-', 'crashed'],
    ['-----d', 'dying'],
    ['--ps-d', 'dying'],
  ])('takes the flags %s for %s', (flags, state) => {
    expect(stateOf(flags)).toBe(state);
  });

  it('reads whatever xl prints for a name, from the right', () => {
    const table = recorded('guests-3/xl-list');
    const names = fc.oneof(
      fc.constantFrom(
        '(null)',
        '$(reboot)',
        'a "quoted" \'name\'',
        '\u202eevil',
        '7  128  1 r-----  9.9',
        'x'.repeat(300),
        '-rf',
        '\u001b[2J',
      ),
      fc.string({ maxLength: 60 }),
    );
    fc.assert(
      fc.property(names, (given) => {
        const name = given.replace(/\n/g, ' ').trim();
        const rows = parseDomainTable(table.replace(/^guest1 {34}/m, () => name.padEnd(40)));
        expect(rows).toHaveLength(4);
        expect(rows[2]).toMatchObject({ id: 2, name, memory: 128 * mib, state: 'idle' });
      }),
    );
  });

  it('reads the table of xm, where a domain that is off has neither number nor flags', () => {
    expect(parseDomainTable(xm('list')).map(({ id, name, state }) => [id, name, state])).toEqual([
      [0, 'Domain-0', 'running'],
      [null, 'kept', 'off'],
      [3, 'mail server', 'idle'],
      [7, "win 'x64'", 'paused'],
    ]);
  });

  it('reads 500 domains', () => {
    const table = Array.from({ length: 500 }, (_, id) =>
      recorded('guests-3/xl-list')
        .split('\n')[2]
        ?.replace('  1  ', `${String(id).padStart(3)}  `),
    );
    expect(parseDomainTable(table.join('\n'))).toHaveLength(500);
  });
});

describe('xl list --long', () => {
  it('tells what each domain was built from', () => {
    const domains = parseXlDomains(recorded('guests-3/xl-list-l')) ?? [];
    expect(domains.map(({ id, name, uuid }) => [id, name, uuid])).toEqual([
      [0, 'Domain-0', null],
      [1, 'guest2', 'b5078a98-7183-4137-a559-2b24fecb37af'],
      [2, 'guest1', 'c2dc95f6-865f-4c35-ac88-48c83f245ffc'],
      [3, 'guest3', 'd7aa2887-d64c-4f6c-9e33-539a102ef9f5'],
    ]);
    expect(domains[1]).toMatchObject({ type: 'pv', memoryTarget: 128 * mib, memoryMax: 192 * mib, vcpusMax: 1, vnc: null });
    expect(domains[0]?.memoryTarget).toBe(1_048_575 * 1024);
    expect(domains[3]?.settings.get('disk')).toEqual(['format=raw, vdev=xvda, access=rw, backendtype=qdisk, target=/srv/xen/data2.img']);
  });

  it('is known for what it is when half of it is missing', () => {
    const whole = recorded('guests-3/xl-list-l');
    expect(parseXlDomains(whole.slice(0, whole.length / 2))).toBeUndefined();
    expect(parseXlDomains('')).toBeUndefined();
    expect(parseXlDomains('{}')).toBeUndefined();
  });

  it('never fails on values of other shapes', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (one, other) => {
        const odd = `[${one}, {"domid": 5, "config": ${other}}, {"domid": 6, "config": {"c_info": ${one}, "b_info": ${other}, "disks": [${one}], "nics": ${other}}}]`;
        expect(parseXlDomains(odd)?.map(({ id }) => id)).toEqual(expect.arrayContaining([5, 6]));
      }),
    );
  });
});

describe('xenstore', () => {
  it('knows of the domains what xl list --long would have told', () => {
    const stored = domainsOfStore(parseXenstore(recorded('guests-3/xenstore-ls-f')));
    const told = parseXlDomains(recorded('guests-3/xl-list-l')) ?? [];
    expect(stored.map(({ id }) => id)).toEqual([0, 1, 2, 3]);
    for (const [index, domain] of stored.entries()) {
      const same = told[index];
      expect(domain).toMatchObject({ id: same?.id, name: same?.name, uuid: same?.uuid, memoryMax: same?.memoryMax });
      expect(domain.settings.get('kernel')).toBe(same?.settings.get('kernel'));
      expect(domain.settings.get('cmdline')).toBe(same?.settings.get('cmdline'));
    }
    expect(stored[3]?.settings.get('disk')).toEqual(['format=raw, vdev=xvda, access=rw, backendtype=qdisk, target=/srv/xen/data2.img']);
    expect(stored[1]?.settings.get('vif')).toEqual(['mac=00:16:3e:00:00:02, bridge=xenbr0, script=/etc/xen/scripts/vif-bridge']);
  });
});

describe('xl uptime', () => {
  it('is the time since each domain was built', () => {
    expect([...parseUptimes(recorded('guests-3/xl-uptime'))]).toEqual([
      [0, 108_000],
      [1, 50_000],
      [2, 20_000],
      [3, 17_000],
    ]);
  });

  it('counts days, and reads names with blanks', () => {
    expect([...parseUptimes(xm('uptime'))]).toEqual([
      [0, ((6 * 24 + 22) * 60 + 14) * 60_000 + 5_000],
      [3, 24 * 3_600_000 + 9_000],
      [7, 41 * 60_000 + 10_000],
    ]);
  });
});

describe('the counters', () => {
  const netDev = recorded('guests-3/proc-net-dev').replace(/^(?=.)/gm, '/proc/net/dev:');

  it('are told from the side of the guest', () => {
    const disks = 'vbd-1-51712/statistics/rd_sect:46\nvbd-1-51712/statistics/wr_sect:38\nvbd-1-51728/statistics/rd_sect:2\n';
    const { uptimeMs, domains } = parseCounters(`/proc/uptime:123.45 200.10\n${netDev}${disks}`);
    expect(uptimeMs).toBe(123_450);
    expect([...domains.keys()]).toEqual([1, 2, 3]);
    expect(domains.get(1)).toEqual({ received: 2260, transmitted: 504, read: 48 * 512, written: 38 * 512 });
    expect(domains.get(3)).toEqual({ received: 766, transmitted: 504, read: null, written: null });
  });

  it('of an interface with a name of its own go to the domain it leads to', () => {
    const { domains } = parseCounters(netDev.replace('vif2.0', 'web01'), new Map([['web01', 2]]));
    expect(domains.get(2)?.received).toBe(1478);
  });
});

describe('S-expressions', () => {
  it('are read as xend writes them', () => {
    const domains = parseXmDomains(xm('list', '--long')) ?? [];
    expect(domains.map(({ id, name, type }) => [id, name, type])).toEqual([
      [0, 'Domain-0', 'pv'],
      [3, 'mail server', 'pv'],
      [7, "win 'x64'", 'hvm'],
    ]);
    expect(domains[1]).toMatchObject({
      uuid: '6d1c2a3e-1c34-2b7e-4d9c-b4d706699297',
      memoryTarget: 500 * mib,
      memoryMax: 1024 * mib,
      vnc: null,
    });
    expect(domains[1]?.settings.get('cmdline')).toBe('root=/dev/xvda1 ro "quiet"');
    expect(domains[1]?.settings.get('disk')).toEqual(['format=raw, vdev=xvda, access=rw, backendtype=phy, target=/dev/vg0/mail']);
    expect(domains[2]).toMatchObject({ vnc: '127.0.0.1:5901', vcpusMax: 2 });
    expect(domains[2]?.settings.get('disk')).toEqual([
      'format=raw, vdev=hda, access=rw, target=/srv/xen/win.img',
      'format=raw, vdev=hdc, access=ro, devtype=cdrom, target=/srv/iso/drivers.iso',
    ]);
  });

  const atom = fc.string({ minLength: 1, maxLength: 20 });
  const { tree } = fc.letrec<{ tree: SExpr }>((tie) => ({
    tree: fc.oneof({ maxDepth: 4 }, atom, fc.array(tie('tree'), { maxLength: 4 })),
  }));
  const written = (value: SExpr): string =>
    typeof value === 'string' ? `'${value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n')}'` : `(${value.map(written).join(' ')})`;

  it('keep every name that can be quoted', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(parseSExprs(written(value))).toEqual([value]);
      }),
    );
  });

  it('end in nothing, never in a failure, when they are cut or mangled', () => {
    const whole = xm('list', '--long');
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(20), fc.string({ maxLength: 5 }), (at, length, other) => {
        const read = parseXmDomains(whole.slice(0, at) + other + whole.slice(at + length));
        expect(read === undefined || Array.isArray(read)).toBe(true);
      }),
    );
    expect(parseSExprs('('.repeat(100_000))).toBeUndefined();
    expect(childrenOf('atom', 'x')).toEqual([]);
    expect(atomOf(['domain', ['name', ['a']]], 'name')).toBeUndefined();
  });
});

describe('every parser', () => {
  it('takes any text without failing', () => {
    const pieces = fc.array(
      fc.oneof(fc.constantFrom('vbd-1-', '/net/dev:', 'vif1.0:', ' 1', '(', "'", '\n', '/uptime:', ' : ', 'r-----', '"'), fc.string()),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        const text = parts.join('');
        parseDomainTable(text);
        parseUptimes(text);
        parseXenInfo(text);
        parseCounters(text);
        parseSExprs(text);
        domainsOfStore(parseXenstore(text));
        parseXlDomains(text);
      }),
    );
  });

  it('stays quick on a line that is made to be slow', () => {
    const started = performance.now();
    parseDomainTable(`${'1 '.repeat(500_000)}x`);
    parseUptimes(`${' 1'.repeat(500_000)}x`);
    parseCounters(`/proc/net/dev:${' '.repeat(1_000_000)}`);
    parseSExprs(`(${' '.repeat(1_000_000)}`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
