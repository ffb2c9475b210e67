import type { DomainRow } from '../../../shared/contract/xen.ts';
import { HumError } from '../../../shared/errors.ts';
import type { Runner } from '../../ssh/session.ts';
import type { ConfiguredDomain } from '../configured.ts';
import { parseDisk } from '../disk-spec.ts';
import { xenRootScript } from '../scripts.ts';
import { trashFailure } from './trash-failures.ts';

/** What the host says of what belongs to a domain. Ids are device:inode, or the uuid of a volume: what is shown and what is removed is the same thing. */
export interface RemovalLook {
  readonly config: Thing | null;
  /** Links in /etc/xen/auto that lead to the configuration. */
  readonly autostart: readonly string[];
  readonly disks: readonly LookedDisk[];
  /** How many things lie in the host's trash already. */
  readonly trash: number;
}

/** A file or symbolic link. `where`: whether the trash of the host is on the same file system, or its own is made beside it. */
export interface Thing {
  readonly id: string;
  readonly where: 'own' | 'beside';
}

export interface LookedDisk {
  /** As the configuration, or the domain that runs, names it. */
  readonly path: string;
  /** `none`: there is nothing of this name. */
  readonly kind: 'file' | 'volume' | 'other' | 'none';
  readonly bytes: number | null;
  readonly id: string;
  readonly where: 'own' | 'beside';
  /** The file behind all links; `group/name` of a volume. */
  readonly real: string;
  /** Its name is a symbolic link; this is the link itself. */
  readonly link: Thing | null;
  /** It is labelled as a seed of cloud-init is. Whoever writes to it can say so. */
  readonly labelled: boolean;
  /** Names of others that use it, or that hold what would go with it. */
  readonly sharedWith: readonly string[];
  /** It may be changed by the domain. */
  readonly writable: boolean;
}

/** A disk of other domains, with the names of those. */
export interface ForeignDisk {
  readonly path: string;
  readonly overlay: boolean;
  readonly owners: readonly string[];
}

/** The process or loop device that has a disk open belongs to nothing that Hum knows. */
const hostItself = 'the host itself';

const timeoutMs = 60_000;
/** A configuration has no more disks than this; xl names no more than some hundred devices. */
const mostDisks = 256;

/** The disks of a domain, on disk and as it runs, once each, by their names. */
export function disksOf(row: DomainRow, configured: ReadonlyMap<string, ConfiguredDomain>): readonly { path: string; writable: boolean }[] {
  const found = new Map<string, boolean>();
  for (const { target, writable } of [...row.facts.disks, ...configuredDisks(configured.get(row.name))]) {
    if (target !== '') found.set(target, writable || found.get(target) === true);
  }
  return [...found].slice(0, mostDisks).map(([path, writable]) => ({ path, writable }));
}

/** The disks of all other domains of its host: of those that run, and of every configuration. */
export function disksOfOthers(
  row: DomainRow,
  rows: readonly DomainRow[],
  configured: ReadonlyMap<string, ConfiguredDomain>,
): readonly ForeignDisk[] {
  const found = new Map<string, { overlay: boolean; owners: Set<string> }>();
  const add = (owner: string, disks: readonly { readonly target: string; readonly format: string | null }[]) => {
    for (const { target, format } of disks) {
      if (!target.startsWith('/')) continue;
      const disk = found.get(target) ?? { overlay: false, owners: new Set() };
      disk.owners.add(owner);
      found.set(target, { ...disk, overlay: disk.overlay || format === 'qcow2' || format === 'qcow' });
    }
  };
  for (const other of rows) if (other.host === row.host && other.key !== row.key) add(other.name, other.facts.disks);
  for (const [name, domain] of configured) if (name !== row.name) add(name, configuredDisks(domain));
  return [...found].map(([path, { overlay, owners }]) => ({ path, overlay, owners: [...owners] }));
}

function configuredDisks(domain: ConfiguredDomain | undefined) {
  const disks = domain?.settings.get('disk') ?? [];
  return (typeof disks === 'string' ? [] : disks).flatMap((spec) => (typeof spec === 'string' ? [parseDisk(spec)] : []));
}

/**
 * Looks on the host, once.
 * @throws HumError `not-permitted`, `program-missing`, `bad-answer`, and what `Runner.run` throws
 */
