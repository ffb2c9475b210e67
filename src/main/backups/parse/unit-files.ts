import type { SentFile } from '../collect/answer.ts';
import { readUnit, type UnitFile } from './units.ts';

/** A service with its drop-ins, and what starts it. */
export interface TimedUnit {
  readonly service: string;
  /** As `SentFile.user`: `-` for the system's manager, `*` for that of every account, else the account's. */
  readonly manager: string;
  readonly unit: UnitFile;
  /** The unit's file and its drop-ins: `UnitCommand.part` counts in it. */
  readonly files: readonly SentFile[];
  readonly timer: UnitFile | null;
}

/** Folders of units, the first counts most (systemd.unit(5), "Unit File Load Path"). */
const folders = [
  /^\/[^\n]*\/\.config\/systemd\/user\//,
  /^\/etc\/systemd\/(?:system|user)\//,
  /^\/run\/systemd\/(?:system|user)\//,
  /^\/[^\n]*\/\.local\/share\/systemd\/user\//,
  /^\/usr\/local\/lib\/systemd\/(?:system|user)\//,
  /^\/(?:usr\/)?lib\/systemd\/(?:system|user)\//,
];

function rankOf({ path }: SentFile): number {
  const rank = folders.findIndex((folder) => folder.test(path));
  return rank < 0 ? folders.length : rank;
}

const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** Every service that is started by something or by hand, of each manager that there is. */
export function timedUnits(files: readonly SentFile[]): readonly TimedUnit[] {
  const all = files.filter(({ kind }) => kind === 'unit' || kind === 'drop-in');
  const managers = [...new Set(all.map(({ user }) => user))];
  return managers.flatMap((manager) => {
    const isAccount = manager !== '-' && manager !== '*';
    const known = all
      .filter(({ user }) => user === manager || (isAccount && user === '*'))
      .sort((left, right) => rankOf(left) - rankOf(right));
    // What every account has alike is told once, unless this one has changed it.
    return unitsOf(known, manager).filter(({ own }) => !isAccount || own);
  });
}

function unitsOf(files: readonly SentFile[], manager: string): readonly (TimedUnit & { readonly own: boolean })[] {
  const units = new Map<string, SentFile>();
  const dropIns = new Map<string, SentFile[]>();
  for (const file of files) {
    const name = lastPart(file.path);
    if (file.kind === 'unit') {
      if (!units.has(name)) units.set(name, file);
    } else {
      const folder = lastPart(file.path.slice(0, -name.length - 1)).replace(/\.d$/, '');
      dropIns.set(folder, [...(dropIns.get(folder) ?? []), file]);
    }
  }
  const partsOf = (name: string, file: SentFile) => [file, ...applied(name, dropIns)];
  const timers = new Map<string, { readonly timer: UnitFile; readonly own: boolean }>();
  const read = (parts: readonly SentFile[]) => readUnit(...parts.map(({ text }) => text));
  const isOwn = (parts: readonly SentFile[]) => parts.some(({ user }) => user === manager);
  for (const [name, file] of units) {
    // One that is masked stands for nothing.
    if (!name.endsWith('.timer') || isMasked(file)) continue;
    const parts = partsOf(name, file);
    const timer = read(parts);
    const service = timer.unit ?? name.replace(/\.timer$/, '.service');
    if (!timers.has(service)) timers.set(service, { timer, own: isOwn(parts) });
  }
  return [...units].flatMap(([service, file]) => {
    if (!service.endsWith('.service') || isMasked(file)) return [];
    const parts = partsOf(service, file);
    const unit = read(parts);
    const started = timers.get(service);
    if (unit.starts.length === 0) return [];
    return [{ service, manager, unit, files: parts, timer: started?.timer ?? null, own: isOwn(parts) || started?.own === true }];
  });
}

/** Also an empty file is a mask (systemd.unit(5)). */
function isMasked({ text }: SentFile): boolean {
  return text.trim() === '';
}

/**
 * The drop-ins of a unit as systemd applies them: by their file names, whatever folder they lie in; of two of one name the first counts, by the
 * load path and then by how much of the unit's name the folder has: `a-b.service.d`, `a-.service.d`, and `service.d` last of all.
 */
function applied(unit: string, dropIns: ReadonlyMap<string, readonly SentFile[]>): readonly SentFile[] {
  const dot = unit.lastIndexOf('.');
  const type = unit.slice(dot + 1);
  const stem = unit.slice(0, dot);
  const dashes = [...stem.matchAll(/-/g)].map(({ index }) => index).reverse();
  const names = [unit, ...dashes.filter((at) => at < stem.length - 1).map((at) => `${stem.slice(0, at + 1)}.${type}`)];
  const specific = names.flatMap((name, depth) => (dropIns.get(name) ?? []).map((file) => ({ file, rank: rankOf(file) * 1_000 + depth })));
  const inOrder = [...specific.sort((left, right) => left.rank - right.rank).map(({ file }) => file), ...(dropIns.get(type) ?? [])];
  const byName = new Map<string, SentFile>();
  for (const file of inOrder) if (!byName.has(lastPart(file.path))) byName.set(lastPart(file.path), file);
  return [...byName].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, file]) => file);
}
