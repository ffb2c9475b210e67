import type { ProcFiles } from '../proc-files.ts';
import { type Answer, failed } from './answer.ts';
import { type Domain, diskWork } from './domain.ts';
import type { XenHost } from './xen-host.ts';
import { xl } from './xl.ts';

/**
 * xen/scripts/probe.sh, for as long as one run of the script lasts: it remembers what it has sent.
 * tests/integration/demo-conformance.test.ts holds both side by side.
 */
export class XenSections {
  readonly #nonce: string;
  readonly #proc: string;
  #domains = '-';
  #configurations = '-';
  /** A command of the request that is under way has failed. */
  #failed = false;

  constructor(nonce: string, proc: string) {
    this.#nonce = nonce;
    this.#proc = proc;
  }

  /** The frame that answers one request line (without its newline). */
  answer(line: string, files: ProcFiles): string {
    const [seq = '', ...sections] = line.split(/[ \t]+/).filter((word) => word !== '');
    this.#failed = false;
    const told = sections.map((section) => this.#section(section, files)).join('');
    return `${this.#nonce} begin ${seq}\n${told}${this.#daemons(files)}${this.#nonce} end ${seq}\n`;
  }

  #section(name: string, files: ProcFiles): string {
    if (name === 'xen') return this.#xen(files);
    if (name === 'xen-load') return this.#xenLoad(files);
    if (name === 'whole') {
      this.#domains = '-';
      this.#configurations = '-';
    }
    return '';
  }

  /** Where xenstored's state is told, after a failure. */
  #daemons(files: ProcFiles): string {
    if (!this.#failed) return '';
    const paths = files.processIds().map((pid) => `${pid}/stat`);
    const found = paths.filter((path) => /\(.*xenstored\)/.test(files.proc(path) ?? '')).map((path) => `${this.#proc}/${path}`);
    return this.#add('xen-daemons', found.sort().join('\n'));
  }

  #xen(files: ProcFiles): string {
    const info = this.#ask('xen-info', run(files, ['info']));
    let out = this.#add('xen-info', info.text);
    if (info.worked) {
      const domains = this.#ask('xen-domains', run(files, ['list', '--long']));
      if (domains.text === this.#domains) out += `${this.#nonce} xen-domains-same\n`;
      else out += this.#add('xen-domains', trimmed(domains.text.replace(/^ +/gm, '')));
      this.#domains = domains.text;
      out += this.#add('xen-uptime', this.#ask('xen-uptime', run(files, ['uptime'])).text);
    }
    const configurations = configurationLines(files.xen);
    if (configurations === this.#configurations) return `${out}${this.#nonce} xen-files-same\n`;
    this.#configurations = configurations;
    return out + this.#add('xen-files', configurations);
  }

  #xenLoad(files: ProcFiles): string {
    const list = this.#ask('xen-list', run(files, ['list']));
    const counters = ['uptime', 'net/dev'].flatMap((path) => named(`${this.#proc}/${path}`, files.proc(path) ?? ''));
    return this.#add('xen-list', list.text) + this.#add('xen-counters', [...counters, ...sectors(files.xen, files.at)].join('\n'));
  }

  /** The shell function `ask`: stdout, then a marker, the exit status and stderr; $(…) drops the newlines at the end of each. */
  #ask(name: string, answer: Answer): { readonly text: string; readonly worked: boolean } {
    if (answer.code !== 0) this.#failed = true;
    const end = `\n${this.#nonce} ${name}-end\n${answer.code}\n${trimmed(answer.stderr)}\n`;
    return { text: trimmed(answer.stdout + end), worked: answer.code === 0 };
  }

  #add(name: string, text: string): string {
    return `${this.#nonce} ${name}\n${text}\n`;
  }
}

function run(files: ProcFiles, args: readonly string[]): Answer {
  // What timeout(1) says of a program that is not there.
  if (!files.xen) return failed(127, "timeout: failed to run command 'xl': No such file or directory");
  return xl(files.xen.at(files.at), args);
}

function trimmed(text: string): string {
  return text.replace(/\n+$/, '');
}

function named(name: string, text: string): readonly string[] {
  return trimmed(text) === ''
    ? []
    : trimmed(text)
        .split('\n')
        .map((line) => `${name}:${line}`);
}

/** As `find` and `grep` tell them: those in /etc/xen, then those behind the links in /etc/xen/auto. */
function configurationLines(xen: XenHost | undefined): string {
  if (!xen) return '';
  const { files, links } = xen.machine;
  const own = [...files].filter(([path]) => isConfiguration(path));
  const started = [...links.keys()].flatMap((link) => {
    const text = xen.machine.readFile(link);
    return text === undefined ? [] : [[link, text] as const];
  });
  return [...own, ...started].flatMap(([path, text]) => named(path, text)).join('\n');
}

/** Directly in one of the two folders, and no copy that an editor or Hum has left: the names that the script leaves out. */
function isConfiguration(path: string): boolean {
  const name = /^\/etc\/xen\/(?:auto\/)?([^/]+)$/.exec(path)?.[1];
  return name !== undefined && !/^\.|~$|\.bak$|\.hum-|[:\p{Cc}]/u.test(name) && name !== 'xl.conf';
}

/** Sectors that blkback has moved, by the folders of sysfs; a qdisk has none. */
function sectors(xen: XenHost | undefined, at: number): readonly string[] {
  if (!xen) return [];
  return xen
    .at(at)
    .machine.domains(at)
    .flatMap((domain) => sectorLines(domain, at))
    .sort();
}

/** The files below /sys/bus/xen-backend/devices of one domain, by path: only its first disk is busy. */
export function sectorFiles(domain: Domain, at: number): readonly (readonly [path: string, text: string])[] {
  const work = diskWork(domain, at);
  return domain.guest.disks.flatMap(({ device, backend }, index) => {
    const folder = `vbd-${domain.id}-${deviceNumber(device)}/statistics`;
    const [read, written] = index === 0 ? [work.readSectors, work.writtenSectors] : [0, 0];
    return backend === 'qdisk'
      ? []
      : ([
          [`${folder}/rd_sect`, `${read}\n`],
          [`${folder}/wr_sect`, `${written}\n`],
        ] as const);
  });
}

function sectorLines(domain: Domain, at: number): readonly string[] {
  return sectorFiles(domain, at).flatMap(([path, text]) => named(path, text));
}

/** xen-vbd-interface(7): xvda is 202 << 8, a disk further 16 more; hda is 3 << 8, hdb 64 more. */
export function deviceNumber(device: string): number {
  const letter = (device.charCodeAt(device.length - 1) || 97) - 97;
  return device.startsWith('hd') ? ((letter < 2 ? 3 : 22) << 8) + (letter % 2) * 64 : (202 << 8) + letter * 16;
}
