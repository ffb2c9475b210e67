import { createHash } from 'node:crypto';
import type { Script, ScriptCall } from '../script-call.ts';
import { type Answer, failed, printed } from './answer.ts';
import { isFolder, roomOf } from './deploy-look.ts';
import { type Good, sharedFolder, sharedSource } from './goods.ts';
import type { ArrivingImage, ImageStore } from './image-store.ts';
import { onXen } from './lifecycle-scripts.ts';
import type { Machine } from './machine.ts';
import { isVolume, placeInTrash } from './removal-scripts.ts';
import type { XlContext } from './xl.ts';

/**
 * What images.sh does on a simulated host: the same arguments, the same answers. tests/integration/demo-images.test.ts holds both side by side.
 * Every host of the demo lets the others in.
 */

/** The exit statuses that images.sh and as-root.sh choose. */
const [gone, there, full, unexpected, noRoot] = [81, 83, 84, 85, 88];
/** How fast an image is copied and read, bytes per ms. */
const [copyRate, readRate] = [250_000, 900_000];
/** The inode of the shared folder, and what is free there, bytes. */
const [sharedInode, sharedRoom] = [131_073, 2900 * 2 ** 30];

export const lookAfterImages: Script = (call) =>
  onXen(call, (context, [, what = '', folder = '', name = '', ...words]) => {
    if (!context.permitted) return failed(noRoot);
    const act = Object.hasOwn(acts, what) ? acts[what] : undefined;
    return act === undefined
      ? failed(unexpected)
      : act({ ...context, call, folder, name, path: `${folder}/${name}`, store: context.machine.storeOf(folder) }, words);
  });

interface ImageCall extends XlContext {
  readonly call: ScriptCall;
  readonly folder: string;
  readonly name: string;
  readonly path: string;
  /** Where the folder is. */
  readonly store: ImageStore;
}

const acts: Readonly<Record<string, (image: ImageCall, words: readonly string[]) => Answer>> = {
  list({ machine, folder, store }) {
    const paths = store.within(folder);
    const images = paths.map((path) => {
      const found = store.goodOf(path);
      return found === undefined ? '' : `${statOf(found)}\n${headOf(found)}${path}\0`;
    });
    const sums = paths.map((path) => {
      const noted = store.noteOf(path);
      return noted === undefined ? '' : `${noted}  ${path.slice(folder.length + 1)}\n${path}.sha256\0`;
    });
    const isThere = paths.length > 0 || isFolder(machine, folder) || store.folders.has(folder) || isMounted(machine, folder);
    const held = isThere ? [`folder ${folder}\0`, placeOf(machine, folder), 'images\0', ...images, 'sums\0', ...sums] : [];
    return printed([`free ${freeOf(machine, folder) / 1024}\0`, ...held, 'end\0'].join(''));
  },

  // No disk of the demo is an overlay or a link.
  disks({ machine, call: { stdin } }) {
    const asked = stdin.toString().split('\n').slice(0, -1);
    const told = asked.filter((path) => path.startsWith('/')).map((path) => `disk ${path}\0on ${path}\0`);
    const trash = [...machine.trash].flatMap(([entry, { path }]) => {
      const item = `${placeInTrash(path, entry)}/item`;
      return isVolume(path) ? [] : [`trash ${item}\0on ${item}\0`];
    });
    return printed([...told, ...trash, 'end\0'].join(''));
  },

  look({ machine, path }) {
    const found = machine.goodOf(path);
    return found === undefined ? failed(gone) : printed(`${statOf(found)}\n`);
  },

  begin({ machine, folder, store, path, now }, [bytes, kib, of = '']) {
    if (machine.hasDisk(path)) return failed(there);
    const before = store.arriving.get(path);
    const kept = before?.of === of && arrivedOf(before, now) <= Number(bytes) ? before : { of, bytes: 0, hash: createHash('sha256') };
    const free = freeOf(machine, folder) / 1024;
    store.folders.add(folder);
    const needed = Number(kib) - Math.floor(arrivedOf(kept, now) / 1024);
    if (free < needed) return failed(full, `${free} KiB are free in ${folder}, and ${needed} KiB are needed.`);
    store.arriving.set(path, kept);
    return printed(`at ${arrivedOf(kept, now)}\n`);
  },

  arrived({ store, path, now }) {
    const part = store.arriving.get(path);
    return part === undefined ? failed(gone) : printed(`at ${arrivedOf(part, now)}\n`);
  },

  receive({ store, path, call: { stdin }, now }, [at]) {
    const part = store.arriving.get(path);
    if (part === undefined || arrivedOf(part, now) !== Number(at)) return failed(unexpected);
    part.bytes += stdin.length;
    part.hash.update(stdin);
    return printed(`at ${part.bytes}\n`);
  },

  checksum({ store, path, now }, [of]) {
    const part = store.arriving.get(path);
    const found = of === 'image' ? store.goodOf(path) : part && arrivedImage(part, now);
    if (found === undefined) return failed(gone);
    const noted = of === 'image' ? store.noteOf(path) : undefined;
    const steps = Array.from(
      { length: Math.ceil(found.bytes / 2 ** 25) },
      (_, index) => `at ${Math.min((index + 1) * 2 ** 25, found.bytes)}\n`,
    );
    const said = [noted === undefined ? '' : `noted ${noted}\n`, `size ${found.bytes}\n`, ...steps, `sum ${found.sum}\n`];
    return printed(said.join(''), found.bytes / readRate);
  },

  note({ store, path }, [sum = '']) {
    if (store.noteOf(path) === undefined) store.noted.set(path, sum);
    return printed('');
  },

  place({ machine, store, path, now }, [bytes, sum = '', of]) {
    const part = store.arriving.get(path);
    const found = part && arrivedImage(part, now);
    if (part?.of !== of || found?.bytes !== Number(bytes)) return failed(unexpected);
    if (machine.hasDisk(path)) return failed(there);
    store.golden.set(path, found);
    store.noted.set(path, sum);
    store.arriving.delete(path);
    return printed('');
  },

  sign({ store, path }, [mark]) {
    const part = store.arriving.get(path);
    if (part !== undefined && mark !== undefined) part.mark = mark;
    return printed('');
  },

  unsign({ store, path }) {
    delete store.arriving.get(path)?.mark;
    return printed('');
  },

  way({ call, name }, [port, , mark, there = '']) {
    return mark !== undefined && arrivingAt(call, port, there, name)?.mark === mark
      ? printed('rsync  version 3.2.7  protocol version 31\n', 200)
      : failed(255, 'ssh: connect to host: Connection refused');
  },

  direct({ store, call, name, path, now }, [port, , there = '']) {
    const part = arrivingAt(call, port, there, name);
    const found = store.goodOf(path);
    if (part === undefined || found === undefined) return failed(unexpected);
    part.sent = { since: now, image: { ...found, modifiedAt: Math.floor(Date.now() / 1000) } };
    return printed('', found.bytes / copyRate);
  },

  remove({ store, path }) {
    if (store.goodOf(path) === undefined) return failed(gone);
    store.golden.delete(path);
    store.noted.delete(path);
    store.gone.add(path);
    return printed('');
  },

  drop({ store, path }, [of]) {
    if (store.arriving.get(path)?.of === of) store.arriving.delete(path);
    return printed('');
  },
};

