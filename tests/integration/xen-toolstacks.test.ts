import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openProbe } from '../../src/main/probe/probe.ts';
import xenProbeScript from '../../src/main/xen/scripts/probe.sh?raw';
import { createXen } from '../../src/main/xen/xen.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { type LocalSession, localSession } from '../support/local-session.ts';
import { patience, patienceMs } from '../support/patience.ts';
import { xenFacts } from '../support/xen-host.ts';

/** Which toolstack the script on the host finds and how it runs it, with a dom0 made of files. */

let dir: string;
const sessions: LocalSession[] = [];
const place = (name: string) => join(dir, name);
const standIn = (name: string) => new URL(`../support/xen/${name}`, import.meta.url).pathname;

function script(name: string, text: string): void {
  writeFileSync(place(`bin/${name}`), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

function put(name: 'xl' | 'xm'): void {
  copyFileSync(standIn(name), place(`bin/${name}`));
}

/** xend keeps its process id in a file, which outlives it. */
function xend(life: 'runs' | 'died'): void {
  mkdirSync(place('root/var/run'), { recursive: true });
  writeFileSync(place('root/var/run/xend.pid'), '4242\n');
  if (life === 'runs') mkdirSync(place('proc/4242'));
}

function dom0(): LocalSession {
  const session = localSession('h', { proc: place('proc'), root: place('root'), path: place('bin') });
  sessions.push(session);
  session.start();
  return session;
}

const xl = { script: { text: xenProbeScript, args: ['xl'] } };

async function toolstack(): Promise<string | undefined> {
  const probe = await openProbe(dom0());
  const { sections } = await probe.request(['facts'], patienceMs);
  probe.close();
  return /^toolstack=(.*)$/m.exec(sections.get('facts') ?? '')?.[1];
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-dom0-'));
  for (const each of ['bin', 'proc/xen', 'proc/net', 'root/etc/xen']) mkdirSync(place(each), { recursive: true });
  writeFileSync(place('proc/xen/capabilities'), 'control_d\n');
  writeFileSync(place('proc/uptime'), '100.00 50.00\n');
  symlinkSync(new URL('../fixtures/xen-4.17', import.meta.url).pathname, place('bin/fixtures'));
  writeFileSync(place('bin/set'), 'guests-3/xl-list\n');
  writeFileSync(place('bin/mode'), 'well\n');
});
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('the toolstack of a host', () => {
  it('is xl where it is there', async () => {
    put('xl');
    expect(await toolstack()).toBe('xl');
  });

  it('is xm while xend runs, whatever else is there', async () => {
    put('xl');
    put('xm');
    xend('runs');
    expect(await toolstack()).toBe('xm');
  });

  it('is xl where xend has died, and xm where there is nothing else', async () => {
    put('xm');
    expect(await toolstack()).toBe('xm');
    put('xl');
    xend('died');
    expect(await toolstack()).toBe('xl');
  });

  it('is xe where XAPI rules, though xl is there', async () => {
    put('xl');
    script('xe', 'exit 1');
    writeFileSync(place('root/etc/xensource-inventory'), "PRODUCT_BRAND='XCP-ng'\n");
    expect(await toolstack()).toBe('xe');
  });

  it('is nothing in a guest, which is no dom0', async () => {
    put('xl');
    writeFileSync(place('proc/xen/capabilities'), '');
    expect(await toolstack()).toBeUndefined();
  });
});

describe('the domains of xend', () => {
  it('are told as those of xl are', async () => {
    put('xm');
    writeFileSync(place('root/etc/xen/mail'), 'import os\nname = "mail server"\nmemory = 500\nkernel = os.path.join("/boot", "x")\n');
    const xen = createXen({ log: { info: () => undefined } });
    xen.connected(inventoryHost('h'), dom0(), xenFacts('xm'));
    await vi.waitFor(() => expect(xen.host('h')).toMatchObject({ toolstack: 'xm', version: '3.3.1' }), patience);
    expect(xen.host('h')?.problem).toBeUndefined();
    expect(xen.domains().map(({ key, load }) => [key, load.id, load.state])).toEqual([
      ['h/Domain-0', 0, 'running'],
      ['h/mail server', 3, 'idle'],
      ["h/win 'x64'", 7, 'paused'],
      ['h/kept', null, 'off'],
    ]);
    expect(xen.domain('h/mail server')?.facts).toMatchObject({
      type: 'pv',
      bootloader: '/usr/bin/pygrub',
      memoryTarget: 500 * 2 ** 20,
      vifs: [{ mac: '00:16:3e:1b:8b:d2', bridge: 'xenbr0' }],
      disks: [{ device: 'xvda', target: '/dev/vg0/mail', backend: 'phy' }],
      configFile: '/etc/xen/mail',
      configIsProgram: true,
    });
    await xen.stop();
  });
});

describe('an account that is not root', () => {
  it('asks as root where sudo lets it', async () => {
    put('xl');
    script('id', 'echo 1000');
    script('sudo', '[ "$1" = -n ] || exit 1; shift; [ "$*" = true ] && exit; echo "$*" >>"$(dirname "$0")/asked"; exec "$@"');
    script('xl', '[ -e "$(dirname "$0")/asked" ] && cat "$(dirname "$0")/fixtures/guests-3/xl-list.out"');
    const probe = await openProbe(dom0(), xl);
    const { sections } = await probe.request(['xen-load'], patienceMs);
    expect(sections.get('xen-list-end')).toBe('0\n');
    expect(sections.get('xen-list')).toContain('guest3');
  });

  it('asks as itself where sudo wants a password', async () => {
    put('xl');
    writeFileSync(place('bin/mode'), 'denied\n');
    script('id', 'echo 1000');
    script('sudo', 'echo "sudo: a password is required" >&2; exit 1');
    const probe = await openProbe(dom0(), xl);
    const { sections } = await probe.request(['xen', 'xen-load'], patienceMs);
    expect(sections.get('xen-list-end')).toContain('Permission denied');
    expect([...sections.keys()]).toEqual(expect.arrayContaining(['xen-info', 'xen-files', 'xen-daemons']));
    expect(sections.has('xen-domains')).toBe(false);
  });
});

describe('what has not changed', () => {
  it('is not sent again, unless it is asked for in whole', async () => {
    put('xl');
    writeFileSync(place('root/etc/xen/guest2.cfg'), 'name = "guest2"\nmemory = 128\n');
    const probe = await openProbe(dom0(), xl);
    const names = async (...sections: ('whole' | 'xen')[]) => [...(await probe.request(sections, patienceMs)).sections.keys()];
    expect(await names('xen')).toEqual(expect.arrayContaining(['xen-domains', 'xen-domains-end', 'xen-files']));
    expect(await names('xen')).toEqual(expect.arrayContaining(['xen-domains-same', 'xen-files-same']));
    expect(await names('whole', 'xen')).toEqual(expect.arrayContaining(['xen-domains', 'xen-files']));
    writeFileSync(place('root/etc/xen/guest2.cfg'), 'name = "guest2"\nmemory = 256\n');
    expect(await names('xen')).toEqual(expect.arrayContaining(['xen-domains-same', 'xen-files']));
    rmSync(place('root/etc/xen/guest2.cfg'));
    expect(await names('whole', 'xen')).toContain('xen-files');
  });

  it('leaves out what is no configuration of a domain, and what is too long for one', async () => {
    put('xl');
    for (const [name, text] of [
      ['a.cfg', 'name = "a"\n'],
      ['a.cfg~', 'old'],
      ['.hidden', 'x'],
      ['xl.conf', 'x'],
      ['xlexample.hvm', 'x'],
      ['huge', 'x\n'.repeat(40_000)],
      ['odd:name', 'x'],
      ['with blank', 'name = "b"\n'],
    ] as const)
      writeFileSync(place(`root/etc/xen/${name}`), text);
    const probe = await openProbe(dom0(), xl);
    const { sections } = await probe.request(['xen'], patienceMs);
    const told = (sections.get('xen-files') ?? '').trim().split('\n').sort();
    expect(told.map((line) => line.slice(line.indexOf('/etc/xen/')))).toEqual([
      '/etc/xen/a.cfg:name = "a"',
      '/etc/xen/with blank:name = "b"',
    ]);
  });
});
