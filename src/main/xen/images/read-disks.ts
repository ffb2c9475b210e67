/** What images.sh tells of the disks of a host. */
export interface ReadDisks {
  /** By the paths that were asked about. */
  readonly disks: ReadonlyMap<string, Chain>;
  /** Files in the trash, by where they lie there. */
  readonly trash: ReadonlyMap<string, Chain>;
}

/** What a disk lies on. */
export interface Chain {
  /** The disk itself, links that lead to it, and all that it is an overlay of: names of files in the folders where they really are. One that is no path may be in any. */
  readonly on: ReadonlySet<string>;
  /** Nobody knows what else. */
  readonly open: boolean;
}

/** chain.sh goes no further: of a host that tells more the rest is not read. */
const mostNames = 32;
/** Nor a name that is longer than two paths, nor what lies in the trash beyond. */
const longestName = 8_192;
const mostInTrash = 10_000;

/** Reads the answer of `images.sh disks`; undefined for one that is not whole, or tells nothing of a disk that was asked about. Names are hostile and kept as they are. */
export function readDisks(answer: Buffer, asked: ReadonlySet<string>): ReadDisks | undefined {
  const records = answer.toString('utf8').split('\0');
  if (records.at(-2) !== 'end' || records.at(-1) !== '') return undefined;
  const disks = new Map<string, BeingRead>();
  const trash = new Map<string, BeingRead>();
  let chain: BeingRead | undefined;
  for (const record of records.slice(0, -2)) {
    const blank = record.indexOf(' ');
    const [what, name] = blank < 0 ? [record, ''] : [record.slice(0, blank), record.slice(blank + 1)];
    if (what === 'disk' || what === 'trash') {
      const all = what === 'disk' ? disks : trash;
      const wanted = what === 'disk' ? asked.has(name) : trash.size < mostInTrash && name.length <= longestName;
      chain = wanted && !all.has(name) ? { on: new Set(), open: false } : undefined;
      if (chain !== undefined) all.set(name, chain);
    } else if (chain !== undefined && what === 'on') {
      // An overlay on itself, which a guest can write, goes in a circle: all that it lies on has been told by then.
      if (chain.on.has(name)) chain = undefined;
      else if (chain.on.size >= mostNames || name.length > longestName) chain.open = true;
      else chain.on.add(name);
    } else if (chain !== undefined && what === 'open') chain.open = true;
  }
  return [...asked].every((path) => disks.has(path)) ? { disks, trash } : undefined;
}

interface BeingRead {
  readonly on: Set<string>;
  open: boolean;
}
