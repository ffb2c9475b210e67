import type { Disk } from '../../shared/contract/xen.ts';

/** A disk of xl.cfg(5) as xl-disk-configuration(5) reads it. */
export interface DiskSpec extends Disk {
  readonly script: string | null;
  /** Words that Hum has no use for, `discard` or `direct-io-safe`, kept as they were. */
  readonly others: readonly string[];
}

/** The prefixes of xm, which xl still takes; those that tell a format, and those that name a script. */
const formatPrefix = /^(raw|qcow2?|vhd):/;
const scriptPrefix = /^(iscsi|e?nbd|drbd):/;
const plainPrefix = /^(?:tapdisk|tap2?|aio|ioemu|file|phy):/;

/**
 * Reads one disk as libxlu does (libxlu_disk_l.l): prefixes, `key=value` in any order, and by position target, format, vdev and access,
 * where the format is left out after a prefix. `target=` takes the rest. Never throws: what it does not know lands in `others`.
 */
export function parseDisk(spec: string): DiskSpec {
  let rest = spec;
  let target: string | undefined;
  let format: string | undefined;
  let device: string | undefined;
  let backend: string | undefined;
  let script: string | undefined;
  let access: string | undefined;
  let cdrom = false;
  let prefixed = false;
  const others: string[] = [];

  const setDevice = (word: string) => {
    // The device may say its type: `hdc:cdrom`.
    const colon = word.lastIndexOf(':');
    device = colon < 0 ? word : word.slice(0, colon);
    if (colon >= 0) cdrom = word.slice(colon + 1) === 'cdrom';
  };

  const positional = (word: string) => {
    if (target === undefined) target = word;
    else if (format === undefined && !prefixed) {
      if (target === '' && word.includes(':')) {
        setDevice(word);
        format = 'empty';
      } else format = word === '' ? 'raw' : word;
    } else if (device === undefined) setDevice(word);
    else if (access === undefined) access = word;
    else others.push(word);
  };

  for (;;) {
    rest = rest.replace(/^[ \t\n]+/, '');
    if (rest === '') break;
    const prefix = formatPrefix.exec(rest) ?? scriptPrefix.exec(rest) ?? plainPrefix.exec(rest);
    if (prefix !== null && target === undefined) {
      prefixed = true;
      if (formatPrefix.test(rest)) format = prefix[1];
      else if (scriptPrefix.test(rest)) script = `block-${prefix[1]}`;
      rest = rest.slice(prefix[0].length);
      continue;
    }
    if (rest.startsWith('target=')) {
      target = rest.slice('target='.length);
      break;
    }
    const comma = rest.indexOf(',');
    const word = comma < 0 ? rest : rest.slice(0, comma);
    rest = comma < 0 ? '' : rest.slice(comma + 1);
    const [, key, value = ''] = /^([a-z][-a-z0-9]*)=(.*)$/s.exec(word) ?? [];
    if (key === undefined) {
      if (word === 'cdrom') cdrom = true;
      else if (['direct-io-safe', 'discard', 'no-discard', 'colo', 'no-colo'].includes(word)) others.push(word);
      else positional(word);
    } else if (key === 'format') format = value === '' ? 'raw' : value;
    else if (key === 'vdev') device = value;
    else if (key === 'access') access = value;
    else if (key === 'devtype') cdrom = value === 'cdrom';
    else if (key === 'backendtype') backend = value;
    else if (key === 'script') script = value;
    else others.push(word);
  }

  return {
    device: device ?? '',
    target: target ?? '',
    format: format ?? null,
    backend: backend ?? null,
    writable: access === undefined ? !cdrom : !['r', 'ro'].includes(access),
    cdrom,
    script: script ?? null,
    others,
  };
}

/** A disk in the `key=value` form, `target=` last, where it may hold anything. A value with a comma elsewhere is left out. */
export function writeDisk(disk: DiskSpec): string {
  const keys: readonly (readonly [string, string | null])[] = [
    ['format', disk.format],
    ['vdev', disk.device],
    ['access', disk.writable ? 'rw' : 'ro'],
    ['backendtype', disk.backend],
    ['script', disk.script],
  ];
  const words = keys.flatMap(([key, value]) => (value === null || value === '' || value.includes(',') ? [] : [`${key}=${value}`]));
  if (disk.cdrom) words.push('devtype=cdrom');
  words.push(...disk.others.filter((word) => !word.includes(',')));
  if (disk.target !== '') words.push(`target=${disk.target}`);
  return words.join(', ');
}
