import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readDisks } from '../../src/main/xen/images/read-disks.ts';
import { xenRootScript } from '../../src/main/xen/scripts.ts';
import { patience } from '../support/patience.ts';
import { canMakeHosts, shells, type TrashHost, trashHost } from '../support/trash-host.ts';

/** What disks lie on, as images.sh follows them on a host of folders, and what becomes of it where a server is gone. */

/** A qcow2 that is an overlay of this. */
function overlayOf(backing: string, at = 512): Buffer {
  const header = Buffer.alloc(at + 512);
  header.write('QFI\xfb', 'latin1');
  header.writeBigUInt64BE(BigInt(at), 8);
  header.writeUInt32BE(Buffer.byteLength(backing), 16);
  header.write(backing, at);
  return header;
}

describe.skipIf(!canMakeHosts)('disks of a host (only root can make the mounts of this test)', () => {
  let host: TrashHost;
  beforeAll(async () => {
    host = await trashHost();
    for (const each of ['/srv/images', '/srv/disks', '/srv/links']) mkdirSync(host.at(each));
    const put = (path: string, data: Buffer | string) => writeFileSync(host.at(path), data);
    put('/srv/images/deb-1.raw', Buffer.alloc(4096));
    symlinkSync('deb-1.raw', host.at('/srv/images/latest.raw'));
    symlinkSync('/srv/images', host.at('/srv/links/images'));
    symlinkSync('../disks/far.qcow2', host.at('/srv/links/far.qcow2'));
    put('/srv/disks/new.qcow2', overlayOf('../links/images/latest.raw'));
    put('/srv/disks/mid.qcow2', overlayOf('file:/srv/images/deb-1.raw', 70_000));
    put('/srv/disks/top.qcow2', overlayOf('mid.qcow2'));
    put('/srv/disks/far.qcow2', overlayOf('mid.qcow2'));
    put('/srv/links/mid.qcow2', overlayOf('/srv/images/other.raw'));
    put('/srv/disks/self.qcow2', overlayOf('self.qcow2'));
    put('/srv/disks/json.qcow2', overlayOf('json:{"driver":"raw","file":{"driver":"file","filename":"/srv/images/deb-1.raw"}}'));
    put('/srv/disks/odd.qcow2', overlayOf('json:{"driver":"nbd"}'));
    put('/srv/disks/net.qcow2', overlayOf('nbd://192.0.2.1/x'));
    put("/srv/disks/it's $(reboot).qcow2", overlayOf('-n x\n/y\n'));
    put('/srv/disks/short.qcow2', Buffer.from('QFI\xfb', 'latin1'));
    put('/srv/disks/long.qcow2', overlayOf('x'.repeat(400)).fill(255, 16, 20));
    for (let at = 0; at < 40; at += 1) put(`/srv/disks/deep${at}`, overlayOf(`deep${at + 1}`));
    for (const entry of ['a-0', 'b-0', 'c-0']) mkdirSync(host.at(`/var/lib/hum/trash/${entry}`), { recursive: true });
    mkdirSync(host.at('/srv/disks/.hum-trash/a-0'), { recursive: true });
    put('/var/lib/hum/trash/a-0/place', '/srv/disks/.hum-trash/a-0');
    put('/srv/disks/.hum-trash/a-0/item', overlayOf('../images/latest.raw'));
    put('/var/lib/hum/trash/b-0/place', '/var/lib/hum/trash/b-0');
    put('/var/lib/hum/trash/b-0/item', overlayOf('../images/deb-1.raw'));
    put('/var/lib/hum/trash/c-0/place', 'vg0');
  });
  afterAll(() => host.close());

  /** as-root.sh runs the body by `sh`. */
  const under = (shell: string) => host.program('sh', `exec ${shell} "$@"`);
  const run = (asked: readonly string[]) =>
    readDisks(
      Buffer.from(host.sh(`printf '%s\\n' "$2" | sh -c "$1" sh '' disks ''`, xenRootScript('images'), asked.join('\n'))),
      new Set(asked),
    );

  it.each(shells.map((words) => words.join(' ')))('are followed through links and overlays, whatever they are called, by %s', (shell) => {
    const expected: Readonly<Record<string, readonly string[]>> = {
      '/srv/disks/new.qcow2': ['/srv/disks/new.qcow2', '/srv/images/latest.raw', '/srv/images/deb-1.raw'],
      '/srv/disks/top.qcow2': ['/srv/disks/top.qcow2', '/srv/disks/mid.qcow2', '/srv/images/deb-1.raw'],
      // From where it is named, and not from where the link leads: so does QEMU.
      '/srv/links/far.qcow2': ['/srv/links/far.qcow2', '/srv/disks/far.qcow2', '/srv/links/mid.qcow2', '/srv/images/other.raw'],
      '/srv/disks/self.qcow2': ['/srv/disks/self.qcow2'],
      '/srv/disks/json.qcow2': ['/srv/disks/json.qcow2', '/srv/images/deb-1.raw'],
      '/srv/disks/odd.qcow2': ['/srv/disks/odd.qcow2', '…'],
      '/srv/disks/net.qcow2': ['/srv/disks/net.qcow2'],
      "/srv/disks/it's $(reboot).qcow2": ["/srv/disks/it's $(reboot).qcow2", '/srv/disks/-n x\n/y\n'],
      '/srv/disks/short.qcow2': ['/srv/disks/short.qcow2', '…'],
      '/srv/disks/long.qcow2': ['/srv/disks/long.qcow2'],
      '/srv/disks/deep0': [...Array.from({ length: 32 }, (_, at) => `/srv/disks/deep${at}`), '…'],
      '/srv/disks/absent': ['/srv/disks/absent'],
      '/nowhere/at/all': ['/nowhere/at/all'],
    };
    under(shell);
    const found = run(Object.keys(expected));
    const shown = (all: NonNullable<typeof found>['disks']) =>
      Object.fromEntries([...all].map(([path, { on, open }]) => [path, [...on, ...(open ? ['…'] : [])]]));
    expect(found && shown(found.disks)).toEqual(expected);
    expect(found && shown(found.trash)).toEqual({
      '/srv/disks/.hum-trash/a-0/item': ['/srv/disks/.hum-trash/a-0/item', '/srv/images/latest.raw', '/srv/images/deb-1.raw'],
      // Nobody knows in which folder it was.
      '/var/lib/hum/trash/b-0/item': ['/var/lib/hum/trash/b-0/item', '../images/deb-1.raw'],
    });
  });

  it.each(shells.map((words) => words.join(' ')))('a script that hangs is killed with all that it has started, by %s', async (shell) => {
    // In place of a file system that answers nobody: a program of a program that does not end. Nobody else on this machine sleeps so long.
    const nap = `sleep ${7_000_000 + process.pid}`;
    host.program('find', `sh -c "${nap}; :"`);
    const script = xenRootScript('images').replaceAll('watched 45', 'watched 1');
    under(shell);
    const status = host.sh(`sh -c "$1" sh '' list /srv/images >/dev/null 2>&1; echo $?`, script);
    expect(status.trim()).toBe('137');
    const running = () => spawnSync('sh', ['-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "']).stdout.toString();
    await vi.waitFor(() => expect(running()).not.toContain(nap), patience);
  });
});
