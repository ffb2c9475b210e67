import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finding, lookAt, readLook, wordsOf } from '../../src/main/xen/deploy/look.ts';
import { xenScript } from '../../src/main/xen/scripts.ts';
import { HumError } from '../../src/shared/errors.ts';
import { guest } from '../support/deploy.ts';
import { openDeployRig } from '../support/deploy-rig.ts';
import { type KeyPair, openRig, type Rig } from '../support/sshd.ts';
import { stopSessions } from '../support/sshd-target.ts';
import { startXenStandIn } from '../support/xen-host.ts';

/** The script itself, on a host made of files over those of this machine, and its way over a real sshd. */

const dir = mkdtempSync(join(tmpdir(), 'hum-look-'));
const bin = join(dir, 'bin');
const sum = 'ab'.repeat(32);
const sumOf = (text: string) => createHash('sha256').update(text).digest('hex');
const hostile = "/srv/xen/$(touch /srv/xen/hacked)'\n1 there\nclock 1 \u202e.img";

/** Lays out a host and asks the script. Exit status 77: no file system can be mounted here. */
const layout = `
for each in /srv /etc /var/lib /usr/local/lib /sys/class/net /dev; do mount -t tmpfs none "$each" || exit 77; done
mknod -m 666 /dev/null c 1 3; mknod -m 666 /dev/zero c 1 5; mkdir -p /dev/vg0; : >/dev/vg0/there
mkdir -p /etc/xen/auto /srv/xen/deep /var/lib/hum/claims /sys/class/net/xenbr0/bridge /sys/class/net/eth0
echo x >/etc/xen/there.cfg; ln -s /nowhere /etc/xen/auto/dangling.cfg
truncate -s 5M /srv/xen/raw.img; echo "${sum}  raw.img" >/srv/xen/raw.img.sha256
printf 'QFI\\373rest' >/srv/xen/cloud.qcow2; echo "no checksum at all" >/srv/xen/cloud.qcow2.sha256
{ printf 'QFI\\373'; head -c 20 /dev/zero; printf '\\0\\0\\1\\2\\3\\4\\5\\6'; } >/srv/xen/large.qcow2
{ printf 'QFI\\373'; head -c 20 /dev/zero; printf '\\377\\377\\377\\377\\377\\377\\377\\377'; } >/srv/xen/endless.qcow2
{ printf 'QFI\\373'; head -c 20 /dev/zero; printf '\\0\\377\\3\\4\\5\\6\\7\\7'; } >/srv/xen/huge.qcow2
ln -s raw.img /srv/xen/link.img; ln -s nowhere /srv/xen/broken.img; : >/srv/xen/empty.img
printf kernel >/srv/xen/vmlinuz; printf odd >'/srv/xen/-a\\b'; mkfifo /srv/xen/pipe
mkdir -p /usr/local/lib/xen-4.17/bin /usr/local/lib/xen-4.17/boot
: >/usr/local/lib/xen-4.17/bin/pygrub; : >/usr/local/lib/xen-4.17/boot/pvgrub64.bin
: >/var/lib/hum/claims/fresh; : >/var/lib/hum/claims/stale; touch -t 202001010000 /var/lib/hum/claims/stale
mkdir /srv/full; mount -t tmpfs -o size=64k,ro none /srv/full
before=$(find /srv /etc /var/lib /dev /sys/class/net | sort)
$SHELL_OF_HOST -c "$SCRIPT" sh "$@" </dev/null
status=$?
[ "$before" = "$(find /srv /etc /var/lib /dev /sys/class/net | sort)" ] || exit 78
exit $status
`;

