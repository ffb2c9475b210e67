import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CommandAnswer, problemOfAnswer } from '../../src/main/xen/command-answer.ts';
import { configuredDomains, filesOf } from '../../src/main/xen/configured.ts';
import { DomainHistory } from '../../src/main/xen/domain-history.ts';
import { domainKeys } from '../../src/main/xen/domain-keys.ts';
import { DomainRates } from '../../src/main/xen/domain-rates.ts';
import { XenHostState } from '../../src/main/xen/xen-host-state.ts';
import type { DomainSample } from '../../src/shared/contract/xen.ts';

const recorded = (name: string, stream = 'out') => readFileSync(new URL(`../fixtures/xen-4.17/${name}.${stream}`, import.meta.url), 'utf8');

const ended = (name: string, stdout: string, status = 0, stderr = ''): [string, string][] => [
  [name, `${stdout}\n`],
  [`${name}-end`, `${status}\n${stderr}`],
];
interface Told {
  readonly list: string;
  readonly long?: string | null;
  readonly files?: string;
  readonly counters?: string;
}

/** The sections that probe.sh sends. */
const whole = ({ list, long = recorded('guests-3/xl-list-l'), files = '', counters = '' }: Told) =>
  new Map([
    ...ended('xen-info', recorded('guests-3/xl-info')),
    ...(long === null ? [['xen-domains-same', ''] as [string, string]] : ended('xen-domains', long)),
    ...ended('xen-uptime', recorded('guests-3/xl-uptime')),
    ['xen-files', files] as [string, string],
    ...ended('xen-list', list),
    ['xen-counters', counters] as [string, string],
  ]);
const load = (list: string, counters = '') => new Map([...ended('xen-list', list), ['xen-counters', counters]]);
const three = recorded('guests-3/xl-list');

function stateOf(): { state: XenHostState; take: (sections: Map<string, string>, afterMs?: number) => ReturnType<XenHostState['take']> } {
  let revision = 0;
  let at = 1_000_000;
  const state = new XenHostState('h', 'xl', () => ++revision);
  return {
    state,
    take(sections, afterMs = 5_000) {
      at += afterMs;
      return state.take(sections, { at, tookMs: 40, clockMs: at });
    },
  };
}
const texts = (state: XenHostState, key: string) => state.records.get(key)?.events.map(({ text }) => text);
const configuration = readFileSync(new URL('../fixtures/xen-4.17/host/etc-guest2.cfg.out', import.meta.url), 'utf8');
const file = (path: string, text = configuration) => text.trimEnd().replace(/^/gm, `/etc/xen/${path}:`);

