import { existsSync, lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ForeignDisk, readLook } from '../../src/main/xen/deploy/removal-look.ts';
import { buildSeed } from '../../src/main/xen/deploy/seed.ts';
import { canMakeHosts, shells, type TrashHost, trashHost } from '../support/trash-host.ts';

/** The real scripts of a removal on a dom0 made of mounts, under each shell that a host may have. */

let host: TrashHost;
const entry = '0123456789abcdef-0';
const inTrash = `/var/lib/hum/trash/${entry}`;
const nasty = ['plain.img', '-rf', '$(reboot)', 'a\nb\n', 'it\'s "quoted" `id`', '* ?', '‮gmi.live'];

function write(path: string, text = `of ${path}`): void {
  writeFileSync(host.at(path), text);
}
const text = (path: string) => readFileSync(host.at(path), 'utf8');
/** device:inode, as stat(1) has it. */
function idOf(path: string): string {
  const { dev, ino } = lstatSync(host.at(path));
  return `${dev}:${ino}`;
}
const everything = () => host.state('/etc', '/var', '/srv', '/mnt');

describe.skipIf(!canMakeHosts)('the trash of a host (only root can make the mounts of this test)', () => {
  beforeEach(async () => {
    host = await trashHost();
  });
  afterEach(() => host.close());

  describe.each(shells)('under %s', (...shell) => {
    const run = (...args: readonly string[]) => host.run('removal', [entry, ...args], { shell });
    const take = (path: string, days = '7', id = idOf(path)) => run('take', entry, days, id, path, 'How to have it back.');
    const back = (path: string, id: string) => run('back', entry, id, path);

    it.each(nasty)('moves a file called %j into the trash, and puts the same one back', (name) => {
      const path = `/var/images/${name}`;
      write(path);
      const [before, id] = [everything(), idOf(path)];
      expect(take(path)).toMatchObject({ code: 0 });
      expect(existsSync(host.at(path))).toBe(false);
      expect(idOf(`${inTrash}/item`)).toBe(id);
      expect(text(`${inTrash}/README`)).toMatch(/^How to have it back\.\n\nIt may go: \S/);
      expect(text(`${inTrash}/record`)).toMatch(/^hum-trash 1\ndue \d{10}\nkind file\nid \d+:\d+\nend\n$/);
      const taken = everything();
      expect(take(path, '7', id)).toMatchObject({ code: 0 });
      expect(everything()).toBe(taken);
      expect(back(path, id)).toMatchObject({ code: 0 });
      expect(everything()).toBe(before);
      expect(back(path, id)).toMatchObject({ code: 0 });
      expect(everything()).toBe(before);
      expect(existsSync(host.at(inTrash))).toBe(false);
    });

    it.each(nasty)('leaves %j on its own file system', (name) => {
      const path = `/srv/${name}`;
      write(path);
      const [before, id] = [everything(), idOf(path)];
      expect(take(path)).toMatchObject({ code: 0 });
      expect(existsSync(host.at(path))).toBe(false);
      expect(idOf(`/srv/.hum-trash/${entry}/item`)).toBe(id);
      expect(text(`${inTrash}/place`)).toBe(`/srv/.hum-trash/${entry}`);
      expect(back(path, id)).toMatchObject({ code: 0 });
      expect(everything()).toBe(before);
      expect(existsSync(host.at('/srv/.hum-trash'))).toBe(false);
    });

    it('copies nothing where the trash looks like the same file system and is not', () => {
      write('/var/elsewhere/disk');
      const id = idOf('/var/bound/disk');
      const before = everything();
      expect(take('/var/bound/disk')).toMatchObject({ code: 0 });
      expect(idOf(`/var/bound/.hum-trash/${entry}/item`)).toBe(id);
      expect(text(`${inTrash}/place`)).toBe(`/var/bound/.hum-trash/${entry}`);
      expect(back('/var/bound/disk', id)).toMatchObject({ code: 0 });
      expect(everything()).toBe(before);
    });

    it('moves a symbolic link itself, and not what it leads to', () => {
      write('/srv/far');
      symlinkSync('/srv/far', host.at('/var/images/near'));
      const [before, id] = [everything(), idOf('/var/images/near')];
      expect(take('/var/images/near')).toMatchObject({ code: 0 });
      expect(existsSync(host.at('/srv/far'))).toBe(true);
      expect(lstatSync(host.at(`${inTrash}/item`)).isSymbolicLink()).toBe(true);
      expect(back('/var/images/near', id)).toMatchObject({ code: 0 });
      expect(everything()).toBe(before);
    });

    it('touches nothing that is another thing than what was shown', () => {
      write('/var/images/a');
      write('/var/images/b');
      const before = everything();
      for (const what of ['take', 'drop'] as const) {
        const args = what === 'take' ? ['7', idOf('/var/images/b'), '/var/images/a', ''] : [idOf('/var/images/b'), '/var/images/a'];
        expect(run(what, entry, ...args)).toMatchObject({ code: 85 });
      }
      expect(everything()).toBe(before);
    });

    it('puts nothing over what is there now', () => {
      write('/var/images/a');
      const id = idOf('/var/images/a');
      take('/var/images/a');
      write('/var/images/a', 'another');
      const before = everything();
      expect(back('/var/images/a', id)).toMatchObject({ code: 83 });
      expect(everything()).toBe(before);
    });

    it('takes over no entry that holds another thing', () => {
      write('/srv/a');
      mkdirSync(host.at(`/srv/.hum-trash/${entry}`), { recursive: true, mode: 0o700 });
      write(`/srv/.hum-trash/${entry}/item`, 'of somebody');
      expect(take('/srv/a')).toMatchObject({ code: 83 });
      expect(text('/srv/a')).toBe('of /srv/a');
      expect(text(`/srv/.hum-trash/${entry}/item`)).toBe('of somebody');
      expect(back('/srv/a', idOf('/srv/a'))).toMatchObject({ code: 0 });
    });

    it('keeps for as long as it says also what was there before, and was put back by hand', () => {
      write('/var/images/a');
      take('/var/images/a');
      host.sh('mv "$1/item" /var/images/a; sed -i "s/^due .*/due 1000000000/" "$1/record"', inTrash);
      expect(take('/var/images/a')).toMatchObject({ code: 0 });
      const due = Number(/^due (\d+)$/m.exec(text(`${inTrash}/record`))?.[1]);
      expect(due - Date.now() / 1000).toBeGreaterThan(6.9 * 86_400);
    });

    it('knows a thing again whose device has another number after a reboot', () => {
      write('/var/images/a');
      const [device, inode] = idOf('/var/images/a').split(':');
      const before = everything();
      take('/var/images/a');
      expect(back('/var/images/a', `${Number(device) + 1}:${inode}`)).toMatchObject({ code: 0 });
      expect(everything()).toBe(before);
    });

    it('says that it is in the trash no more, when somebody else took it from there', () => {
      write('/var/images/a');
      const id = idOf('/var/images/a');
      take('/var/images/a');
      host.sh('rm -r "$1"', inTrash);
      expect(back('/var/images/a', id)).toMatchObject({ code: 81 });
    });

    it('uses no trash that is a link, or that others may write into', () => {
      write('/var/images/a');
      mkdirSync(host.at('/mnt/trap'));
      host.sh('mkdir -p /var/lib/hum; ln -s /mnt/trap /var/lib/hum/trash');
      expect(take('/var/images/a')).toMatchObject({ code: 88 });
      host.sh('rm /var/lib/hum/trash; mkdir /var/lib/hum/trash; chmod 777 /var/lib/hum/trash');
      expect(take('/var/images/a')).toMatchObject({ code: 88 });
      expect(text('/var/images/a')).toBe('of /var/images/a');
    });

    it('removes at once and for good where that is wanted, and is content when it is gone', () => {
      write('/var/images/-rf');
      const id = idOf('/var/images/-rf');
      expect(run('drop', entry, id, '/var/images/-rf')).toMatchObject({ code: 0 });
      expect(existsSync(host.at('/var/images/-rf'))).toBe(false);
      expect(run('drop', entry, id, '/var/images/-rf')).toMatchObject({ code: 0 });
    });

    // Where a kill leaves things is a matter of the commands, not of the shell: one runs all of it, another the shortest.
    const places = { dash: ['/var/images/disk', '/srv/disk', '/var/bound/disk'], busybox: ['/var/images/disk'] }[String(shell[0])] ?? [];
    it.each(places)('killed at any moment, %s is taken again or put back', (path) => {
      write(path);
      const [before, id] = [everything(), idOf(path)];
      const whole = take(path).programs;
      expect(whole).toBeGreaterThan(5);
      const taken = everything();
      const undone = back(path, id).programs;
      for (let killAt = 1; killAt <= whole; killAt += 1) {
        host.run('removal', [entry, 'take', entry, '7', id, path, 'How to have it back.'], { shell, killAt });
        // One moment is gone on with, the next is put back; under the other shell the other way round.
        if (killAt % 2 === places.length % 2) {
          expect(run('take', entry, '7', id, path, 'How to have it back.')).toMatchObject({ code: 0 });
          expect(withoutTimes(everything())).toBe(withoutTimes(taken));
        }
        expect(back(path, id)).toMatchObject({ code: 0 });
        expect(everything()).toBe(before);
      }
      for (let killAt = 1; killAt <= undone; killAt += 1) {
        expect(take(path)).toMatchObject({ code: 0 });
        host.run('removal', [entry, 'back', entry, id, path], { shell, killAt });
        expect(back(path, id)).toMatchObject({ code: 0 });
        expect(everything()).toBe(before);
      }
    });

    it('empties what is due, and nothing else', () => {
      const names = ['due-0', 'later-0', 'put-0', 'swapped-0', 'torn-0', 'far-0'];
      const ids = names.map((name) => {
        const path = name === 'far-0' ? `/srv/${name}` : `/var/images/${name}`;
        write(path);
        const id = idOf(path);
        const days = name === 'later-0' ? '1' : '0';
        expect(host.run('removal', [name, 'take', name, days, id, path, ''], { shell })).toMatchObject({ code: 0 });
        return id;
      });
      const trash = '/var/lib/hum/trash';
      // Put back by hand, as the README says; replaced by something else; half written by a Hum that was killed.
      host.sh('mv -n "$1/put-0/item" /var/images/put-0', trash);
      host.sh('echo other >"$1/new"; mv "$1/new" "$1/swapped-0/item"', trash);
      host.sh('sed -i "/^end/d" "$1/torn-0/record"', trash);
      // Not ours: no record, a link to elsewhere, a name that is none.
      host.sh('mkdir "$1/mine"; echo x >"$1/mine/item"; ln -s /var/images "$1/link-0"; mkdir "$1/A b"', trash);
      const ran = host.run('trash', ['trash'], { shell });
      expect(ran).toMatchObject({ code: 0 });
      expect(
        ran.stdout
          .split('\n')
          .filter((line) => line.startsWith('removed'))
          .sort(),
      ).toEqual(['removed due-0', 'removed far-0', 'removed put-0']);
      expect(existsSync(host.at('/srv/.hum-trash'))).toBe(false);
      expect(idOf('/var/images/put-0')).toBe(ids[2]);
      expect(host.sh('ls -A "$1"', trash).trim().split('\n').sort()).toEqual(['A b', 'later-0', 'link-0', 'mine', 'swapped-0', 'torn-0']);
      expect(text(`${trash}/mine/item`)).toBe('x\n');
      expect(host.run('trash', ['trash'], { shell }).stdout).toContain('left 4');
    });

    it('follows no link out of the trash, whatever a record says', () => {
      write('/mnt/precious');
      write('/var/images/a');
      expect(take('/var/images/a', '0')).toMatchObject({ code: 0 });
      const [device, inode] = idOf('/mnt/precious').split(':');
      const claim = (place: string) =>
        host.sh('printf %s "$1" >"$2/place"; sed -i "s/^id .*/id $3/" "$2/record"', place, inTrash, `${device}:${inode}`);
      mkdirSync(host.at('/mnt/.hum-trash'), { mode: 0o700 });
      host.sh('mkdir /mnt/real; chmod 700 /mnt/real; ln /mnt/precious /mnt/real/item; ln -s /mnt/real "$1"', `/mnt/.hum-trash/${entry}`);
      for (const place of [`/mnt/.hum-trash/${entry}`, '/mnt/real', `/mnt/x/../.hum-trash/${entry}`, '']) {
        claim(place);
        expect(host.run('trash', ['trash'], { shell }).stdout).toContain('left 1');
        expect(existsSync(host.at('/mnt/real/item'))).toBe(true);
      }
      // A folder of the right name that somebody else may write into is not ours either.
      host.sh('rm "$1"; mv /mnt/real "$1"; chmod 777 "$1"', `/mnt/.hum-trash/${entry}`);
      host.sh('rm "$1/item"', inTrash);
      claim(`/mnt/.hum-trash/${entry}`);
      expect(host.run('trash', ['trash'], { shell }).stdout).toContain('left 1');
      host.sh('chmod 700 "$1"', `/mnt/.hum-trash/${entry}`);
      expect(host.run('trash', ['trash'], { shell }).stdout).toContain('left 0');
      expect(text('/mnt/precious')).toBe('of /mnt/precious');
    });

    it('tells what belongs to a domain, through links and overlays', () => {
      write('/etc/xen/web.cfg');
      symlinkSync('../web.cfg', host.at('/etc/xen/auto/other-name'));
      symlinkSync('/etc/xen/none.cfg', host.at('/etc/xen/auto/none'));
      for (const name of nasty) write(`/var/images/${name}`);
      write('/srv/far');
      symlinkSync('/srv/far', host.at('/var/images/near\n'));
      symlinkSync('/var/images/plain.img', host.at('/srv/alias'));
      host.sh(
        'qemu-img create -q -f qcow2 -b "/var/images/* ?" -F raw /srv/mid.qcow2 1M; cd /srv; qemu-img create -q -f qcow2 -b mid.qcow2 -F qcow2 over.qcow2',
      );
      const disks = [...nasty.map((name) => `/var/images/${name}`), '/var/images/near\n', '/var/images', '/nowhere', 'iqn.2026-01:x'];
      const mine = disks.map((path) => ({ path, writable: true }));
      const others: ForeignDisk[] = [
        { path: '/srv/over.qcow2', overlay: true, owners: ['overlaid'] },
        { path: '/srv/alias', overlay: false, owners: ['alias'] },
        { path: 'iqn.2026-01:x', overlay: false, owners: ['same text'] },
      ];
      const before = everything();
      const args = ['', '/etc/xen/web.cfg', String(mine.length), '1', ...disks, ...others.map(({ path }) => path)];
      const ran = host.run('removal-look', args, { shell });
      expect(ran.code).toBe(0);
      expect(everything()).toBe(before);
      const look = readLook(ran.stdout, mine, others, false);
      expect(look).toMatchObject({
        config: { id: idOf('/etc/xen/web.cfg'), where: 'beside' },
        autostart: ['/etc/xen/auto/other-name'],
        trash: 0,
      });
      expect(look?.disks.map(({ path, kind, where, sharedWith }) => [path, kind, where, sharedWith])).toEqual([
        ['/var/images/plain.img', 'file', 'own', ['alias']],
        ...nasty.slice(1, 5).map((name) => [`/var/images/${name}`, 'file', 'own', []]),
        ['/var/images/* ?', 'file', 'own', ['overlaid']],
        [`/var/images/${nasty[6]}`, 'file', 'own', []],
        ['/var/images/near\n', 'file', 'beside', []],
        ['/var/images', 'other', 'own', []],
        ['/nowhere', 'none', 'own', []],
        ['iqn.2026-01:x', 'other', 'own', ['same text']],
      ]);
      const near = look?.disks[7];
      expect(near).toMatchObject({ real: '/srv/far', id: idOf('/srv/far'), link: { id: idOf('/var/images/near\n'), where: 'own' } });
      expect(near?.bytes).toBe(statSync(host.at('/srv/far')).size);
    });

    it('knows a seed of cloud-init by its label, on FAT and on ISO 9660, and takes nothing else for one', () => {
      const fat = buildSeed(new Map([['user-data', Buffer.from('#cloud-config\n')]]));
      const changed = (at: number, bytes: string | Buffer, image = fat) => {
        const copy = Buffer.from(image);
        copy.set(Buffer.from(bytes), at);
        return copy;
      };
      const fat32 = changed(71, 'cidata     FAT32   ', Buffer.alloc(4096));
      const iso = changed(32_808, 'cidata'.padEnd(32), changed(32_769, 'CD001', Buffer.alloc(40_960)));
      const seeds = {
        fat,
        'lower case': changed(43, 'cidata'),
        fat32,
        iso,
        'iso with NULs': changed(32_814, Buffer.alloc(26), iso),
        'at the limit': Buffer.concat([fat, Buffer.alloc(2 ** 24 - fat.length)]),
        "a\nb '$(reboot)'": fat,
      };
      const others = {
        'too large': Buffer.concat([fat, Buffer.alloc(2 ** 24 + 1 - fat.length)]),
        'another label': changed(43, 'CIDATA2'),
        'a line end': changed(49, '\n\n\n\n\n'),
        'mixed case': changed(43, 'Cidata'),
        'no file system': changed(54, '        '),
        'no volume': changed(32_769, 'CD002', iso),
        'longer volume': changed(32_814, '\n', iso),
        cut: fat.subarray(0, 50),
        empty: Buffer.alloc(0),
        wild: Buffer.alloc(40_960, 0xff),
      };
      const images = Object.entries({ ...seeds, ...others });
      const disks = images.map(([name]) => ({ path: `/srv/${name}`, writable: false }));
      for (const [name, image] of images) writeFileSync(host.at(`/srv/${name}`), image);
      symlinkSync('/srv/iso', host.at('/srv/linked'));
      disks.push({ path: '/srv/linked', writable: false });
      const ran = host.run('removal-look', ['', '', String(disks.length), '0', ...disks.map(({ path }) => path)], { shell });
      expect(ran.code).toBe(0);
      const found = readLook(ran.stdout, disks, [], false)?.disks.filter(({ labelled }) => labelled);
      expect(found?.map(({ path }) => path)).toEqual([...Object.keys(seeds).map((name) => `/srv/${name}`), '/srv/linked']);
    });

    it('renames a volume, puts it back, and removes it when it is due', () => {
      standInLvm();
      const uuid = 'aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg';
      const names = () => host.sh('cut -d"|" -f1,2,6 /var/lvm');
      expect(run('take-volume', entry, '0', uuid, 'vg', 'web', 'README')).toMatchObject({ code: 0 });
      expect(names()).toMatch(new RegExp(`^vg\\|hum-trash-${entry}\\|,hum-trash-\\d+,hum-was-web\\n`));
      expect(run('take-volume', entry, '0', uuid, 'vg', 'web', 'README')).toMatchObject({ code: 0 });
      expect(run('back-volume', entry, uuid, 'vg', 'web')).toMatchObject({ code: 0 });
      expect(run('back-volume', entry, uuid, 'vg', 'web')).toMatchObject({ code: 0 });
      expect(names()).toBe('vg|web|\nvg|other|\n');
      expect(existsSync(host.at(inTrash))).toBe(false);
      expect(run('take-volume', entry, '0', 'no-such-uuid', 'vg', 'web', '')).toMatchObject({ code: 85 });
      expect(run('take-volume', entry, '0', uuid, 'vg', 'web', 'README')).toMatchObject({ code: 0 });
      // Untagged by somebody: no longer ours to remove.
      host.sh('cp /var/lvm /var/lvm.kept; sed -i "s/,hum-trash-[0-9]*//" /var/lvm');
      expect(host.run('trash', ['trash'], { shell }).stdout).toContain('left 1');
      host.sh('mv /var/lvm.kept /var/lvm');
      expect(host.run('trash', ['trash'], { shell }).stdout).toBe(`removed ${entry}\nleft 0\n`);
      expect(names()).toBe('vg|other|\n');
    });

    it('tells of a volume, of what is a snapshot of it, and of a device that is none', () => {
      standInLvm();
      host.sh(
        'mknod /srv/web b 253 7; mknod /srv/part b 253 8; mkdir -p /sys/dev/block/253:7/dm; echo vg-web >/sys/dev/block/253:7/dm/name',
      );
      host.sh('sed -i "1s/|-wi-a-----|/|owi-a-s---|/; 2s/$/web/" /var/lvm');
      const mine = ['/srv/web', '/srv/part'].map((path) => ({ path, writable: true }));
      const ran = host.run('removal-look', ['', '', '2', '0', '/srv/web', '/srv/part'], { shell });
      expect(readLook(ran.stdout, mine, [], false)?.disks).toMatchObject([
        { kind: 'volume', bytes: 1073741824, real: 'vg/web', id: 'aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg', sharedWith: ['other'] },
        { kind: 'other', bytes: null },
      ]);
    });
  });

  it('leaves a disk alone that a process has open', () => {
    write('/var/images/a');
    host.sh('exec 3</var/images/a; sleep 30 >/dev/null 2>&1 & echo $! >/var/holder');
    const ran = host.run('removal', [entry, 'take', entry, '7', idOf('/var/images/a'), '/var/images/a', '']);
    process.kill(Number(text('/var/holder')));
    expect(ran).toMatchObject({ code: 87, stdout: 'It is in use.\n' });
    expect(existsSync(host.at('/var/images/a'))).toBe(true);
    expect(existsSync(host.at('/var/lib/hum'))).toBe(false);
  });
});

