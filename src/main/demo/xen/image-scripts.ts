import { createHash } from 'node:crypto';
import type { Script, ScriptCall } from '../script-call.ts';
import { type Answer, failed, printed } from './answer.ts';
import { roomOf } from './deploy-look.ts';
import { type Good, goods } from './goods.ts';
import { onXen } from './lifecycle-scripts.ts';
import type { Machine } from './machine.ts';
import type { XlContext } from './xl.ts';

/**
 * What images.sh does on a simulated host: the same arguments, the same answers. tests/integration/demo-images.test.ts holds both side by side.
 * Every host of the demo lets the others in.
 */

/** The exit statuses that images.sh and as-root.sh choose. */
const [gone, there, full, unexpected, noRoot] = [81, 83, 84, 85, 88];
/** How fast an image is copied and read, bytes per ms. */
const [copyRate, readRate] = [250_000, 900_000];

export const lookAfterImages: Script = (call) =>
  onXen(call, (context, [, what = '', folder = '', name = '', ...words]) => {
    if (!context.permitted) return failed(noRoot);
    const act = Object.hasOwn(acts, what) ? acts[what] : undefined;
    return act === undefined ? failed(unexpected) : act({ ...context, call, folder, name, path: `${folder}/${name}` }, words);
  });

interface ImageCall extends XlContext {
  readonly call: ScriptCall;
  readonly folder: string;
  readonly name: string;
  readonly path: string;
}