describe('the state of a host', () => {
  it('is not news when it is told for the first time, and needs no answer about it when nothing changes', () => {
    const { state, take } = stateOf();
    expect(take(whole({ list: three }))).toEqual({ problem: undefined, whole: true, incomplete: false });
    expect([...state.records.values()].flatMap(({ events }) => events)).toEqual([]);
    expect(take(load(three))).toMatchObject({ incomplete: false });
  });

  it('is asked for in whole when a domain comes, goes or changes its name', () => {
    for (const list of ['lifecycle/list-destroyed', 'lifecycle/list-rebooted', 'lifecycle/list-after-restore']) {
      const { take } = stateOf();
      take(whole({ list: three }));
      expect(take(load(recorded(list)))).toMatchObject({ incomplete: true });
    }
    const { take } = stateOf();
    take(whole({ list: three }));
    expect(take(load(three.replace('guest1 ', 'other  ')))).toMatchObject({ incomplete: true });
  });

  it('keeps what runs without a configuration for a moment after its end: a reboot has one', () => {
    const { state, take } = stateOf();
    take(whole({ list: three }));
    take(load(recorded('lifecycle/list-rebooting')));
    expect(state.records.get('h/guest2')?.row.load).toMatchObject({ id: null, state: 'off' });
    const rebooted = recorded('guests-3/xl-list-l').replace('"domid": 1,', '"domid": 5,');
    take(whole({ list: recorded('lifecycle/list-rebooted'), long: rebooted }));
    expect(state.records.get('h/guest2')?.row.load).toMatchObject({ id: 5 });
    expect(texts(state, 'h/guest2')).toEqual(['Ended: domain 1 is gone', 'Rebooted: it is domain 5 now']);
    // guest1 was destroyed meanwhile.
    take(load(recorded('lifecycle/list-rebooted')), 9_000);
    expect(state.records.has('h/guest1')).toBe(true);
    take(load(recorded('lifecycle/list-rebooted')), 60_000);
    expect(state.records.has('h/guest1')).toBe(false);
  });

  it('knows a domain under its new name by its number and uuid', () => {
    const { state, take } = stateOf();
    take(whole({ list: three }));
    take(whole({ list: three.replace('guest1', 'other '), long: recorded('guests-3/xl-list-l').replace('"guest1"', '"other"') }));
    expect(state.records.has('h/guest1')).toBe(false);
    expect(texts(state, 'h/other')).toEqual(['Renamed from guest1']);
  });

  it('knows it, too, under a name that had been configured and off', () => {
    const { state, take } = stateOf();
    const files = file('web.cfg', configuration.replaceAll('guest2', 'web'));
    take(whole({ list: three, files }));
    take(whole({ list: three.replace('guest1', 'web   '), long: recorded('guests-3/xl-list-l').replace('"guest1"', '"web"'), files }));
    expect([...state.records.keys()]).toEqual(['h/Domain-0', 'h/guest2', 'h/guest3', 'h/web']);
    expect(state.records.get('h/web')?.row.load).toMatchObject({ id: 2, state: 'idle' });
    expect(texts(state, 'h/web')).toEqual(['Renamed from guest1']);
  });

  it('keeps what it knew of the domains when the long list fails, and says why it did', () => {
    const { state, take } = stateOf();
    take(whole({ list: three }));
    const failed = (status: number) => {
      const sections = whole({ list: three });
      for (const [name, text] of ended('xen-domains', '', status)) sections.set(name, text);
      return take(sections.set('xen-daemons', '')).problem?.code;
    };
    // Without xenstored `xl info` answers, and `xl list` does not.
    expect(failed(124)).toBe('xenstore-dead');
    expect(failed(0)).toBe('bad-answer');
    expect(state.records.get('h/guest1')?.row.facts.uuid).toBe('c2dc95f6-865f-4c35-ac88-48c83f245ffc');
    state.reconnected();
    failed(0);
    expect(state.records.get('h/guest1')?.row.facts.uuid).toBeNull();
  });

  it.each([
    ['--p---', 'Paused', 'info'],
    ['---s--', 'Shut down, but its remains are still there', 'warning'],
    ['---sc-', 'Crashed: its remains are still there', 'critical'],
    ['--ps-d', 'Is being taken down', 'info'],
  ])('tells what %s means when it comes', (flags, text, severity) => {
    const { state, take } = stateOf();
    take(whole({ list: three }));
    take(load(three.replace(/(guest1 .*)-b----/, `$1${flags}`)));
    expect(state.records.get('h/guest1')?.events).toMatchObject([{ text, severity }]);
  });

  it('has a row for what is configured and off, and one for what runs and is configured', () => {
    const { state, take } = stateOf();
    const other = configuration.replaceAll('guest2', 'web 1');
    const auto = [file('guest2.cfg'), file('auto/guest2.cfg'), file('web.cfg', other), file('oxenstored.conf', 'name = "x"\n')];
    take(whole({ list: three, files: auto.join('\n') }));
    expect(state.records.get('h/guest2')?.row.facts).toMatchObject({ configFile: '/etc/xen/guest2.cfg', autostart: true, differs: [] });
    expect(state.records.get('h/web 1')?.row).toMatchObject({
      load: { id: null, state: 'off', memory: 0 },
      facts: { configFile: '/etc/xen/web.cfg', autostart: false, memoryTarget: 128 * 2 ** 20, memoryMax: 192 * 2 ** 20, type: 'pv' },
    });
    expect([...state.records.keys()]).toHaveLength(5);

    const changed = file('guest2.cfg', configuration.replace('memory = 128', 'memory = 160'));
    take(whole({ list: three, long: null, files: [changed, file('web.cfg', other)].join('\n') }));
    expect(state.records.get('h/guest2')?.row.facts.differs).toEqual(['memory']);
    expect(texts(state, 'h/guest2')).toEqual(['Starts with the host no more', 'Its configuration was changed on disk']);
  });

  it('shows a configuration that is a program, and compares nothing with it', () => {
    const program = 'import os\nname = "guest2"\nmemory = 64 * 2\nkernel = "/boot/x"\n';
    const configured = configuredDomains(filesOf(file('guest2.cfg', program)));
    expect(configured.get('guest2')).toMatchObject({ isProgram: true, path: '/etc/xen/guest2.cfg' });
    const { state, take } = stateOf();
    take(whole({ list: three, files: file('guest2.cfg', program) }));
    expect(state.records.get('h/guest2')?.row.facts).toMatchObject({ configIsProgram: true, differs: [] });
  });

  it('tells domains with one name apart, and those without any', () => {
    const { state, take } = stateOf();
    const list = three.replace('guest3', 'guest1').replace(/^guest2/m, '(null)');
    const long = recorded('guests-3/xl-list-l').replace('"guest3"', '"guest1"').replace('"name": "guest2",', '');
    take(whole({ list, long }));
    expect([...state.records.keys()]).toEqual(['h/Domain-0', 'h/(null)#1', 'h/guest1#2', 'h/guest1#3']);
  });

  it('makes no row of what only looks like one in a name', () => {
    const { state, take } = stateOf();
    const name = 'a\nfake   9   128   1   r-----   9.9\nguest3   3   1   1   --p---   0.1\nb';
    const list = three.replace(/^guest1/m, () => name);
    take(whole({ list, long: recorded('guests-3/xl-list-l').replace('"guest1"', () => JSON.stringify(name)) }));
    expect([...state.records.values()].map(({ row }) => [row.name, row.load.id, row.load.state])).toEqual([
      ['Domain-0', 0, 'running'],
      ['guest2', 1, 'idle'],
      [name, 2, 'idle'],
      ['guest3', 3, 'idle'],
    ]);
  });

  it('survives any answer, and never mixes up two domains', () => {
    const mangled = fc.tuple(fc.nat(three.length), fc.nat(60), fc.string({ maxLength: 10 }));
    fc.assert(
      fc.property(fc.array(mangled, { maxLength: 6 }), fc.boolean(), (cuts, again) => {
        const { state, take } = stateOf();
        take(whole({ list: three }));
        for (const [at, length, other] of cuts) {
          const list = three.slice(0, at) + other + three.slice(at + length);
          take(again ? whole({ list, long: null }) : load(list));
          const ids = [...state.records.values()].flatMap(({ row }) => row.load.id ?? []);
          expect(new Set(ids).size).toBe(ids.length);
        }
      }),
    );
  });
});