/** When something is due, and the inodes of what says so, differ from run to run. */
function withoutTimes(state: string): string {
  return state
    .replaceAll(/due \d+/g, 'due')
    .replaceAll(/It may go: .*/g, '')
    .replaceAll(/(\/(?:record|README|place)) f \d+/g, '$1');
}

/** LVM with two volumes, kept in a file: group|name|uuid|attributes|bytes|tags|origin. */
function standInLvm(): void {
  write(
    '/var/lvm',
    'vg|web|aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg|-wi-a-----|1073741824||\nvg|other|hhhhhh-bbbb-cccc-dddd-eeee-ffff-gggggg|-wi-a-----|1||\n',
  );
  host.program(
    'lvs',
    `all=$*
for where in "$@"; do :; done
while IFS='|' read -r group name uuid attributes bytes tags origin; do
  case $where in /dev/mapper/vg-web) [ "$name" = web ] || continue ;; esac
  case $all in
    *lv_tags*) echo "  $uuid|$name|$attributes|\${tags#,}" ;;
    *) echo "  $group|$name|$uuid|$attributes|$bytes|$origin" ;;
  esac
done </var/lvm`,
  );
  host.program('lvrename', `! grep -q "^$1|$3|" /var/lvm && sed -i "s/^$1|$2|/$1|$3|/" /var/lvm`);
  host.program(
    'lvchange',
    `for where in "$@"; do :; done
name=\${where#*/}
while [ $# -gt 1 ]; do
  case $1 in
    --addtag) sed -i "/^vg|$name|/{/,$2[,|]/! s/^\\(\\([^|]*|\\)\\{5\\}[^|]*\\)/\\1,$2/}" /var/lvm ;;
    --deltag) sed -i "/^vg|$name|/s/,$2//" /var/lvm ;;
  esac
  shift 2
done`,
  );
  host.program('lvremove', `[ "$1" = -f ] && sed -i "/^vg|\${2#*/}|/d" /var/lvm`);
}
