import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fleetOf, type Profile } from '../../src/main/demo/profiles.ts';
import type { Answer } from '../../src/main/demo/xen/answer.ts';
import { guestText } from '../../src/main/demo/xen/guest.ts';
import { XenHost } from '../../src/main/demo/xen/xen-host.ts';
import { xl } from '../../src/main/demo/xen/xl.ts';

/** The demo's xl: obeys, takes its time, and fails in the words of the recorded host. */

const fixtures = resolve(import.meta.dirname, '../fixtures/xen-4.17');
const second = 1000;

const profiles = fleetOf(1912, 12);
function xenProfile(name: string): Profile & { xen: NonNullable<Profile['xen']> } {
  const found = profiles.find((each) => each.name === name);
  if (!found?.xen) throw new Error(`${name} is no Xen host`);
  return { ...found, xen: found.xen };
}

let host: XenHost;
let now: number;

beforeEach(() => {
  const profile = xenProfile('xen01');
  host = new XenHost(profile, profile.xen);
  now = 60 * second;
});

const run = (...args: readonly string[]): Answer => xl(host.at(now), args);
const done = (...args: readonly string[]) => {
  const answer = run(...args);
  expect(answer).toMatchObject({ code: 0 });
  now += answer.afterMs + 1;
  return answer;
};
const machine = () => host.at(now).machine;
const domain = (name: string) =>
  machine()
    .domains(now)
    .find((each) => each.name === name);
const state = (name: string) => new RegExp(`^${name} .*\\s([-rbpscd]{6})\\s`, 'm').exec(run('list').stdout)?.[1];
/** A member of the first host's cast, by its part. */
const called = (role: string) => machine().parts.cast.find((member) => member.role === role)?.guest.name ?? '';

/** What the recorded host said, its domain id put in place of ours. */
function recorded(name: string, id?: number): string {
  const text = readFileSync(resolve(fixtures, `errors/${name}.err`), 'utf8');
  return id === undefined ? text : text.replaceAll(/(Domain )\d+:/g, `$1${id}:`);
}

describe('the first Xen host of the demo', () => {
  it('has a guest in each state that Hum tells apart', () => {
    expect(state(called('paused'))).toBe('--p---');
    expect(state(called('crashed'))).toBe('---sc-');
    expect(state(called('off'))).toBeUndefined();
    expect(state(called('off-autostart'))).toBeUndefined();
    expect(machine().links.has(`/etc/xen/auto/${called('off-autostart')}.cfg`)).toBe(true);
    expect(machine().files.has(`/etc/xen/${called('no-file')}.cfg`)).toBe(false);
    expect(state(called('no-file'))).toMatch(/^(r-----|-b----)$/);
  });

  it('shares a MAC with one host and a name with another', () => {
    const first = machine().parts.cast[0]?.guest;
    const hosts = profiles.flatMap(({ name, xen }) => (xen?.repeats ? [new XenHost(xenProfile(name), xen)] : []));
    const guests = hosts.map((each) => each.machine.parts.cast[0]?.guest);
    expect(guests.map((guest) => guest?.name === first?.name)).toEqual([false, true]);
    expect(guests.map((guest) => guest?.vifs[0]?.mac === first?.vifs[0]?.mac)).toEqual([true, false]);
  });

  it('never gives a guest less time, traffic or disk work than before', () => {
    let before: readonly number[] = [];
    for (let at = 0; at < 600 * second; at += 7 * second) {
      now = at;
      const times = run('list')
        .stdout.split('\n')
        .flatMap((line) => / ([\d.]+)$/.exec(line)?.[1] ?? [])
        .map(Number);
      expect(times).toHaveLength(13);
      expect(times.every((time, index) => time >= (before[index] ?? 0))).toBe(true);
      before = times;
    }
  });

  it('has memory for all that it is to run', () => {
    for (const profile of fleetOf(1912, 200)) {
      if (profile.xen) expect(new XenHost(profile, profile.xen).machine.freeMb(0)).toBeGreaterThan(0);
    }
  });
});

