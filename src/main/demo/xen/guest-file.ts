import type { Guest, GuestDisk, GuestVif } from './guest.ts';

/** Values of a configuration: what xl.cfg(5) has. */
type Setting = string | readonly string[];

export type GuestFile =
  | { readonly kind: 'guest'; readonly guest: Guest }
  /** What xl complains, a line each, after "Parsing config from …". */
  | { readonly kind: 'refused'; readonly complaints: readonly string[] };

/**
 * Reads a configuration as far as the demo needs it, and complains in the words of xl 4.17 (tests/fixtures/xen-4.17/errors). `spare` is
 * the uuid and MAC of a guest that brings none, as the toolstack makes them up.
 */
export function readGuestFile(text: string, path: string, spare: { readonly uuid: string; readonly mac: string }): GuestFile {
  const settings = readSettings(text, path);
  if ('complaint' in settings) return refused(settings.complaint, 'Failed to parse config: Invalid argument');
  const word = (name: string) => {
    const value = settings.values.get(name);
    return typeof value === 'string' ? value : null;
  };
  const number = (name: string, otherwise: number) => {
    const value = Number(word(name) ?? otherwise);
    return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
  };
  const strings = (name: string) => {
    const value = settings.values.get(name);
    return typeof value === 'object' ? value : [];
  };
  const name = word('name');
  const type = word('type') ?? (word('builder') === 'hvm' ? 'hvm' : 'pv');
  if (type !== 'pv' && type !== 'pvh' && type !== 'hvm') return refused(`Invalid domain type ${type}.`);
  if (name === null || name === '') return refused('Domain name must be specified.');
  const [kernel, bootloader] = [word('kernel'), word('bootloader')];
  if (type !== 'hvm' && kernel === null && bootloader === null) return refused('Neither kernel nor bootloader specified');
  const memoryMb = number('memory', 128);
  const vcpus = number('vcpus', 1);
  const guest: Guest = {
    name,
    uuid: word('uuid') ?? spare.uuid,
    type,
    kernel,
    ramdisk: word('ramdisk'),
    commandLine: word('cmdline') ?? word('extra'),
    bootloader,
    memoryMb,
    maxMemoryMb: Math.max(memoryMb, number('maxmem', memoryMb)),
    vcpus,
    maxVcpus: Math.max(vcpus, number('maxvcpus', vcpus)),
    vifs: strings('vif').map((vif) => readVif(vif, spare.mac)),
    disks: strings('disk').map(readDisk),
    onPoweroff: word('on_poweroff') ?? 'destroy',
    onReboot: word('on_reboot') ?? 'restart',
    onCrash: word('on_crash') ?? 'destroy',
  };
  return { kind: 'guest', guest };
}

function refused(...complaints: string[]): GuestFile {
  return { kind: 'refused', complaints };
}

const token = /[ \t]+|#[^\n]*|(\n|;)|([A-Za-z_][A-Za-z0-9_.]*)|('[^'\n]*'|"[^"\n]*")|(0x[0-9a-fA-F]+|\d+)|([=[\],])|(.)/gy;

/** Names, "=", strings, numbers and lists of strings: the grammar of libxlu_cfg_y.y without its rarer forms. */
function readSettings(text: string, path: string): { readonly values: ReadonlyMap<string, Setting> } | { readonly complaint: string } {
  const values = new Map<string, Setting>();
  let line = 1;
  let name: string | undefined;
  let assigned = false;
  let items: string[] | undefined;
  const complain = (near: string, why: string) => ({ complaint: `${path}:${line}: config parsing error near \`${near}': ${why}` });
  for (const [all, end, word, quoted, digits, sign, other] of text.matchAll(token)) {
    if (other !== undefined) return complain(text.slice(text.indexOf(all)).split('\n')[0] ?? all, 'lexical error');
    if (end !== undefined) {
      if (items === undefined && name !== undefined) return complain(end === ';' ? ';' : '\\n', 'syntax error, unexpected NEWLINE');
      if (end === '\n') line += 1;
    } else if (word !== undefined) {
      if (name !== undefined) return complain(word, "syntax error, unexpected IDENT, expecting '='");
      name = word;
    } else if (quoted !== undefined || digits !== undefined) {
      const value = quoted === undefined ? String(Number(digits)) : quoted.slice(1, -1);
      if (items !== undefined) items.push(value);
      else if (name === undefined || !assigned) return complain(all, 'syntax error, unexpected STRING or NUMBER');
      else {
        values.set(name, value);
        name = undefined;
        assigned = false;
      }
    } else if (sign === '=' && name !== undefined) assigned = true;
    else if (sign === '[' && assigned && items === undefined) items = [];
    else if (sign === ']' && items !== undefined && name !== undefined) {
      values.set(name, items);
      name = undefined;
      items = undefined;
      assigned = false;
    } else if (sign !== undefined && !(sign === ',' && items !== undefined)) return complain(sign, 'syntax error');
  }
  if (name !== undefined) return complain('', 'syntax error, unexpected end of file');
  return { values };
}

/** `key=value, …` of xl-network-configuration(5). */
function readVif(text: string, spareMac: string): GuestVif {
  const keys = pairs(text);
  return { mac: (keys.get('mac') ?? spareMac).toLowerCase(), bridge: keys.get('bridge') ?? 'xenbr0', ip: keys.get('ip') ?? null };
}

/** xl-disk-configuration(5): keys, or the places target, format, vdev, access. */
function readDisk(text: string): GuestDisk {
  const keys = pairs(text);
  const [target = '', format = 'raw', device = 'xvda', access = 'rw'] = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => !part.includes('=') && part !== 'cdrom');
  return {
    device: keys.get('vdev') ?? device,
    target: keys.get('target') ?? target.replace(/^(?:phy|file|tap):/, ''),
    format: keys.get('format') ?? (format || 'raw'),
    backend: keys.get('backendtype') ?? null,
    writable: /^(?:rw|w)$/.test(keys.get('access') ?? access),
    cdrom: keys.get('devtype') === 'cdrom' || /(?:^|,) *cdrom *(?:,|$)/.test(text),
  };
}

function pairs(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').flatMap((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? [] : [[part.slice(0, equals).trim(), part.slice(equals + 1).trim()] as const];
    }),
  );
}
