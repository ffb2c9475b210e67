import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { ImageShare } from '../../../shared/contract/images.ts';
import { visibleText } from '../../../shared/visible-text.ts';

/** The file systems that several hosts can have mounted, as images.sh names them; `fsid`: one whose source is a disk, which has another name on each host. */
const kinds: ReadonlyMap<string, { readonly name: string; readonly by: 'source' | 'fsid' }> = new Map([
  ['nfs', { name: 'NFS', by: 'source' }],
  ['nfs4', { name: 'NFS', by: 'source' }],
  ['cifs', { name: 'SMB', by: 'source' }],
  ['smb3', { name: 'SMB', by: 'source' }],
  ['ceph', { name: 'CephFS', by: 'source' }],
  ['glusterfs', { name: 'GlusterFS', by: 'source' }],
  ['fuse.glusterfs', { name: 'GlusterFS', by: 'source' }],
  ['ocfs2', { name: 'OCFS2', by: 'fsid' }],
  ['gfs2', { name: 'GFS2', by: 'fsid' }],
]);

/** Of a host that says more than this of its mounts the rest is not read, nor a line that is longer than two paths. Characters. */
const longest = 65_536;
const longestLine = 8_192;
/** Of a place so much is shown. */
const mostShown = 300;

export interface FoundShare extends ImageShare {
  /** The kind and the inode: the same, too, where a host has the server by another name, and perhaps of another server. */
  readonly mark: string;
}

/**
 * Where a folder really lies, from what images.sh says in its record "on"; `folder` is its real path. Null for what cannot be the same on another host,
 * or is no such record. The inode counts, too: a server gives each of its clients the same, and one that only has the same name has another folder there.
 */
export function shareOf(record: string, folder: string): FoundShare | null {
  const [head = '', ...lines] = record.slice(0, longest).split('\n');
  const [, inode, fsid = ''] = /^on (\d{1,20}) ([0-9a-f]{0,16})$/.exec(head) ?? [];
  if (inode === undefined) return null;
  const [mount] = lines
    .flatMap((line) => mountOf(line))
    .filter(({ at }) => isWithin(folder, at))
    .sort((one, other) => other.at.length - one.at.length);
  const kind = mount && kinds.get(mount.kind);
  if (mount === undefined || kind === undefined) return null;
  const below = posix.join('/', mount.root, folder.slice(mount.at.length));
  const place = placeIn(mount.source, below);
  if (kind.by === 'fsid' && /^0*$/.test(fsid)) return null;
  const whose = kind.by === 'fsid' ? [fsid, below] : [place];
  const id = createHash('sha256')
    .update([kind.name, inode, ...whose].join('\0'))
    .digest('hex')
    .slice(0, 32);
  return { id, kind: kind.name, place: visibleText(place, mostShown), mark: `${kind.name} ${inode}` };
}

interface Mount {
  readonly root: string;
  /** "/" is empty here. */
  readonly at: string;
  readonly kind: string;
  readonly source: string;
}

function mountOf(line: string): readonly Mount[] {
  if (line.length > longestLine) return [];
  const [root, at, kind, source, ...more] = line.split(' ');
  if (!root?.startsWith('/') || !at?.startsWith('/') || kind === undefined || !source || more.length > 0) return [];
  return [{ root: unescaped(root), at: unescaped(at).replace(/\/$/, ''), kind, source: unescaped(source) }];
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** "server:/export" and "/images" are "server:/export/images". */
function placeIn(source: string, below: string): string {
  if (below === '/') return source;
  // An expression would begin anew at each of the slashes that a host sends.
  let end = source.length;
  while (source[end - 1] === '/') end -= 1;
  return `${source.slice(0, end)}${below}`;
}

/** The kernel writes space, tab, line end, backslash and hash in octal (fs/proc_namespace.c). */
function unescaped(text: string): string {
  return text.replace(/\\(040|011|012|134|043)/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
