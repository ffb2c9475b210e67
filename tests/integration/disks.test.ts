import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { parseDisks } from '../../src/main/fleet/disks.ts';
import { createFleet } from '../../src/main/fleet/fleet.ts';
import { readMemory } from '../../src/main/memory/memory.ts';
import { readNetwork } from '../../src/main/network/network.ts';
import probeScript from '../../src/main/probe/probe.sh?raw';
import { openProbe, type Probe } from '../../src/main/probe/probe.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import { ruleKinds } from '../../src/shared/alert-rules.ts';
import type { HostDisks } from '../../src/shared/contract/fleet.ts';
import type { IncidentChange } from '../../src/shared/incident.ts';
import { alertsOf } from '../support/alerts.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { type LocalHostOptions, type LocalSession, localSession } from '../support/local-session.ts';
import { patience, patienceMs } from '../support/patience.ts';
import { openRig } from '../support/sshd.ts';

const dir = mkdtempSync(join(tmpdir(), 'hum-disks-'));
const sessions: LocalSession[] = [];
let serial = 0;
afterAll(() => rmSync(dir, { recursive: true, force: true }));
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.stop();
});

/** A host that has these programs before its own, and this /proc/mounts. */
function hostWith(programs: Readonly<Record<string, string>>, mounts?: string): LocalHostOptions {
  const place = join(dir, String(++serial));
  mkdirSync(join(place, 'bin'), { recursive: true });
  for (const [name, body] of Object.entries(programs)) writeFileSync(join(place, 'bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  if (mounts === undefined) return { path: join(place, 'bin') };
  mkdirSync(join(place, 'proc'));
  writeFileSync(join(place, 'proc/mounts'), mounts);
  return { path: join(place, 'bin'), proc: join(place, 'proc') };
}

async function probeOf(options: LocalHostOptions): Promise<Probe> {
  const session = localSession('a', options);
  sessions.push(session);
  session.start();
  return openProbe(session);
}

const askedOf = async (options: LocalHostOptions) =>
  (await (await probeOf(options)).request(['disks'], patienceMs)).sections.get('disks') ?? '';

describe('what is read on a host', () => {
  it.each(['mawk -W interactive', 'gawk', 'original-awk', 'busybox awk'])(
    'with %s: df is asked for each file system on a disk once, by its very name, and nothing in a name is run',
    async (awk) => {
      const trap = join(dir, 'trap');
      const hostile = `/mnt/it's\\134040 $(touch ${trap})`.replaceAll(' ', '\\040');
      const mounts = [
        ...['proc /proc proc rw 0 0', 'rootfs / rootfs rw 0 0', '/dev/sda1 / ext4 rw,relatime 0 0', 'tmpfs /run tmpfs rw 0 0'],
        ...['/dev/sda1 /var/snap ext4 rw 0 0', '/dev/loop0 /snap/core squashfs ro 0 0', 'overlay /var/lib/docker/1 overlay rw 0 0'],
        ...['/dev/sdb1 /srv xfs rw 0 0', 'tank/srv /srv zfs ro,xattr 0 0', `/dev/sdc1 ${hostile}\\012\\011\\043 vfat rw 0 0`],
        ...Array.from({ length: 60 }, (_, index) => `/dev/mapper/v${index} /v${index} ext4 rw 0 0`),
      ];
      const df = `shift; for name; do printf '<%s>' "$name"; done`;
      const wrapped = `[ "$1" = -W ] && shift 2\nexec /usr/bin/${awk} "$@"`;
      const text = await askedOf(hostWith({ df, awk: wrapped, mawk: wrapped }, `${mounts.join('\n')}\n`));
      expect(existsSync(trap)).toBe(false);
      const sent = text.split('\n').filter((line) => line.startsWith('m:'));
      expect(sent).toHaveLength(40);
      expect(sent.slice(0, 3)).toEqual([
        'm:/dev/sda1 / ext4 rw',
        'm:tank/srv /srv zfs ro',
        `m:/dev/sdc1 ${hostile}\\012\\011\\043 vfat rw`,
      ]);
      const name = `/mnt/it's\\040 $(touch ${trap})\nk:\t#`;
      expect(text).toContain(`k:<-k></></srv><${name}></v0></v1>`);
    },
  );

  it.each([
    ['GNU', {}],
    ['busybox', { df: 'exec busybox df "$@"', timeout: 'exec busybox timeout "$@"' }],
  ])('is what statfs tells of this very machine, by the df of %s', async (_, programs) => {
    const { fileSystems, problem } = parseDisks(await askedOf(hostWith(programs)), 5);
    expect(problem).toBeNull();
    const root = fileSystems.find(({ mount }) => mount === '/');
    const [blocks, free, available, size] = execFileSync('stat', ['-f', '-c', '%b %f %a %S', '/'], { encoding: 'utf8' })
      .split(' ')
      .map(Number);
    if (blocks === undefined || free === undefined || available === undefined || size === undefined) throw new Error('stat told nothing');
    expect(root?.size).toBeCloseTo(blocks * size, -4);
    expect(root?.full).toBeCloseTo((blocks - free) / (blocks - free + available), 1);
  });

  it('comes without disks from a df that hangs, which is ended; the figures go on', async () => {
    const pid = join(dir, 'pid');
    const mounts = '/dev/sda1 / ext4 rw 0 0\n';
    const probe = await probeOf(hostWith({ df: `echo $$ >${pid}; exec sleep 600` }, mounts));
    const { sections } = await probe.request(['disks'], patienceMs);
    expect(parseDisks(sections.get('disks') ?? '', 5)).toMatchObject({
      fileSystems: [],
      problem: expect.stringContaining('three seconds'),
    });
    await vi.waitFor(() => expect(existsSync(`/proc/${readFileSync(pid, 'utf8').trim()}`)).toBe(false), patience);
    expect((await probe.request(['load'], patienceMs)).seq).toBe(2);
  });

  it('is not asked of df where nothing could end it and a mount of the network could make it hang', async () => {
    const ran = join(dir, 'ran');
    const programs = { timeout: 'exit 127', df: `touch ${ran}` };
    const local = '/dev/sda1 / ext4 rw 0 0\n';
    for (const type of ['nfs4', 'cifs', 'fuse.sshfs', 'autofs']) {
      const text = await askedOf(hostWith(programs, `${local}there:/x /mnt ${type} rw 0 0\n`));
      expect(parseDisks(text, 5).problem).toContain('no timeout program');
    }
    expect(existsSync(ran)).toBe(false);
    await askedOf(hostWith(programs, `${local}/dev/sdb1 /usb fuseblk rw 0 0\n`));
    expect(existsSync(ran)).toBe(true);
  });

  it('stands a mount whose server is gone, which GNU’s df does not touch and that of busybox waits for', (context) => {
    // A FUSE file system of which nobody answers what the kernel asks, and after it one that is well.
    const [dead, well, image] = ['dead', 'well', 'well.img'].map((name) => join(dir, name)) as [string, string, string];
    for (const place of [dead, well]) mkdirSync(place);
    writeFileSync(image, Buffer.alloc(2 ** 20));
    const script = [
      'mkfs.ext4 -q "$1" && exec 3<>/dev/fuse && mount -i -t fuse.sshfs there:/ "$2" -o fd=3,rootmode=40000,user_id=0,group_id=0 &&',
      'mount -o loop "$1" "$3" && echo mounted && echo "1 disks" | PATH=$4:$PATH sh -c "$5" sh NONCE /proc',
    ].join(' ');
    const answered = (path: string) => {
      const args = ['--mount', 'sh', '-c', script, 'sh', image, dead, well, path, probeScript];
      const env = { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` };
      return spawnSync('unshare', args, { encoding: 'utf8', timeout: patienceMs, env }).stdout;
    };
    const usual = answered('/nonexistent');
    if (!usual?.startsWith('mounted')) return context.skip('no FUSE file system can be mounted here');
    const { problem, fileSystems } = parseDisks(usual, 5);
    expect([problem, fileSystems.map(({ mount }) => mount)]).toEqual([null, expect.arrayContaining(['/', well])]);
    const withBusybox = answered(hostWith({ df: 'exec busybox df "$@"', timeout: 'exec busybox timeout "$@"' }).path ?? '');
    expect(withBusybox).toContain('\nNONCE end 1\n');
    expect(parseDisks(withBusybox, 5).problem).toContain('three seconds');
  });

  it('knows the timeout of an old busybox, which has the seconds after -t', async () => {
    const timeout = '[ "$1" = -t ] || exit 127; shift 2; [ "$1" = -s ] && shift 2; exec "$@"';
    expect(await askedOf(hostWith({ timeout, df: 'echo "$@"' }, '/dev/sda1 / ext4 rw 0 0\n'))).toContain('k:-P -k /\n');
  });
});

/** A small ext4 that is nearly full, to be mounted; undefined where that cannot be done. */
function fullDisk(): string | undefined {
  try {
    const [image, content] = [join(dir, 'image'), join(dir, 'content')];
    mkdirSync(content);
    writeFileSync(join(content, 'big'), Buffer.alloc(14 * 2 ** 20, 7));
    writeFileSync(image, Buffer.alloc(16 * 2 ** 20));
    execFileSync('/sbin/mkfs.ext4', ['-q', '-m', '0', '-N', '512', '-d', content, image]);
    execFileSync('unshare', ['--mount', 'mount', '-o', 'loop', image, content]);
    return image;
  } catch {
    return undefined;
  }
}

it('a file system of a real host that is full is an incident which names it and says what to look at, and ends when there is room again', async (context) => {
  const image = fullDisk();
  if (image === undefined) return context.skip('no image can be mounted here');
  const rig = await openRig();
  const mount = join(dir, 'var lib');
  mkdirSync(mount);
  chmodSync(dir, 0o755);
  const key = await rig.clientKey();
  const server = await rig.sshd({ mounts: [['-o', 'loop', image, mount]] });
  const file = join(dir, 'known_hosts');
  writeFileSync(file, rig.knownHosts(server));
  const knownHosts = createKnownHosts({ files: [file], appendTo: file });
  const gate = createHandshakeGate();
  const fleet = createFleet({
    openSession: ({ id, address, port, user }) =>
      createSession({ id, address, port, user, keyFiles: [key.path], explicitKeys: true, agent: undefined, knownHosts }, { gate }),
    readers: { memory: readMemory, network: readNetwork },
  });
  const changes: IncidentChange[] = [];
  const alerts = alertsOf(dir, [], Date.now, {
    sources: { rows: () => fleet.rows(), disks: (host) => fleet.disks(host) },
    row: (host) => fleet.row(host),
  });
  const stop = new AbortController();
  try {
    alerts.onChange((change) => changes.push(change));
    const settings = { ...ruleKinds['disk-space'].defaults, forMs: 0, clearForMs: 0 };
    alerts.saveRule('disk-space', { kind: 'host', host: 'h1' }, settings);
    fleet.setHosts([inventoryHost('h1', { name: 'web01', address: '127.0.0.1', port: server.port, user: rig.user })]);
    let told: HostDisks | undefined;
    void (async () => {
      for await (const event of fleet.watchHost('h1', stop.signal)) if (event.kind === 'disks') told = event.disks;
    })();
    await vi.waitFor(() => expect(told).toBeDefined(), patience);
    const here = told?.fileSystems.find((each) => each.mount === mount);
    expect(here).toMatchObject({ type: 'ext4', readOnly: false, fullOf: 'space' });
    expect(here?.full).toBeGreaterThan(0.93);
    expect(told?.fileSystems.some((each) => each.mount === '/')).toBe(true);

    const mine = () => changes.filter(({ incident }) => incident.part === mount);
    await vi.waitFor(() => {
      alerts.tick();
      expect(mine()).toHaveLength(1);
    }, patience);
    const { event, incident } = mine()[0] as IncidentChange;
    expect([event, incident.severity, incident.rule]).toEqual(['opened', 'critical', 'disk-space']);
    expect(incident.summary).toMatch(/^web01, .*\/var lib: 9\d % full, [\d.]+ [KM]iB free of 1\d\.\d MiB$/);
    expect(incident.lookAt[0]).toBe(`What takes the room: du -xh --max-depth=1 '${mount}' | sort -h`);

    await fleet.runner('h1').run('rm "$1"', [join(mount, 'big')]);
    await vi.waitFor(() => {
      alerts.tick();
      expect(mine().map((each) => each.event)).toEqual(['opened', 'resolved']);
    }, patience);
  } finally {
    stop.abort();
    alerts.stop();
    await fleet.stop();
    await rig.close();
  }
});