describe('a domain of the demo', () => {
  const name = () => machine().parts.cast[0]?.guest.name ?? '';

  it('is paused, stands still, and goes on', () => {
    done('pause', name());
    expect(state(name())).toBe('--p---');
    const stopped = run('list', name()).stdout;
    now += 60 * second;
    expect(run('list', name()).stdout).toBe(stopped);
    done('unpause', name());
    now += 60 * second;
    expect(run('list', name()).stdout).not.toBe(stopped);
  });

  it('shuts down in a moment, or at once for who waits, unless its kernel does not listen', () => {
    expect(run('shutdown', name()).stderr).toBe(`Shutting down domain ${domain(name())?.id}\n`);
    expect(state(name())).toBeDefined();
    now += 3 * second;
    expect(state(name())).toBeUndefined();
    done('shutdown', called('deaf'));
    now += 600 * second;
    expect(state(called('deaf'))).toBeDefined();
    done('destroy', called('deaf'));
    expect(state(called('deaf'))).toBeUndefined();
  });

  it('reboots: away for a moment, then back with another id and the same uuid', () => {
    const before = domain(name());
    done('reboot', '-w', name());
    expect(domain(name())).toBeUndefined();
    now += 2 * second;
    const after = domain(name());
    expect(after?.guest.uuid).toBe(before?.guest.uuid);
    expect(after?.id).toBeGreaterThan(before?.id ?? 0);
  });

  it('is started from its file, standing paused while it is built', () => {
    const answer = run('create', `/etc/xen/${called('off')}.cfg`);
    expect(answer.stderr).toBe(`Parsing config from /etc/xen/${called('off')}.cfg\n`);
    expect(state(called('off'))).toBe('--p---');
    now += answer.afterMs + 1;
    expect(state(called('off'))).toMatch(/^(r-----|-b----)$/);
  });

  it('is saved into a file and comes back from it', () => {
    const uuid = domain(name())?.guest.uuid;
    expect(done('save', name(), '/var/lib/xen/save/a').stderr).toContain('xc: progress: End of stream: 0/0    0%\n');
    expect(domain(name())).toBeUndefined();
    expect(done('restore', '/var/lib/xen/save/a').stderr).toContain('xc: info: Restore successful\n');
    expect(domain(name())?.guest.uuid).toBe(uuid);
  });

  it('follows its balloon target within two seconds, and is not given more than its ceiling', () => {
    const { maxKb, id } = domain(name()) ?? { maxKb: 0, id: 0 };
    done('mem-set', name(), '300');
    now += 2 * second;
    expect(domain(name())).toMatchObject({ targetKb: 300 * 1024, memoryKb: 300 * 1024 });
    const over = readFileSync(resolve(fixtures, 'lifecycle/mem-set-over-maxmem.err'), 'utf8');
    const tooMuch = String(maxKb / 1024 + 1);
    expect(run('mem-set', name(), tooMuch).stderr).toBe(
      over.replace('Domain 2:', `Domain ${id}:`).replace('domid 2', `domid ${id}`).replace('400', tooMuch),
    );
  });

  it('is renamed, unless the name is taken', () => {
    const uuid = domain(name())?.guest.uuid;
    done('rename', name(), 'other');
    expect(domain('other')?.guest.uuid).toBe(uuid);
    expect(run('rename', 'other', called('deaf')).stderr).toContain(`Domain with name "${called('deaf')}" already exists.`);
  });
});

