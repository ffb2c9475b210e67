import { basename } from 'node:path/posix';
import type { DomainRow, XenHost } from '../../../shared/contract/xen.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { Action, Plan, Step } from '../../plans/plan.ts';
import { quote, shownWord } from '../../ssh/quote.ts';
import { destroy } from '../actions/destroy.ts';
import { setAutostart } from '../actions/set-autostart.ts';
import { titled } from '../actions/steps.ts';
import type { LookedDisk, RemovalLook } from './removal-look.ts';

/** What a removal is planned from. The domain is no control domain, and everything ticked is offered. */
export interface Removal {
  readonly row: DomainRow;
  readonly host: XenHost;
  readonly hostName: string;
  readonly look: RemovalLook;
  /** Paths of disks, as the look has them. */
  readonly ticked: readonly string[];
  /** 0: at once, and for good. */
  readonly keepDays: number;
  /** Letters and digits, of this removal alone: its entries in the trash bear it. */
  readonly mark: string;
}

export const trashFolder = '/var/lib/hum/trash';

/** One thing that goes: a file, a symbolic link, or a volume. */
type Going = { readonly what: string; readonly id: string } & (
  | { readonly kind: 'file'; readonly path: string; readonly where: 'own' | 'beside' }
  | { readonly kind: 'volume'; readonly group: string; readonly name: string }
);

/** No seed is larger, bytes (see seed.ts); the same in removal-look.sh. */
const largestSeed = 16 * 2 ** 20;

/**
 * The seed of cloud-init of a domain: a file that it only reads, named as templates name it, or labelled as one and with its name in that of the
 * file. It goes with the configuration, unless somebody else uses it. Another one that is labelled so may be for several VMs, of which another
 * host knows: that is a disk, to be ticked.
 */
export function isSeed({ name }: DomainRow, disk: LookedDisk): boolean {
  if (disk.kind !== 'file' || disk.writable || disk.sharedWith.length > 0) return false;
  const own = basename(disk.path);
  return own === `${name}-seed.iso` || own === `${name}-seed.img` || (isLabelledSeed(disk) && isWordIn(name, own));
}

export function isLabelledSeed({ labelled, bytes }: LookedDisk): boolean {
  return labelled && bytes !== null && bytes <= largestSeed;
}

function isWordIn(word: string, text: string): boolean {
  const at = text.indexOf(word);
  const isPart = (character = '') => /[\p{L}\p{N}]/u.test(character);
  return word !== '' && at >= 0 && !isPart(text[at - 1]) && !isPart(text[at + word.length]);
}

/** Whether a disk may be removed: it is a file or a volume, and nobody else's. */
export function isOffered({ kind, sharedWith }: LookedDisk): boolean {
  return (kind === 'file' || kind === 'volume') && sharedWith.length === 0;
}

/** The plan of a removal. Pure. */
export function removalPlan(removal: Removal): Plan {
  const { row, host, hostName, look, mark, keepDays } = removal;
  const name = titled(row.name);
  const steps: Step[] = [];
  if (look.autostart.length > 0 && row.facts.configFile !== null) {
    steps.push(...setAutostart({ action: { action: 'set-autostart', on: false }, row, host, mark }));
  }
  if (row.load.id !== null) steps.push(...destroy({ action: { action: 'destroy' }, row, host, mark }));
  const going = goingOf(removal);
  steps.push(
    ...going.map((each, at) => (keepDays === 0 ? dropStep(row, each, `${mark}-${at}`) : takeStep(removal, each, `${mark}-${at}`))),
  );
  // What lies there from before is somebody's to wait for no longer than was said.
  if (look.trash > 0) steps.push(emptyStep(row.host));
  return { kind: 'xen.remove', title: `Remove ${name} on ${titled(hostName)}`, host: row.host, subject: row.key, steps };
}

/** The paths of what goes without being ticked, for people: the configuration, its links in /etc/xen/auto, the seed. */
export function filesOfRemoval(row: DomainRow, look: RemovalLook): readonly string[] {
  const seeds = look.disks.filter((disk) => isSeed(row, disk)).map(({ path }) => path);
  return [...(look.config === null || row.facts.configFile === null ? [] : [row.facts.configFile]), ...look.autostart, ...seeds];
}