function look(words: readonly string[], { shell = 'sh', tool = 'xl' } = {}) {
  return spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', layout, 'sh', tool, ...words], {
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}`, SHELL_OF_HOST: shell, SCRIPT: xenScript('deploy-look') },
  });
}

function program(name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

beforeAll(() => {
  mkdirSync(bin);
  program('xl', '[ "$*" = info ] && printf "host : x\\nfree_memory            : 1630\\n"');
  program('vgs', 'case $7 in vg0) echo "  5368709120" ;; *) echo "  Volume group not found" >&2; exit 5 ;; esac');
  program('lvs', 'case $7 in vg0/base) echo "  1073741824" ;; *) exit 5 ;; esac');
  program('getenforce', 'echo Enforcing');
  program('qemu-img', 'exit 1');
  program(
    'getsebool',
    'case $1 in on) echo "on --> on" ;; off) echo "off --> off" ;; *) echo "Error getting active value for $1" >&2; exit 1 ;; esac',
  );
  program('ping', 'case $5 in 192.0.2.1) exit 0 ;; *) exit 1 ;; esac');
  program('arping', 'case $8 in 192.0.2.2) exit 0 ;; *) exit 1 ;; esac');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const expected: Readonly<Record<string, Finding | { readonly kind: 'free'; readonly mount: string; readonly writable: boolean }>> = {
  'folder=/srv/xen': { kind: 'free', mount: '/srv', writable: true },
  'folder=/srv/new/deeper/still': { kind: 'free', mount: '/srv', writable: true },
  'folder=/srv/full/x': { kind: 'free', mount: '/srv/full', writable: false },
  'folder=/srv/xen/raw.img/x': { kind: 'blocked' },
  'target=/etc/xen/there.cfg': { kind: 'there' },
  'target=/etc/xen/auto/dangling.cfg': { kind: 'there' },
  'target=/etc/xen/new.cfg': { kind: 'absent' },
  [`target=${hostile}`]: { kind: 'absent' },
  [`file=${hostile}`]: { kind: 'absent' },
  [`folder=${hostile}`]: { kind: 'free', mount: '/srv', writable: true },
  'volume=vg0/there': { kind: 'there' },
  'volume=vg0/new': { kind: 'absent' },
  'file=/srv/xen/raw.img': { kind: 'file', bytes: 5 * 2 ** 20, allocated: 0, format: 'raw', holds: 5 * 2 ** 20, checksum: sum },
  'file=/srv/xen/link.img': { kind: 'file', bytes: 5 * 2 ** 20, allocated: 0, format: 'raw', holds: 5 * 2 ** 20, checksum: null },
  'file=/srv/xen/cloud.qcow2': { kind: 'file', bytes: 8, allocated: 4096, format: 'qcow2', holds: null, checksum: null },
  'file=/srv/xen/large.qcow2': { kind: 'file', bytes: 32, allocated: 4096, format: 'qcow2', holds: 0x01_02_03_04_05_06, checksum: null },
  'file=/srv/xen/huge.qcow2': { kind: 'file', bytes: 32, allocated: 4096, format: 'qcow2', holds: null, checksum: null },
  'file=/srv/xen/endless.qcow2': { kind: 'file', bytes: 32, allocated: 4096, format: 'qcow2', holds: null, checksum: null },
  'file=/srv/xen/empty.img': { kind: 'file', bytes: 0, allocated: 0, format: 'raw', holds: 0, checksum: null },
  'file=/srv/xen/broken.img': { kind: 'blocked' },
  'file=/srv/xen/deep': { kind: 'blocked' },
  'file=/srv/xen/none.img': { kind: 'absent' },
  'file=/srv/xen/pipe': { kind: 'blocked' },
  'sum=/srv/xen/vmlinuz': { kind: 'sum', checksum: sumOf('kernel') },
  'sum=/srv/xen/-a\\b': { kind: 'sum', checksum: sumOf('odd') },
  'sum=/srv/xen/raw.img': { kind: 'sum', checksum: sumOf('\0'.repeat(5 * 2 ** 20)) },
  'sum=/srv/xen/none': { kind: 'untold' },
  'sum=/srv/xen/deep': { kind: 'untold' },
  'sum=/srv/xen/pipe': { kind: 'untold' },
  [`sum=${hostile}`]: { kind: 'untold' },
  'group=vg0': { kind: 'bytes', bytes: 5 * 2 ** 30 },
  'group=none': { kind: 'absent' },
  'origin=vg0/base': { kind: 'bytes', bytes: 2 ** 30 },
  'origin=vg0/none': { kind: 'absent' },
  'bridge=xenbr0': { kind: 'bridge' },
  'bridge=eth0': { kind: 'interface' },
  'bridge=xenbr9': { kind: 'absent' },
  'bridge=../../..': { kind: 'absent' },
  'boolean=on': { kind: 'on' },
  'boolean=off': { kind: 'off' },
  'boolean=none': { kind: 'absent' },
  'claim=fresh': { kind: 'there' },
  'claim=stale': { kind: 'old' },
  'claim=none': { kind: 'absent' },
  'claim=../../../etc/xen': { kind: 'absent' },
  'program=qemu-img': { kind: 'there' },
  'program=pygrub': { kind: 'there' },
  'program=pvgrub64': { kind: 'there' },
  'program=pvgrub32': { kind: 'absent' },
  'program=*': { kind: 'absent' },
  'program=../bin/pygrub': { kind: 'absent' },
  'reach=192.0.2.1/xenbr0': { kind: 'answers' },
  'reach=192.0.2.2/xenbr0': { kind: 'answers' },
  'reach=192.0.2.3/xenbr0': { kind: 'silent' },
};

describe('a look at a host', () => {
  it.for(['dash', 'bash', 'busybox sh'])('finds what is there under %s, and changes nothing', (shell, context) => {
    const words = Object.keys(expected);
    const before = Date.now();
    const { status, stdout, stderr } = look(words, { shell });
    if (status === 77 || process.getuid?.() !== 0) return context.skip('no file system can be mounted here');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const found = readLook(stdout, words, before);
    expect(Object.fromEntries(found.findings)).toMatchObject(expected);
    expect(found).toMatchObject({ memoryFree: 1630 * 2 ** 20, selinux: 'enforcing', autostart: true });
    expect(Math.abs(found.clockAheadMs ?? Number.NaN)).toBeLessThan(60_000);
    const room = found.findings.get('folder=/srv/xen');
    expect(room?.kind === 'free' && room.bytes).toBeGreaterThan(2 ** 20);
    expect(stdout.trim().split('\n')).toHaveLength(words.length + 4);
  });

  it('asks two hundred addresses in less time than one after the other', (context) => {
    program('ping', 'sleep 0.5; exit 1');
    const words = Array.from({ length: 200 }, (_, at) => `reach=192.0.2.${at}/xenbr0`);
    const began = performance.now();
    const { status, stdout } = look(words);
    program('ping', 'case $5 in 192.0.2.1) exit 0 ;; *) exit 1 ;; esac');
    if (status === 77 || process.getuid?.() !== 0) return context.skip('no file system can be mounted here');
    expect(readLook(stdout, words, 0).findings.size).toBe(200);
    // One after the other they would take 100 s.
    expect(performance.now() - began).toBeLessThan(60_000);
  });
});

describe('over a real sshd', () => {
  let rig: Rig;
  let key: KeyPair;
  beforeAll(async () => {
    rig = await openRig();
    key = await rig.clientKey();
  });
  afterAll(async () => {
    await stopSessions();
    await rig.close();
  });

  it('it is one round trip, with names that nothing takes for a command', async () => {
    const standIn = await startXenStandIn(rig, key);
    const session = await standIn.session();
    const words = [...wordsOf(guest(), { slow: false }), `target=${hostile}`, `folder=/${'x'.repeat(1000)}`];
    const found = await lookAt(session, 'xl', words);
    expect([...found.findings.keys()].sort()).toEqual([...words].sort());
    expect(found.findings.get(`target=${hostile}`)).toEqual({ kind: 'absent' });
    expect(found.memoryFree).toBe(1630 * 2 ** 20);
    expect(found.findings.get('bridge=xenbr0')?.kind).toBe('absent');
  });

  it('a preview comes to its end, and finds what this machine lacks', async () => {
    const standIn = await startXenStandIn(rig, key);
    writeFileSync(join(rig.dir, 'vmlinuz'), 'kernel');
    writeFileSync(join(rig.dir, 'base.img'), Buffer.alloc(1_000_000));
    const template = (vifs: string) => `version: 1
