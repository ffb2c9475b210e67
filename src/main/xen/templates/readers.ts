import { domainName } from '../../../shared/contract/xen.ts';
import { type MacRange, macNumber } from '../deploy/macs.ts';
import { quoted, suggestion, Unfit } from './unfit.ts';

/** Readers of values as people write them. Each answers the value or throws `Unfit`; none quotes anything for a shell or a configuration. */
export type Reader<T> = (text: string) => T;

const units = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;
const mebibyte = units.MiB;
/** What is usually meant by what is usually written. */
const usual: Readonly<Record<string, keyof typeof units>> = {
  k: 'KiB',
  kb: 'KiB',
  ki: 'KiB',
  kib: 'KiB',
  m: 'MiB',
  mb: 'MiB',
  mi: 'MiB',
  mib: 'MiB',
  g: 'GiB',
  gb: 'GiB',
  gi: 'GiB',
  gib: 'GiB',
  t: 'TiB',
  tb: 'TiB',
  ti: 'TiB',
  tib: 'TiB',
  b: 'B',
};

/** "512 MiB", "1.5 GiB": bytes. A number alone is refused, as some take it for MiB and others for bytes. */
export function readBytes(text: string): number {
  const [, number, unit = ''] = /^([0-9]{1,15}(?:\.[0-9]{1,6})?)[ \u00a0]?([A-Za-z]{0,8})$/.exec(text.trim()) ?? [];
  if (number === undefined) throw new Unfit(`${quoted(text)} is no amount: write a number with its unit, as in 512 MiB or 2 GiB.`);
  if (unit === '') throw new Unfit(`${number} has no unit: write ${number} MiB, or ${number} GiB.`);
  if (!Object.hasOwn(units, unit)) {
    const meant = usual[unit.toLowerCase()];
    throw new Unfit(`“${unit}” is no unit here: write ${meant === undefined ? 'MiB, GiB or TiB' : `${number} ${meant}`}.`);
  }
  const bytes = Number(number) * units[unit as keyof typeof units];
  if (!Number.isSafeInteger(bytes)) throw new Unfit(`${quoted(text)} is not a whole number of bytes.`);
  return bytes;
}

/** Bytes as `readBytes` reads them back, in the largest unit that leaves a whole number. */
export function writeBytes(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB'] as const)
    if (bytes > 0 && bytes % units[unit] === 0) return `${bytes / units[unit]} ${unit}`;
  return `${bytes} B`;
}

/** Of a domain: xl.cfg(5) counts it in MiB. */
export function readMemory(text: string): number {
  const bytes = readBytes(text);
  if (bytes % mebibyte !== 0) throw new Unfit('Memory goes by whole MiB.');
  if (bytes < 4 * mebibyte || bytes > 2 ** 44) throw new Unfit('Memory is between 4 MiB and 16 TiB.');
  return bytes;
}

/** Of a disk: it goes by sectors. */
export function readDiskSize(text: string): number {
  const bytes = readBytes(text);
  if (bytes % 512 !== 0) throw new Unfit('A disk has whole sectors of 512 bytes.');
  if (bytes < mebibyte || bytes > 2 ** 47) throw new Unfit('A disk is between 1 MiB and 128 TiB.');
  return bytes;
}

/** "5 s", "2 min": seconds. */
export function readSeconds(text: string): number {
  const [, number, unit] = /^([0-9]{1,5}) ?(s|min)?$/.exec(text.trim()) ?? [];
  if (number === undefined) throw new Unfit(`${quoted(text)} is no time: write seconds or minutes, as in 5 s or 2 min.`);
  if (unit === undefined) throw new Unfit(`${number} has no unit: write ${number} s, or ${number} min.`);
  const seconds = Number(number) * (unit === 'min' ? 60 : 1);
  if (seconds > 3600) throw new Unfit('It is an hour at most.');
  return seconds;
}

