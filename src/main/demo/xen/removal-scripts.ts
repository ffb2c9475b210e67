import type { Script } from '../script-call.ts';
import { type Answer, failed, printed } from './answer.ts';
import { group, mount } from './goods.ts';
import { onXen } from './lifecycle-scripts.ts';
import type { Machine, Removed } from './machine.ts';
import type { XlContext } from './xl.ts';

/**
 * What the scripts of a removal do on a simulated host: the same arguments, the same answers. tests/integration/demo-removal.test.ts holds
 * both side by side.
 */

/** The exit statuses that removal.sh and as-root.sh choose. */
const [lost, taken, changed, used, noRoot] = [81, 83, 85, 87, 88];
/** What a disk of the cast holds, bytes. */
const castBytes = 10 * 2 ** 30;
const trash = '/var/lib/hum/trash';

/** A body that is root's in whole (as-root.sh): `key` is what it holds meanwhile, and nobody else is ever there. */
function asRoot(act: (context: XlContext, args: readonly string[]) => Answer): Script {
  return (call) => onXen(call, (context, [, ...args]) => (context.permitted ? act(context, args) : failed(noRoot)));
}

/** removal-look.sh: what belongs to a domain that is to be removed. */
export const lookForRemoval: Script = asRoot(({ machine, now }, [config = '', mine, , ...paths]) => {
  const disks = paths.slice(0, Number(mine));
  const others = paths.slice(Number(mine));
  const fields: string[] = [];
  if (isThere(machine, config)) {
    fields.push('config', machine.links.has(config) ? 'link' : 'file', idOf(config), whereOf(config));
    const links = [...machine.links.keys()].filter((link) => link !== config && machine.realPath(link) === config);
    if (!config.startsWith('/etc/xen/auto/')) fields.push(...links.flatMap((link) => ['auto', link]));
  }
  disks.forEach((path, at) => {
    const n = String(at);
    if (!path.startsWith('/')) fields.push('disk', n, 'other', '', '', 'own', path);
    else if (!machine.hasDisk(path)) fields.push('disk', n, 'none', '', '', 'own', path);
    else {
      const volume = isVolume(path);
      const bytes = String(machine.made.get(path)?.bytes ?? machine.goodOf(path)?.bytes ?? castBytes);
      fields.push('disk', n, volume ? 'volume' : 'file', bytes, idOf(path), whereOf(path), volume ? path.slice('/dev/'.length) : path);
      if (machine.made.get(path)?.isSeed) fields.push('seed', n);
      if (isUsed(machine, path, now)) fields.push('host', n);
    }
    others.forEach((other, m) => {
      if (other === path && machine.hasDisk(path)) fields.push('used', n, String(m));
    });
  });
  fields.push('trash', String(machine.trash.size), 'end');
  return printed(fields.map((field) => `${field}\0`).join(''));
});

/** removal.sh: one thing into the trash, back from there, or away at once. */
export const moveToTrash: Script = asRoot(({ machine, now }, [what = '', entry = '', ...words]) => {
  const kept = what.startsWith('take') ? words.slice(1) : words;
  const [id = ''] = kept;
  const volume = what.endsWith('-volume');
  const path = volume ? `/dev/${kept[1]}/${kept[2]}` : (kept[1] ?? '');
  switch (what) {
    case 'take':
    case 'take-volume': {
      if (machine.trash.get(entry)?.path === path) return printed('It is in the trash.\n');
      if (!isThere(machine, path) || idOf(path) !== id) {
        const why = volume ? 'The volume is not there any more.' : 'It is not there any more, or something else has its name.';
        return { ...failed(changed), stdout: `${why}\n` };
      }
      if (isUsed(machine, path, now)) return { ...failed(used), stdout: 'It is in use.\n' };
      machine.trash.set(entry, takeAway(machine, path));
      if (volume) return printed(`  Renamed "${kept[2]}" to "hum-trash-${entry}" in volume group "${kept[1]}"\n`);
      return printed(`It is in ${placeInTrash(path, entry)}\n`);
    }
    case 'back':
    case 'back-volume': {
      const removed = machine.trash.get(entry);
      if (removed === undefined) {
        if (isThere(machine, path) && idOf(path) === id) return printed(volume ? '' : 'It is where it was.\n');
        const why = volume ? 'The volume is not there any more.' : 'It is neither where it was nor in the trash.';
        return { ...failed(lost), stdout: `${why}\n` };
      }
      if (isThere(machine, path)) return { ...failed(taken), stdout: 'Something else has its name now.\n' };
      machine.trash.delete(entry);
      putBack(machine, removed);
      return printed(volume ? `  Renamed "hum-trash-${entry}" to "${kept[2]}" in volume group "${kept[1]}"\n` : '');
    }
    default: {
      const same = idOf(path) === id;
      if (!isThere(machine, path) || (volume && !same)) return printed('It is gone.\n');
      if (!same) return { ...failed(changed), stdout: 'Something else has its name by now.\n' };
      if (isUsed(machine, path, now)) return { ...failed(used), stdout: 'It is in use.\n' };
      takeAway(machine, path);
      return printed(volume ? `  Logical volume "${kept[2]}" successfully removed.\n` : '');
    }
  }
});

/** trash.sh: no demo lasts until something is due. */
export const emptyTrash: Script = asRoot(({ machine }) => printed(`left ${machine.trash.size}\n`));

function isThere(machine: Machine, path: string): boolean {
  return machine.files.has(path) || machine.links.has(path) || machine.hasDisk(path);
}

function isUsed(machine: Machine, path: string, now: number): boolean {
  return machine.domains(now).some(({ guest }) => guest.disks.some(({ target }) => target === path));
}

function takeAway(machine: Machine, path: string): Removed {
  const removed = { path, text: machine.files.get(path), link: machine.links.get(path), made: machine.made.get(path) };
  machine.files.delete(path);
  machine.links.delete(path);
  machine.made.delete(path);
  machine.storeOf(path).gone.add(path);
  return removed;
}

function putBack(machine: Machine, { path, text, link, made }: Removed): void {
  if (text !== undefined) machine.files.set(path, text);
  if (link !== undefined) machine.links.set(path, link);
  if (made !== undefined) machine.made.set(path, made);
  machine.storeOf(path).gone.delete(path);
}

/** /srv is a file system of its own; a volume stays in its group. */
function whereOf(path: string): 'own' | 'beside' {
  return path.startsWith(`${mount}/`) ? 'beside' : 'own';
}

/** Where a file or a link lies once it is in the trash. */
export function placeInTrash(path: string, entry: string): string {
  return `${whereOf(path) === 'own' ? trash : `${path.slice(0, path.lastIndexOf('/'))}/.hum-trash`}/${entry}`;
}

export function isVolume(path: string): boolean {
  return path.startsWith(`/dev/${group}/`);
}

/** Device and inode of what has this name; on a simulated host a name has one for good. FNV-1a. */
function idOf(path: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(path)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `2049:${hash}`;
}