name: Here
type: pv
memory: 64 MiB
boot: { kernel: ${rig.dir}/vmlinuz }
disks: [{ device: xvda, path: "${rig.dir}/new/{name}.img", image: ${rig.dir}/base.img }]
${vifs}
`;
    const hum = await openDeployRig(
      { h: await standIn.session() },
      { templates: { plain: template(''), wired: template('vifs: [{ bridge: lo }, { bridge: none-such }]') } },
    );
    try {
      const plain = hum.follow(hum.request({ template: 'own/plain' }));
      await plain.ready();
      expect(plain.now?.vms[0]).toMatchObject({ host: 'h', macs: [], ip: null });
      expect(plain.check('disk-space')?.detail).toContain(`${rig.dir}/new: takes 1.0 MiB of `);
      const wired = hum.follow(hum.request({ template: 'own/wired', host: 'h' }));
      await wired.settled();
      expect(wired.check('bridge')).toMatchObject({
        state: 'failed',
        detail: 'lo is no bridge; no bridge none-such. Create it on the host, or name another one.',
      });
      const taken = hum.follow(hum.request({ template: 'own/plain', names: 'guest2' }));
      await taken.settled();
      expect(taken.check('name', 'guest2')).toMatchObject({ state: 'failed', detail: 'guest2 runs on h. Choose another name.' });
    } finally {
      await hum.close();
    }
  });

  it('a host that answers a part of it has not been looked at', async () => {
    const standIn = await startXenStandIn(rig, key);
    const session = await standIn.session();
    const half = new Proxy(session, {
      get: (of, name) =>
        name === 'run'
          ? async () => ({ code: 0, signal: null, stdout: Buffer.from('clock 1\n1 there\n'), stderr: Buffer.alloc(0) })
          : Reflect.get(of, name),
    });
    await expect(lookAt(half, 'xl', ['target=/a', 'target=/b'])).rejects.toBeInstanceOf(HumError);
  });
});