describe('what xl refuses, it refuses as recorded', () => {
  const create = (change: (text: string) => string) => {
    const guest = machine().parts.cast.find(({ role }) => role === 'off')?.guest;
    if (!guest) throw new Error('no guest is off');
    const text = guestText({ ...guest, type: 'pv', kernel: '/srv/xen/vmlinuz', disks: guest.disks.slice(0, 1) });
    machine().files.set('/tmp/a.cfg', change(text));
    const id = machine().takeId() + 1;
    const { stderr, code } = run('create', '/tmp/a.cfg');
    expect(code).toBe(3);
    return { said: stderr.split('\n').slice(1), id };
  };
  const lines = (name: string, id: number, replace: readonly [string | RegExp, string] = ['', '']) =>
    recorded(name, id)
      .replace(...replace)
      .split('\n')
      .slice(1);

  it('an unknown domain', () => {
    for (const [verb, name] of [
      ['shutdown', 'shutdown-unknown'],
      ['destroy', 'destroy-unknown'],
      ['pause', 'pause-unknown'],
      ['list', 'list-unknown'],
      ['reboot', 'reboot-unknown'],
      ['save', 'save-unknown'],
    ] as const) {
      expect(run(verb, 'nobody', '/tmp/x')).toMatchObject({ code: 1, stderr: recorded(name) });
    }
    expect(run('shutdown', '999')).toMatchObject({ code: 1, stderr: recorded('shutdown-unknown-id') });
  });

  it('the control domain', () => {
    expect(run('destroy', '0')).toMatchObject({ code: 1, stderr: recorded('destroy-dom0') });
    expect(run('shutdown', 'Domain-0').code).toBe(1);
  });

  it('bad words', () => {
    expect(run('frobnicate')).toMatchObject({ code: 1, stderr: recorded('unknown-subcommand') });
    expect(run('shutdown')).toMatchObject({ code: 1, stderr: recorded('shutdown-no-argument') });
    expect(run('create')).toMatchObject({ code: 6, stderr: recorded('create-no-argument') });
    expect(run('create', '/etc/xen/nowhere.cfg')).toMatchObject({ code: 3, stderr: recorded('create-missing-config') });
    expect(run('mem-set', called('deaf'), 'lots')).toMatchObject({ code: 1, stderr: recorded('mem-set-bad') });
    expect(run('save', called('deaf'), '/nowhere/x')).toMatchObject({ code: 1, stderr: recorded('save-unwritable') });
    expect(run('restore', '/nowhere/x')).toMatchObject({ code: 1, stderr: recorded('restore-missing') });
    machine().files.set('/tmp/garbage', 'garbage');
    expect(run('restore', '/tmp/garbage')).toMatchObject({ code: 1, stderr: recorded('restore-garbage') });
  });

  it('a guest that cannot be built', () => {
    const taken = create((text) => text.replace(/^name.*/m, `name = "${called('deaf')}"`));
    expect(taken.said).toEqual(lines('create-name-in-use', taken.id, ['"guest1"', `"${called('deaf')}"`]));
    const noDisk = create((text) => text.replace(/target=[^']*/, 'target=/srv/xen/gone.img').replace(/vdev=\w+/, 'vdev=xvda'));
    expect(noDisk.said).toEqual(lines('create-disk-missing', noDisk.id));
    const noKernel = create((text) => text.replace('/srv/xen/vmlinuz', '/srv/xen/gone'));
    expect(noKernel.said).toEqual(lines('create-kernel-missing', noKernel.id));
    const tooLarge = create((text) => text.replace(/^memory.*/m, 'memory = 9000000'));
    expect(tooLarge.said).toEqual(lines('create-too-much-memory', tooLarge.id));
    const noBridge = create((text) => text.replace(/xenbr\d/, 'nobridge'));
    expect(noBridge.said).toEqual(lines('create-unknown-bridge', noBridge.id));
  });

  it('anything to who is not root', () => {
    const profile = xenProfile('web03');
    const other = new XenHost(profile, profile.xen);
    expect(xl(other.at(now), ['list'])).toMatchObject({ code: 1, stderr: recorded('list-not-root') });
    expect(xl(other.at(now), ['create', '/etc/xen/guest2.cfg'])).toMatchObject({ code: 1, stderr: recorded('create-not-root') });
  });
});

describe('a Xen host that was away', () => {
  it('comes back with the guests that start with it, and no others', () => {
    const profile = xenProfile('xen03');
    const other = new XenHost(profile, profile.xen);
    const names = (at: number) =>
      other
        .at(at)
        .machine.domains(at)
        .map((each) => each.name)
        .sort();
    expect(names(0).length).toBeGreaterThan(0);
    const started = other.machine.parts.cast.filter((member) => member.autostart).map(({ guest }) => guest.name);
    expect(names(90 * second)).toEqual(started.sort());
  });
});