describe('the keys of domains', () => {
  it('are never the same for two, whatever their names', () => {
    const name = fc.oneof(fc.constantFrom('a', 'a#1', 'a#2', 'a#off', '(null)', '#', 'a#1#1'), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(fc.option(name), { maxLength: 8 }), fc.uniqueArray(name, { maxLength: 4 }), (there, off) => {
        const domains = there.map((each, id) => ({ id, name: each }));
        const others = off.filter((each) => !there.includes(each)).map((each) => ({ id: null, name: each }));
        const keys = domainKeys('h', [...domains, ...others]);
        expect(new Set(keys).size).toBe(keys.length);
        expect(keys.every((key) => key.startsWith('h/'))).toBe(true);
      }),
    );
  });
});

describe('the rates of a domain', () => {
  const counters = (received: number, read: number | null = null) => ({ received, transmitted: 0, read, written: null });

  it('need two samples, and for the CPU five seconds between them', () => {
    const rates = new DomainRates();
    expect(rates.take({ clockMs: 0, cpuTimeMs: 1_000, counters: counters(0) }, 2)).toMatchObject({ cpuUsed: null, receivePerSecond: null });
    expect(rates.take({ clockMs: 2_000, cpuTimeMs: 2_000, counters: counters(4_000) }, 2)).toMatchObject({
      cpuUsed: null,
      receivePerSecond: 2_000,
    });
    expect(rates.take({ clockMs: 6_000, cpuTimeMs: 7_000, counters: counters(4_000, 7) }, 2)).toEqual({
      cpuUsed: 0.5,
      receivePerSecond: 0,
      transmitPerSecond: 0,
      readPerSecond: null,
      writePerSecond: null,
    });
  });

  it('begin anew when the counters do, and never leave 0..1', () => {
    const rates = new DomainRates();
    rates.take({ clockMs: 0, cpuTimeMs: 60_000, counters: counters(900) }, 1);
    expect(rates.take({ clockMs: 5_000, cpuTimeMs: 0, counters: counters(0) }, 1)).toMatchObject({ cpuUsed: null, receivePerSecond: null });
    expect(rates.take({ clockMs: 10_000, cpuTimeMs: 99_000, counters: counters(0) }, 1)).toMatchObject({ cpuUsed: 1 });
  });
});

