import type { Script } from '../script-call.ts';
import { printed } from './answer.ts';
import { bridges } from './create.ts';
import { folders, group, mount } from './goods.ts';
import type { Machine } from './machine.ts';
import { type XlContext, xl } from './xl.ts';

const gib = 2 ** 30;

/** deploy-look.sh: what a simulated host has for a VM that is to be deployed. */
export const lookForDeployment: Script = ({ host, args }) => {
  const [, ...words] = args;
  const context = host.xen?.at(host.now());
  if (context === undefined) return printed('');
  const memory = /^free_memory *: *(\d+)/m.exec(xl(context, ['info']).stdout)?.[1];
  const lines = [
    `clock ${Math.floor(Date.now() / 1000)}`,
    ...(memory === undefined ? [] : [`memory ${memory}`]),
    'selinux none',
    'auto yes',
    ...words.flatMap((word, at) => {
      const answer = answerOf(context, word);
      return answer === undefined ? [] : [`${at + 1} ${answer}`];
    }),
  ];
  return printed(lines.map((line) => `${line}\n`).join(''));
};

function answerOf(context: XlContext, word: string): string | undefined {
  const { machine, permitted, now } = context;
  const equals = word.indexOf('=');
  const [kind, value] = [word.slice(0, equals), word.slice(equals + 1)];
  switch (kind) {
    case 'folder':
      return folder(machine, value, permitted);
    case 'target':
      return isThere(machine, value) ? 'there' : 'absent';
    case 'volume':
      return isThere(machine, `/dev/${value}`) ? 'there' : 'absent';
    case 'file':
      return file(machine, value);
    case 'sum': {
      const sum = machine.goodOf(value)?.sum;
      return sum === undefined ? 'untold' : `sum ${sum}`;
    }
    case 'group':
      return value === group ? `bytes ${roomOf(machine)}` : 'absent';
    case 'origin':
      return machine.hasDisk(`/dev/${value}`) ? `bytes ${10 * gib}` : 'absent';
    case 'bridge':
      return bridges.includes(value) ? 'bridge' : 'absent';
    case 'boolean':
      return 'absent';
    case 'claim':
      return machine.claims.has(value) ? 'there' : 'absent';
    case 'program':
      return ['qemu-img', 'pygrub'].includes(value) ? 'there' : 'absent';
    case 'reach': {
      const address = value.slice(0, value.indexOf('/'));
      return machine.domains(now).some(({ guest }) => guest.vifs.some(({ ip }) => ip === address)) ? 'answers' : 'silent';
    }
    default:
      return undefined;
  }
}

function isThere(machine: Machine, path: string): boolean {
  return machine.readFile(path) !== undefined || machine.hasDisk(path) || isFolder(machine, path);
}

export function isFolder(machine: Machine, path: string): boolean {
  const below = path === '/' ? '/' : `${path}/`;
  return (
    folders.some((each) => each === path || each.startsWith(below)) || [...machine.files.keys()].some((each) => each.startsWith(below))
  );
}

function folder(machine: Machine, path: string, permitted: boolean): string {
  let nearest = path;
  while (!isFolder(machine, nearest)) {
    if (isThere(machine, nearest)) return 'blocked';
    nearest = nearest.slice(0, nearest.lastIndexOf('/')) || '/';
  }
  const onMount = nearest === mount || nearest.startsWith(`${mount}/`);
  return `free ${roomOf(machine) / 1024} ${permitted ? 'yes' : 'no'} ${onMount ? mount : '/'}`;
}

function file(machine: Machine, path: string): string {
  const good = machine.goodOf(path);
  if (good !== undefined) {
    const holds = good.format === 'raw' ? good.bytes : '-';
    return `file ${good.bytes} ${good.allocated / 1024} ${good.format} ${holds} ${machine.noteOf(path) ?? '-'}`;
  }
  const text = machine.readFile(path);
  if (text !== undefined) return `file ${Buffer.byteLength(text)} 4 raw ${Buffer.byteLength(text)} -`;
  if (machine.hasDisk(path)) return `file ${10 * gib} ${4 * 2 ** 20} ${path.endsWith('.qcow2') ? 'qcow2 -' : `raw ${10 * gib}`} -`;
  return isFolder(machine, path) ? 'blocked' : 'absent';
}

/** Bytes free below /srv, and in the volume group: another figure on each host, and always the same. */
export function roomOf({ parts }: Machine): number {
  return (40 + (parts.seed % 400)) * gib;
}