const acts: Readonly<Record<string, (image: ImageCall, words: readonly string[]) => Answer>> = {
  list({ machine, folder }) {
    const paths = [...new Set([...goods.keys(), ...machine.golden.keys()])].filter(
      (path) => path.slice(0, path.lastIndexOf('/')) === folder,
    );
    const images = paths.sort().flatMap((path) => {
      const found = machine.goodOf(path);
      return found === undefined ? [] : [`${statOf(found)}\n${headOf(found)}${path}\0`];
    });
    const sums = paths.flatMap((path) => {
      const noted = machine.goodOf(path) === undefined ? undefined : machine.noteOf(path);
      return noted === undefined ? [] : [`${noted}  ${path.slice(folder.length + 1)}\n${path}.sha256\0`];
    });
    const parts = [`free ${roomOf(machine) / 1024}\0folder ${folder}\0images\0`, ...images, 'sums\0', ...sums, 'disks\0end\0'];
    return printed(parts.join(''));
  },

  look({ machine, path }) {
    const found = machine.goodOf(path);
    return found === undefined ? failed(gone) : printed(`${statOf(found)}\n`);
  },

  begin({ machine, folder, name, path, now }, [bytes, kib, of = '']) {
    if (machine.hasDisk(path)) return failed(there);
    const before = machine.arriving.get(name);
    const kept = before?.of === of && arrivedOf(before, now) <= Number(bytes) ? before : { of, bytes: 0, hash: createHash('sha256') };
    const free = roomOf(machine) / 1024;
    const needed = Number(kib) - Math.floor(arrivedOf(kept, now) / 1024);
    if (free < needed) return failed(full, `${free} KiB are free in ${folder}, and ${needed} KiB are needed.`);
    machine.arriving.set(name, kept);
    return printed(`at ${arrivedOf(kept, now)}\n`);
  },

  arrived({ machine, name, now }) {
    const part = machine.arriving.get(name);
    return part === undefined ? failed(gone) : printed(`at ${arrivedOf(part, now)}\n`);
  },

  receive({ machine, name, call: { stdin }, now }, [at]) {
    const part = machine.arriving.get(name);
    if (part === undefined || arrivedOf(part, now) !== Number(at)) return failed(unexpected);
    part.bytes += stdin.length;
    part.hash.update(stdin);
    return printed(`at ${part.bytes}\n`);
  },

  checksum({ machine, name, path, now }, [of]) {
    const part = machine.arriving.get(name);
    const found = of === 'image' ? machine.goodOf(path) : part && arrivedImage(part, now);
    if (found === undefined) return failed(gone);
    const noted = of === 'image' ? machine.noteOf(path) : undefined;
    const steps = Array.from(
      { length: Math.ceil(found.bytes / 2 ** 25) },
      (_, index) => `at ${Math.min((index + 1) * 2 ** 25, found.bytes)}\n`,
    );
    const said = [noted === undefined ? '' : `noted ${noted}\n`, `size ${found.bytes}\n`, ...steps, `sum ${found.sum}\n`];
    return printed(said.join(''), found.bytes / readRate);
  },

  note({ machine, path }, [sum = '']) {
    if (machine.noteOf(path) === undefined) machine.noted.set(path, sum);
    return printed('');
  },

  place({ machine, name, path, now }, [bytes, sum = '', of]) {
    const part = machine.arriving.get(name);
    const found = part && arrivedImage(part, now);
    if (part?.of !== of || found?.bytes !== Number(bytes)) return failed(unexpected);
    if (machine.hasDisk(path)) return failed(there);
    machine.golden.set(path, found);
    machine.noted.set(path, sum);
    machine.arriving.delete(name);
    return printed('');
  },

  sign({ machine, name }, [mark]) {
    const part = machine.arriving.get(name);
    if (part !== undefined && mark !== undefined) part.mark = mark;
    return printed('');
  },

  unsign({ machine, name }) {
    delete machine.arriving.get(name)?.mark;
    return printed('');
  },

  way({ call, name }, [port, , mark]) {
    const reached = call.host.peer?.(Number(port))?.xen?.machine.arriving.get(name)?.mark;
    return mark !== undefined && reached === mark
      ? printed('rsync  version 3.2.7  protocol version 31\n', 200)
      : failed(255, 'ssh: connect to host: Connection refused');
  },

  direct({ machine, call, name, path, now }, [port]) {
    const part = call.host.peer?.(Number(port))?.xen?.machine.arriving.get(name);
    const found = machine.goodOf(path);
    if (part === undefined || found === undefined) return failed(unexpected);
    part.sent = { since: now, image: { ...found, modifiedAt: Math.floor(Date.now() / 1000) } };
    return printed('', found.bytes / copyRate);
  },

  remove({ machine, path }) {
    if (machine.goodOf(path) === undefined) return failed(gone);
    machine.golden.delete(path);
    machine.noted.delete(path);
    machine.gone.add(path);
    return printed('');
  },

  drop({ machine, name }, [of]) {
    if (machine.arriving.get(name)?.of === of) machine.arriving.delete(name);
    return printed('');
  },
};

type Part = NonNullable<ReturnType<Machine['arriving']['get']>>;

function arrivedOf({ bytes, sent }: Part, now: number): number {
  return sent === undefined ? bytes : Math.min(sent.image.bytes, Math.floor((now - sent.since) * copyRate));
}

/** What a part is, as far as it has come. */
function arrivedImage(part: Part, now: number): Good {
  const bytes = arrivedOf(part, now);
  if (part.sent !== undefined) return { ...part.sent.image, bytes };
  return { bytes, allocated: bytes, format: 'raw', sum: part.hash.copy().digest('hex'), modifiedAt: Math.floor(Date.now() / 1000) };
}

function statOf({ bytes, allocated, modifiedAt }: Good): string {
  return `${bytes} ${Math.ceil(allocated / 512)} 512 ${modifiedAt}`;
}

/** The first bytes as od(1) prints them: those of a qcow2 header without a backing file, or zeros. */
function headOf({ bytes, format }: Good): string {
  const head = Buffer.alloc(Math.min(1024, bytes));
  if (format === 'qcow2') head.write('QFI\xfb', 'latin1');
  const lines = Array.from({ length: Math.ceil(head.length / 16) }, (_, index) =>
    head.subarray(index * 16, index * 16 + 16).toString('hex'),
  );
  return lines.map((line) => `${line.replace(/../g, ' $&')}\n`).join('');
}