/** What is on its way into this folder of another host. */
function arrivingAt(call: ScriptCall, port: string | undefined, folder: string, name: string): ArrivingImage | undefined {
  return call.host.peer?.(Number(port))?.xen?.machine.storeOf(folder).arriving.get(`${folder}/${name}`);
}

function isMounted({ parts }: Machine, folder: string): boolean {
  return parts.shared !== null && folder === sharedFolder;
}

/** tell_place of images.sh: nothing but the mount itself is on a network file system. */
function placeOf(machine: Machine, folder: string): string {
  return isMounted(machine, folder) ? `on ${sharedInode} 0\n/ ${sharedFolder} nfs4 ${sharedSource}\0` : '';
}

function freeOf(machine: Machine, folder: string): number {
  return isMounted(machine, folder) ? sharedRoom : roomOf(machine);
}

function arrivedOf({ bytes, sent }: ArrivingImage, now: number): number {
  return sent === undefined ? bytes : Math.min(sent.image.bytes, Math.floor((now - sent.since) * copyRate));
}

/** What a part is, as far as it has come. */
function arrivedImage(part: ArrivingImage, now: number): Good {
  const bytes = arrivedOf(part, now);
  if (part.sent !== undefined) return { ...part.sent.image, bytes };
  return { bytes, allocated: bytes, format: 'raw', sum: part.hash.copy().digest('hex'), modifiedAt: Math.floor(Date.now() / 1000) };
}

function statOf({ bytes, allocated, modifiedAt }: Good): string {
  return `${bytes} ${Math.ceil(allocated / 512)} 512 ${modifiedAt}`;
}

/** The first bytes as od(1) prints them: those of a qcow2, or zeros. */
function headOf({ bytes, format }: Good): string {
  const head = Buffer.alloc(Math.min(4, bytes));
  if (format === 'qcow2') head.write('QFI\xfb', 'latin1');
  return `${head.toString('hex').replace(/../g, ' $&')}\n`;
}
