import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFolder } from '../../src/main/xen/images/read-folder.ts';
import { shareOf } from '../../src/main/xen/images/share.ts';

const on = (mounts: string, inode = 131, fsid = '0') => `on ${inode} ${fsid}\n${mounts}`;
const images = '/srv/xen/images';

describe('where a folder lies', () => {
  it('is the same however the hosts have it mounted, and another one with another inode', () => {
    const one = shareOf(on('/ /srv/xen/images nfs4 nas:/export/images'), images);
    expect(one).toMatchObject({ kind: 'NFS', place: 'nas:/export/images' });
    // The whole export, an older version of NFS, a part of it by a bind mount, and the root of the server.
    expect(shareOf(on('/ /mnt nfs nas:/export'), '/mnt/images')).toEqual(one);
    expect(shareOf(on('/images /data nfs4 nas:/export/'), '/data')).toEqual(one);
    expect(shareOf(on('/ /mnt nfs4 nas:/'), '/mnt/export/images')).toEqual(one);
    expect(shareOf(on('/ /srv/xen/images nfs4 nas:/export/images', 132), images)?.id).not.toBe(one?.id);
    expect(shareOf(on('/ /srv/xen/images nfs4 other:/export/images'), images)?.id).not.toBe(one?.id);
    expect(shareOf(on('/ /srv/xen/images nfs4 nas:/export'), images)?.id).not.toBe(one?.id);
    expect(shareOf(on('/ /srv/xen/images cifs nas:/export/images'), images)?.id).not.toBe(one?.id);
  });

  it('is told of each kind, and of the mount that is nearest', () => {
    expect(shareOf(on('/ /srv cifs //nas/export'), images)).toMatchObject({ kind: 'SMB', place: '//nas/export/xen/images' });
    expect(shareOf(on('/ /srv ceph 192.0.2.1,192.0.2.2:6789:/'), images)?.place).toBe('192.0.2.1,192.0.2.2:6789:/xen/images');
    expect(shareOf(on('/ /srv/xen/images ceph 192.0.2.1:6789:/'), images)?.place).toBe('192.0.2.1:6789:/');
    expect(shareOf(on('/ /srv fuse.glusterfs server:/volume'), images)?.kind).toBe('GlusterFS');
    expect(shareOf(on('/a / nfs nas:/e\n/b /srv/xen nfs nas:/e\n/c /srv nfs nas:/e'), images)?.place).toBe('nas:/e/b/images');
    expect(shareOf(on('/ /srv/xen/image nfs nas:/e'), images)).toBeNull();
    expect(shareOf(on('/ / ext4 /dev/sda1'), images)).toBeNull();
  });

  it('of a disk that hosts share is known by the file system, whose device has another name on each', () => {
    const one = shareOf(on('/ /srv ocfs2 /dev/sdb', 131, '9f2c'), images);
    expect(one).toMatchObject({ kind: 'OCFS2', place: '/dev/sdb/xen/images' });
    expect(shareOf(on('/ /srv ocfs2 /dev/mapper/san', 131, '9f2c'), images)?.id).toBe(one?.id);
    expect(shareOf(on('/ /srv ocfs2 /dev/sdb', 131, '9f2d'), images)?.id).not.toBe(one?.id);
    for (const none of ['', '0', '000']) expect(shareOf(on('/ /srv gfs2 /dev/sdb', 131, none), images)).toBeNull();
  });

  it('is read as the kernel writes it, and shown without what acts', () => {
    const spaced = shareOf(on('/ /mnt/my\\040images nfs nas:/my\\040\\134export\\012\\033[2J\u202e'), '/mnt/my images');
    expect(spaced?.place).toBe('nas:/my \\export\\n\\033[2J\\u{202e}');
    expect(shareOf(on(`/ /srv nfs nas:/${'x'.repeat(5000)}`), images)?.place.length).toBeLessThan(320);
    for (const bad of ['/ /srv nfs', '/ srv nfs nas:/e', 'x /srv nfs nas:/e', '/ /srv nfs nas:/e more', '/ /srv  nas:/e', '']) {
      expect(shareOf(on(bad), images)).toBeNull();
    }
    for (const bad of ['', 'on', 'on x 0\n/ /srv nfs nas:/e', 'on 1 z\n/ /srv nfs nas:/e']) expect(shareOf(bad, images)).toBeNull();
  });

  it('is read in no time, whatever a host says of it', () => {
    const began = performance.now();
    const source = `${'/'.repeat(65_000)}x`;
    expect(shareOf(on(`/ /srv nfs ${source}`), images)).toBeNull();
    shareOf(
      on(
        Array(8)
          .fill(`/ /srv nfs ${source.slice(-8_000)}`)
          .join('\n'),
      ),
      images,
    );
    const told = ['free 5', `folder ${images}`, ...Array(100).fill(on(`/ /srv nfs ${source.slice(-8_000)}`)), 'images', 'end', ''];
    readFolder(Buffer.from(told.join('\0')), images);
    // It takes some milliseconds; an expression that looks for slashes at the end took seconds.
    expect(performance.now() - began).toBeLessThan(1000);
    expect(shareOf(on('/ /srv nfs nas:/e///'), images)?.place).toBe('nas:/e/xen/images');
  });

  it('whatever a host says, it is a place that can be shown, or none', () => {
    const word = fc.oneof(
      fc.constantFrom('/', '/srv', 'nfs', 'ocfs2', 'nas:/e', '\\040', '\u001b[0m'),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.array(word, { maxLength: 5 }).map((words) => words.join(' ')),
          { maxLength: 5 },
        ),
        (lines) => {
          const share = shareOf(on(lines.join('\n')), images);
          if (share !== null) expect(share.place).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        },
      ),
    );
  });
});

it('a folder tells where it lies once it has told where it really is', () => {
  const answer = (...records: readonly string[]) => readFolder(Buffer.from(`${[...records, 'end'].join('\0')}\0`), images);
  const place = on('/ /mnt/images nfs4 nas:/export/images');
  expect(answer('free 5', 'folder /mnt/images', place, 'images', 'sums')).toMatchObject({ share: { place: 'nas:/export/images' } });
  expect(answer('free 5', 'folder /mnt/images', 'images', 'sums')?.share).toBeNull();
  // A second one is no news.
  expect(answer('free 5', 'folder /mnt/images', place, on('/ /mnt/images nfs other:/e'), 'images')?.share?.place).toBe(
    'nas:/export/images',
  );
  expect(answer('free 5', place)?.share).toBeNull();
  expect(answer('free 5', 'folder /mnt/images', 'images', place, 'sums')?.share).toBeNull();
});