export async function lookAtRemoval(
  runner: Runner,
  row: DomainRow,
  disks: readonly { readonly path: string; readonly writable: boolean }[],
  others: readonly ForeignDisk[],
): Promise<RemovalLook> {
  const foreign = [...others].sort((left, right) => Number(right.overlay) - Number(left.overlay));
  const overlays = foreign.filter(({ overlay }) => overlay).length;
  const args = ['', row.facts.configFile ?? '', String(disks.length), String(overlays)];
  const paths = [...disks, ...foreign].map(({ path }) => path.replaceAll('\0', ''));
  const result = await runner.run(xenRootScript('removal-look'), [...args, ...paths], { timeoutMs });
  if (result.code !== 0) throw new HumError({ ...trashFailure(result, 'What belongs to it could not be seen.'), host: row.host });
  const look = readLook(result.stdout.toString('utf8'), disks, foreign, row.load.id !== null);
  if (look !== undefined) return look;
  throw new HumError({
    code: 'bad-answer',
    message: 'What the host said of its disks could not be understood.',
    hint: 'Look again. If it stays so, remove the VM by hand.',
    host: row.host,
  });
}

/** Fields of each record of removal-look.sh, its name included. */
const lengths: Readonly<Record<string, number>> = {
  config: 4,
  auto: 2,
  disk: 7,
  link: 4,
  seed: 2,
  used: 3,
  backs: 3,
  snapshot: 3,
  host: 2,
  trash: 2,
  end: 1,
};

/**
 * Reads the answer of removal-look.sh. `present`: the domain is there, so that whoever has its disks open is its own backend. Undefined for an
 * answer that is not whole.
 */
export function readLook(
  text: string,
  disks: readonly { readonly path: string; readonly writable: boolean }[],
  others: readonly ForeignDisk[],
  present: boolean,
): RemovalLook | undefined {
  const fields = text.split('\0');
  const found = new Map<number, LookedDisk>();
  const shared = disks.map(({ path }) => new Set(others.filter((other) => other.path === path).flatMap(({ owners }) => owners)));
  const autostart: string[] = [];
  let config: Thing | null = null;
  let trash = 0;
  let whole = false;
  for (let at = 0; at < fields.length - 1 && !whole; ) {
    const name = fields[at] ?? '';
    const length = Object.hasOwn(lengths, name) ? (lengths[name] ?? 0) : 0;
    if (length === 0 || at + length > fields.length - 1) return undefined;
    const [first = '', second = '', third = '', fourth = '', fifth = '', sixth = ''] = fields.slice(at + 1, at + length);
    at += length;
    const n = Number(first);
    const disk = found.get(n);
    switch (name) {
      case 'config':
        config = { id: second, where: whereOf(third) };
        break;
      case 'auto':
        autostart.push(first);
        break;
      case 'disk': {
        const asked = disks[n];
        if (asked === undefined) return undefined;
        const bytes = third === '' ? null : Number(third);
        const kind = second === 'file' || second === 'none' ? second : second === 'volume' && isVolume(sixth) ? 'volume' : 'other';
        const size = bytes !== null && Number.isSafeInteger(bytes) ? bytes : null;
        found.set(n, {
          ...asked,
          kind,
          bytes: size,
          id: fourth,
          where: whereOf(fifth),
          real: sixth,
          link: null,
          labelled: false,
          sharedWith: [],
        });
        break;
      }
      case 'link':
        if (disk === undefined) return undefined;
        found.set(n, { ...disk, link: { id: second, where: whereOf(third) } });
        break;
      case 'seed':
        if (disk === undefined) return undefined;
        found.set(n, { ...disk, labelled: true });
        break;
      case 'used':
      case 'backs':
        for (const owner of others[Number(second)]?.owners ?? []) shared[n]?.add(owner);
        break;
      case 'snapshot':
        shared[n]?.add(second);
        break;
      case 'host':
        if (!present && shared[n]?.size === 0) shared[n].add(hostItself);
        break;
      case 'trash':
        trash = Number(first);
        break;
      case 'end':
        whole = true;
    }
  }
  if (!whole || found.size !== disks.length || !Number.isSafeInteger(trash)) return undefined;
  const looked = [...found].sort(([left], [right]) => left - right).map(([n, disk]) => ({ ...disk, sharedWith: [...(shared[n] ?? [])] }));
  return { config, autostart, disks: looked, trash };
}

function whereOf(word: string): 'own' | 'beside' {
  return word === 'own' ? 'own' : 'beside';
}

/** lvm(8), "VALID NAMES". */
function isVolume(name: string): boolean {
  return /^[A-Za-z0-9+_.][A-Za-z0-9+_.-]*\/[A-Za-z0-9+_.][A-Za-z0-9+_.-]*$/.test(name);
}