export function readInteger(text: string): number {
  if (!/^-?[0-9]{1,15}$/.test(text.trim())) throw new Unfit(`${quoted(text)} is no whole number.`);
  return Number(text.trim());
}

export function integerBetween(least: number, most: number): Reader<number> {
  return (text) => {
    const value = readInteger(text);
    if (value < least || value > most) throw new Unfit(`It is between ${least} and ${most}.`);
    return value;
  };
}

export function readBoolean(text: string): boolean {
  const word = text.trim();
  if (word === 'true' || word === 'false') return word === 'true';
  throw new Unfit(`${quoted(text)} is neither true nor false.`);
}

export function oneOf<T extends string>(choices: readonly T[]): Reader<T> {
  return (text) => {
    const chosen = choices.find((choice) => choice === text);
    if (chosen !== undefined) return chosen;
    throw new Unfit(`${quoted(text)} is none of ${choices.map((choice) => visible(choice)).join(', ')}${suggestion(text, choices) || '.'}`);
  };
}

const visible = (text: string) => quoted(text).slice(1, -1);

/** As the contract has it for every new domain. */
export function readName(text: string): string {
  const parsed = domainName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new Unfit(parsed.error.issues[0]?.message ?? 'This cannot be a name.');
}

/** Of one card, in small letters. */
export function readMac(text: string): string {
  const mac = text.trim().toLowerCase();
  if (!/^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/.test(mac))
    throw new Unfit(`${quoted(text)} is no MAC address: six pairs of digits as in 00:16:3e:5a:0b:1c.`);
  if (Number.parseInt(mac.slice(0, 2), 16) % 2 === 1) throw new Unfit(`${mac} is an address of a group, not of one card.`);
  if (mac === '00:00:00:00:00:00') throw new Unfit('A card cannot have the MAC address of zeros.');
  return mac;
}

/** Null: generated in Xen's own range. */
export function readMacPolicy(text: string): string | MacRange | null {
  if (text === 'generated') return null;
  const [first = '', last, ...more] = text.split('-');
  if (last === undefined || more.length > 0) return readMac(text);
  const range = { first: readMac(first), last: readMac(last) };
  if (macNumber(range.first) > macNumber(range.last)) throw new Unfit(`The range ${quoted(text)} runs backwards.`);
  if (range.first.slice(0, 2) !== range.last.slice(0, 2))
    throw new Unfit(`${quoted(text)} is no range of one maker: both ends begin alike.`);
  return range;
}

export function readIpv4(text: string): string {
  const parts = text.trim().split('.');
  const sound = parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255);
  if (!sound) throw new Unfit(`${quoted(text)} is no IPv4 address: four numbers as in 192.0.2.10.`);
  return parts.join('.');
}