describe('the history of a domain', () => {
  const sample = (at: number): DomainSample => ({
    at,
    id: 7,
    state: 'idle',
    memory: 128 * 2 ** 20,
    memoryTarget: 128 * 2 ** 20,
    vcpus: 1,
    cpuUsed: 0.25,
    cpuTimeMs: at,
    receivePerSecond: null,
    transmitPerSecond: 5,
    readPerSecond: 6,
    writePerSecond: 7,
  });
  const minute = 60_000;

  it('has a point a minute of a domain that nobody looks at, and 15 minutes of them', () => {
    const history = new DomainHistory();
    for (let at = 0; at <= 40 * minute; at += 5_000) history.append(sample(at));
    const kept = history.read(40 * minute);
    expect(kept.length).toBeGreaterThanOrEqual(15);
    expect(kept.length).toBeLessThanOrEqual(17);
    expect(kept[0]?.at).toBeGreaterThanOrEqual(25 * minute);
    expect(kept.at(-1)).toEqual(sample(kept.at(-1)?.at ?? 0));
  });

  it('has a point every 5 s from when somebody looks, and of long ago only one a minute again', () => {
    const history = new DomainHistory();
    for (let at = 0; at <= 5 * minute; at += 5_000) history.append(sample(at));
    history.watch(5 * minute);
    for (let at = 5 * minute; at <= 10 * minute; at += 2_000) history.append(sample(at));
    const near = history.read(10 * minute);
    expect(near.length).toBeGreaterThan(50);
    expect(near[0]?.at).toBe(0);
    for (let at = 10 * minute; at <= 60 * minute; at += 5_000) history.append(sample(at));
    expect(history.read(60 * minute).length).toBeLessThanOrEqual(17);
  });

  it('drops what lies in the future when the clock is set back', () => {
    const history = new DomainHistory();
    history.append(sample(10 * minute));
    history.append(sample(minute));
    expect(history.read(minute).map(({ at }) => at)).toEqual([minute]);
  });
});

describe('an answer that is none', () => {
  const why = (answer: Partial<CommandAnswer>, xenstored = true) =>
    problemOfAnswer({ status: 1, stdout: '', stderr: '', ...answer }, { host: 'h', toolstack: 'xl', command: 'xl list', xenstored }).code;

  it('is told for what it is', () => {
    expect(why({ stderr: recorded('errors/list-not-root', 'err') })).toBe('not-permitted');
    expect(why({ stderr: 'sudo: a password is required\n' })).toBe('not-permitted');
    expect(why({ status: 127, stderr: 'sh: xl: not found\n' })).toBe('no-toolstack');
    expect(why({ status: 124 })).toBe('toolstack-hangs');
    expect(why({ status: 124 }, false)).toBe('xenstore-dead');
    expect(why({ stderr: 'libxl: error: something else\n' })).toBe('toolstack-failed');
  });
});