/** In this order: what starts it anew goes first, so that no half removed VM is ever started. Nothing twice. */
function goingOf({ row, look, ticked }: Removal): readonly Going[] {
  const going: Going[] = [];
  const { configFile } = row.facts;
  if (look.config !== null && configFile !== null) {
    going.push({ kind: 'file', what: 'configuration', path: configFile, ...look.config });
  }
  for (const disk of look.disks) {
    const seed = isSeed(row, disk);
    if (!seed && !(ticked.includes(disk.path) && isOffered(disk))) continue;
    const what = seed ? 'cloud-init seed' : 'disk';
    if (disk.kind === 'volume') {
      const [group = '', name = ''] = disk.real.split('/');
      going.push({ kind: 'volume', what, id: disk.id, group, name });
      continue;
    }
    going.push({ kind: 'file', what, id: disk.id, path: disk.real, where: disk.where });
    if (disk.link !== null) going.push({ kind: 'file', what: `link to the ${what}`, path: disk.path, ...disk.link });
  }
  const seen = new Set<string>();
  return going.filter(({ id }) => !seen.has(id) && seen.add(id));
}

function takeStep({ row, keepDays, ...removal }: Removal, going: Going, entry: string): Step {
  const text = readme(removal.hostName, row, going, entry);
  const days = String(keepDays);
  if (going.kind === 'volume') {
    const { id, group, name } = going;
    const trashed = `hum-trash-${entry}`;
    return {
      title: `Move the volume ${titled(name)} into the trash`,
      host: row.host,
      action: act(entry, ['take-volume', entry, days, id, group, name, text], ['lvrename', group, name, trashed]),
      undo: act(entry, ['back-volume', entry, id, group, name], ['lvrename', group, trashed, name]),
    };
  }
  const { id, path } = going;
  const item = `${placeOf(going, entry)}/item`;
  return {
    title: `Move ${shownPath(path)} into the trash`,
    host: row.host,
    action: act(entry, ['take', entry, days, id, path, text], ['mv', path, item]),
    undo: act(entry, ['back', entry, id, path], ['mv', item, path]),
  };
}

function dropStep({ host }: DomainRow, going: Going, entry: string): Step {
  if (going.kind === 'volume') {
    const { id, group, name } = going;
    const action = act(entry, ['drop-volume', entry, id, group, name], ['lvremove', '-f', `${group}/${name}`]);
    return { title: `Remove the volume ${titled(name)} for good`, host, action, undo: null };
  }
  const { id, path } = going;
  return { title: `Remove ${shownPath(path)} for good`, host, action: act(entry, ['drop', entry, id, path], ['rm', path]), undo: null };
}

/** Removes what is due in the trash. Whatever comes of it, the removal is done. */
function emptyStep(host: string): Step {
  const shown = `# removes what in ${trashFolder} is past its day`;
  return { title: 'Empty what is due from the trash', host, action: { handler: 'xen.trash', args: {}, shown }, undo: null };
}

function act(entry: string, words: readonly string[], shown: readonly string[]): Action {
  return { handler: 'xen.removal', args: { hold: entry, words }, shown: shown.map(shownWord).join(' ') };
}

function placeOf({ path, where }: Going & { kind: 'file' }, entry: string): string {
  return where === 'own' ? `${trashFolder}/${entry}` : `${path.slice(0, path.lastIndexOf('/'))}/.hum-trash/${entry}`;
}

function shownPath(path: string): string {
  return visibleText(path, 120);
}

/** What lies beside a thing in the trash, for somebody without Hum. The command is exact: a name may hold anything. What is left then goes when it is due. */
function readme(hostName: string, row: DomainRow, going: Going, entry: string): string {
  const { what } = going;
  return [
    `Hum moved this here when ${visibleText(row.name, 200)} was removed from ${visibleText(hostName, 200)}: its ${what}.`,
    '',
    'To have it back, as root and in this folder:',
    '',
    going.kind === 'volume' ? `  lvrename ${going.group} hum-trash-${entry} ${going.name}` : `  mv -n item ${quote(going.path)}`,
  ].join('\n');
}