/** An IPv4 address as a number, for arithmetic on networks. */
export function ipv4Number(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** The netmask of a prefix, dotted. */
export function netmaskOf(prefix: number): string {
  const mask = 2 ** 32 - 2 ** (32 - prefix);
  return [24, 16, 8, 0].map((shift) => Math.floor(mask / 2 ** shift) % 256).join('.');
}

/** A text in one line, as a configuration can hold it. */
export function readLine(text: string): string {
  if (/[\r\n\u2028\u2029]/.test(text)) throw new Unfit('It has a line end in it, which a configuration cannot hold.');
  if (/\p{Cc}/u.test(text) || !text.isWellFormed()) throw new Unfit('It has a control character in it, which a configuration cannot hold.');
  if (text.length > 4096) throw new Unfit('It is longer than 4096 characters.');
  return text;
}

/** Several lines, as a document of cloud-init can hold them. */
export function readLines(text: string): string {
  if (/[^\P{Cc}\n\t]/u.test(text) || !text.isWellFormed()) throw new Unfit('It has a control character in it.');
  return text;
}

/**
 * A file on a host. It stays below the folder that is written before its first parameter: no part of a path goes up. A comma or a blank at
 * its end would be lost to xl, which cuts them off a disk's target.
 */
export function readPath(text: string): string {
  readLine(text);
  if (!text.startsWith('/')) throw new Unfit(`${quoted(text)} is no path on the host: one begins with /.`);
  if (text.length > 1024) throw new Unfit('The path is longer than 1024 characters.');
  const parts = text.slice(1).split('/');
  if (parts.includes('..')) throw new Unfit('The path leaves its folder: .. is not allowed in it.');
  if (parts.some((part) => part === '' || part === '.')) throw new Unfit('A part of the path is empty or a single dot.');
  if (parts.some((part) => part.startsWith('-'))) throw new Unfit('A part of the path begins with -, which commands take for an option.');
  if (/[,\s]$/.test(text)) throw new Unfit('The path ends in a comma or a blank.');
  return text;
}

/** `group/volume`, as LVM names them (lvm(8), "VALID NAMES"). */
export function readVolume(text: string): { readonly group: string; readonly volume: string } {
  const [, group, volume] = /^([A-Za-z0-9+_.][A-Za-z0-9+_.-]{0,126})\/([A-Za-z0-9+_.][A-Za-z0-9+_.-]{0,126})$/.exec(text) ?? [];
  if (group === undefined || volume === undefined || [group, volume].some((name) => name === '.' || name === '..')) {
    throw new Unfit(`${quoted(text)} is no logical volume: write group/volume, as in vg0/web01.`);
  }
  return { group, volume };
}

/** A block device as a guest knows it. */
export function readDevice(text: string): string {
  if (/^(?:xvd[a-z]{1,2}|[hs]d[a-z])[0-9]{0,2}$/.test(text)) return text;
  throw new Unfit(`${quoted(text)} is no disk of a guest: write xvda, xvdb, … or hda, sda, ….`);
}

/** The kernel's own limit is 15 characters (IFNAMSIZ). */
export function readBridge(text: string): string {
  if (/^[A-Za-z0-9_][\w.:-]{0,14}$/.test(text)) return text;
  throw new Unfit(`${quoted(text)} is no name of a bridge: at most 15 letters, digits and . _ : -.`);
}

export function readChecksum(text: string): string {
  const hex = text
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, '');
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  throw new Unfit(`${quoted(text)} is no SHA-256: it has 64 hexadecimal digits.`);
}

export function readHostname(text: string): string {
  if (text.length <= 253 && /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/.test(text))
    return text;
  throw new Unfit(`${quoted(text)} is no host name: letters, digits and -, with dots between.`);
}

export function readAccount(text: string): string {
  if (/^[a-z_][a-z0-9_-]{0,31}$/.test(text)) return text;
  throw new Unfit(`${quoted(text)} is no account: small letters, digits, _ and -, at most 32.`);
}

/** A line of authorized_keys without options. */
export function readPublicKey(text: string): string {
  const key = readLine(text.trim());
  if (/^(?:ssh-|ecdsa-|sk-)[A-Za-z0-9@.-]{1,64} [A-Za-z0-9+/]{16,}={0,2}(?: .*)?$/.test(key)) return key;
  throw new Unfit(`${quoted(text)} is no public SSH key: a line as in id_ed25519.pub.`);
}

export function readPackage(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9+.:~=_-]{0,127}$/.test(text)) return text;
  throw new Unfit(`${quoted(text)} is no name of a package.`);
}

export function readSelinuxBoolean(text: string): string {
  if (/^[A-Za-z][A-Za-z0-9_]{0,127}$/.test(text)) return text;
  throw new Unfit(`${quoted(text)} is no SELinux boolean: letters, digits and _.`);
}

export function readTag(text: string): string {
  if (text.length <= 64 && /^[^\s,\p{Cc}\p{Cf}]+$/u.test(text)) return text;
  throw new Unfit(`${quoted(text)} is no tag: one has no blanks and no commas, and 64 characters at most.`);
}
