import type { Toolstack } from '../../../shared/contract/xen.ts';
import { HumError } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { Runner } from '../../ssh/session.ts';
import { toolstackFailure } from '../failures.ts';
import { xenScript } from '../scripts.ts';
import { configPath } from './deployment-plan.ts';
import type { Guest } from './guest.ts';

/** What a host has to say of one word that was asked of it; see scripts/deploy-look.sh. Bytes. */
export type Finding =
  | { readonly kind: 'free'; readonly bytes: number; readonly writable: boolean; readonly mount: string }
  | {
      readonly kind: 'file';
      readonly bytes: number;
      readonly allocated: number;
      readonly format: 'raw' | 'qcow2';
      /** How long the disk is that it holds; null where its header does not tell. */
      readonly holds: number | null;
      /** SHA-256 as noted beside it, hex, or null. */
      readonly checksum: string | null;
    }
  | { readonly kind: 'bytes'; readonly bytes: number }
  /** SHA-256 of what is there now, hex. */
  | { readonly kind: 'sum'; readonly checksum: string }
  | { readonly kind: (typeof plainFindings)[number] };

const plainFindings = [
  ...(['there', 'absent', 'blocked', 'unreadable', 'no-lvm', 'bridge', 'interface'] as const),
  ...(['on', 'off', 'old', 'answers', 'silent', 'untold'] as const),
] as const;

/** What was found on a host. */
export interface HostLook {
  /** When, by our clock, epoch ms. */
  readonly at: number;
  /** When the oldest of its findings was made, epoch ms. */
  readonly since: number;
  /** How much its clock is ahead of ours, ms; null where it did not tell. */
  readonly clockAheadMs: number | null;
  /** Bytes that Xen has free; null where the toolstack did not tell. */
  readonly memoryFree: number | null;
  readonly selinux: 'enforcing' | 'permissive' | 'off';
  /** /etc/xen/auto is there. */
  readonly autostart: boolean;
  /** By the word that was asked. */
  readonly findings: ReadonlyMap<string, Finding>;
}

/** What two looks found, the findings of the later one where both have them. */
export function together(before: HostLook | null, later: HostLook): HostLook {
  if (before === null) return later;
  return { ...later, since: Math.min(before.since, later.since), findings: new Map([...before.findings, ...later.findings]) };
}

/** The folder of a path: "/" for one at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** What to look at on a host for a guest. `slow`: what may take a second, too: the checksums of kernel and ramdisk, and whether its fixed addresses are free. */
export function wordsOf(guest: Guest, { slow }: { readonly slow: boolean }): readonly string[] {
  const words = [claimWord(guest.name), `target=${configPath(guest.name)}`];
  if (guest.autostart) words.push(`target=${autostartPathOf(guest.name)}`);
  if (guest.boot.kind === 'kernel') {
    for (const path of [guest.boot.kernel, guest.boot.ramdisk]) {
      if (path !== null) words.push(`file=${path}`, ...(slow ? [sumWord(path)] : []));
    }
  }
  if (guest.boot.kind === 'bootloader' && guest.boot.program.startsWith('/')) words.push(`file=${guest.boot.program}`);
  words.push(...programsOf(guest).map(programWord));
  for (const { place, source } of guest.disks) {
    if (place.kind === 'file') words.push(`folder=${folderOf(place.path)}`, `target=${place.path}`);
    else words.push(`group=${place.group}`, `volume=${place.group}/${place.volume}`);
    if (source.kind === 'image') words.push(source.method === 'snapshot' ? `origin=${source.image}` : `file=${source.image}`);
  }
  for (const { path } of guest.media ?? []) words.push(`file=${path}`);
  if (guest.cloudInit !== null) words.push(`folder=${folderOf(guest.cloudInit.path)}`, `target=${guest.cloudInit.path}`);
  for (const { bridge, ip } of guest.vifs) {
    words.push(`bridge=${bridge}`);
    if (slow && ip.kind === 'static') words.push(reachWord(ip.address, bridge));
  }
  for (const name of guest.selinux.booleans) words.push(`boolean=${name}`);
  return [...new Set(words)];
}

/** Whether it is a word of a look that was slow. */
export function isSlow(word: string): boolean {
  return word.startsWith('sum=') || word.startsWith('reach=');
}

/** What the host itself must have to make this guest: a program that makes its disks, a bootloader. */
export function programsOf({ disks, boot }: Guest): readonly string[] {
  const named = boot.kind === 'bootloader' && !boot.program.startsWith('/') ? [boot.program] : [];
  return [...(disks.some(({ format }) => format === 'qcow2') ? [qemuImg] : []), ...named];
}

export const qemuImg = 'qemu-img';

export function programWord(name: string): string {
  return `program=${name}`;
}

/** Whether a Hum deploys a VM of this name. */
export function claimWord(name: string): string {
  return `claim=${name}`;
}

export function sumWord(path: string): string {
  return `sum=${path}`;
}

export function reachWord(address: string, bridge: string): string {
  return `reach=${address}/${bridge}`;
}

export function autostartPathOf(name: string): string {
  return `/etc/xen/auto/${name}.cfg`;
}

const timeoutMs = 60_000;

/**
 * Asks a host, in one round trip.
 * @throws HumError `bad-answer`, as `Runner.run`, and in the words of the toolstack's failures where the script itself could not run
 */
export async function lookAt(
  runner: Runner,
  toolstack: Toolstack,
  words: readonly string[],
  options: { readonly signal?: AbortSignal; readonly now?: () => number; readonly quietly?: boolean } = {},
): Promise<HostLook> {
  const { signal, now = Date.now, quietly = false } = options;
  const began = now();
  const result = await runner.run(xenScript('deploy-look'), [toolstack, ...words], {
    timeoutMs,
    quietly,
    ...(signal === undefined ? {} : { signal }),
  });
  const output = result.stdout.toString();
  const problem = toolstackFailure({ code: result.code, output: output + result.stderr.toString(), shown: 'The look at the host' });
  if (problem !== undefined) throw new HumError(problem);
  const look = readLook(output, words, (began + now()) / 2);
  if (words.some((word) => !look.findings.has(word))) {
    throw new HumError({
      code: 'bad-answer',
      message: 'The host answered only a part of what Hum asked it.',
      hint: 'Try again. What it said is below.',
      detail: visibleText((output + result.stderr.toString()).slice(-2000), 2000),
    });
  }
  return look;
}

/** Reads what scripts/deploy-look.sh printed. Lines that it would not print are passed over. `at`: our clock while it looked, epoch ms. */
export function readLook(output: string, words: readonly string[], at: number): HostLook {
  const findings = new Map<string, Finding>();
  const told = new Map<string, string>();
  for (const line of output.split('\n')) {
    const [, subject = '', rest = ''] = /^(\w+) (.*)$/.exec(line) ?? [];
    const word = /^[1-9]\d{0,5}$/.test(subject) ? words[Number(subject) - 1] : undefined;
    const finding = word === undefined ? undefined : findingOf(rest);
    if (word !== undefined && finding !== undefined) findings.set(word, finding);
    else if (!told.has(subject)) told.set(subject, rest);
  }
  const clock = whole(told.get('clock'));
  const memory = whole(told.get('memory'));
  const selinux = told.get('selinux')?.toLowerCase();
  return {
    at,
    since: at,
    // It tells whole seconds: on average it is half a second further.
    clockAheadMs: clock === null ? null : clock * 1000 + 500 - at,
    memoryFree: memory === null ? null : memory * 2 ** 20,
    selinux: selinux === 'enforcing' || selinux === 'permissive' ? selinux : 'off',
    autostart: told.get('auto') === 'yes',
    findings,
  };
}

function findingOf(text: string): Finding | undefined {
  const free = /^free (\d{1,15}) (yes|no) (.*)$/.exec(text);
  if (free !== null) return { kind: 'free', bytes: Number(free[1]) * 1024, writable: free[2] === 'yes', mount: free[3] ?? '/' };
  const file = /^file (\d{1,15}) (\d{1,15}) (raw|qcow2) (\d{1,15}|-) ([0-9a-f]{64}|-)$/.exec(text);
  if (file !== null) {
    const [, bytes, kib, format, holds = '-', checksum = '-'] = file;
    return {
      kind: 'file',
      bytes: Number(bytes),
      allocated: Number(kib) * 1024,
      format: format === 'qcow2' ? 'qcow2' : 'raw',
      holds: holds === '-' ? null : Number(holds),
      checksum: checksum === '-' ? null : checksum,
    };
  }
  const bytes = /^bytes (\d{1,15})$/.exec(text);
  if (bytes !== null) return { kind: 'bytes', bytes: Number(bytes[1]) };
  const sum = /^sum ([0-9a-f]{64})$/.exec(text);
  if (sum?.[1] !== undefined) return { kind: 'sum', checksum: sum[1] };
  const plain = plainFindings.find((kind) => kind === text);
  return plain === undefined ? undefined : { kind: plain };
}

function whole(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null;
}
