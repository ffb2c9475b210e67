import probeScript from '../probe/probe.sh?raw';
import { dfOf } from './disks.ts';
import type { ProcFiles } from './proc-files.ts';

/**
 * probe.sh, run against simulated files: the same requests, the same frames, byte for byte. tests/integration/demo-conformance.test.ts
 * holds the two side by side.
 */

/** The words that the lines of meminfo and vmstat begin with that the script sends. */
const wanted = new Set((/^wanted='([^']*)'$/m.exec(probeScript)?.[1] ?? '').split(/\s/));

/** What the script is given at its start. */
export interface ProbeRun {
  readonly nonce: string;
  /** `$2`: where proc(5) is mounted. */
  readonly proc: string;
}

/** The frame that answers one request line (without its newline). */
export function probeAnswer({ nonce, proc }: ProbeRun, line: string, files: ProcFiles): string {
  const [seq = '', ...sections] = line.split(/[ \t]+/).filter((word) => word !== '');
  let out = `${nonce} begin ${seq}\n${nonce} files\n${sections.map((section) => fileLines(proc, section, files)).join('')}`;
  for (const section of sections) {
    if (section === 'facts') out += `${nonce} facts\n${facts(files)}`;
    else if (section === 'processes') out += `${nonce} processes\n${processes(proc, files)}`;
    else if (section === 'disks') out += `${nonce} disks\n${disks(files)}`;
  }
  return `${out}${nonce} end ${seq}\n`;
}

/** What one section brings of the files below /proc. */
function fileLines(proc: string, section: string, files: ProcFiles): string {
  const lines = (path: string, asked: (line: string, index: number) => boolean = () => true) =>
    linesOf(files.proc(path))
      .filter(asked)
      .map((line) => `${proc}/${path}:${line}\n`)
      .join('');
  const isWanted = (line: string) => wanted.has(line.slice(0, line.indexOf(' ')));
  const isFirst = (_: string, index: number) => index === 0;
  switch (section) {
    case 'memory': {
      const meminfo = lines('meminfo', isWanted);
      return meminfo + (meminfo.includes(':MemAvailable:') ? '' : lines('sys/vm/min_free_kbytes', isFirst)) + lines('vmstat', isWanted);
    }
    case 'pressure':
      return lines('pressure/memory') + lines('pressure/cpu') + lines('pressure/io');
    case 'load':
      return lines('loadavg', isFirst);
    case 'cpu':
      return lines('stat', isFirst);
    case 'uptime':
      return lines('uptime', isFirst);
    case 'tcp':
      return segmentLines(proc, files);
    case 'network':
      return lines('net/dev');
    default:
      return '';
  }
}

/** Of the Tcp: lines the two columns that the script picks. */
function segmentLines(proc: string, files: ProcFiles): string {
  const [names, values] = linesOf(files.proc('net/snmp'))
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  const [sent, again] = ['OutSegs', 'RetransSegs'].map((name) => values?.[names?.indexOf(name) ?? -1]);
  return sent === undefined || again === undefined ? '' : `${proc}/net/snmp:Tcp: ${sent} ${again}\n`;
}

function linesOf(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

function facts(files: ProcFiles): string {
  const { name, kernel } = files.profile;
  const stat = files.proc('stat');
  const cores = linesOf(stat).filter((line) => /^cpu[0-9]/.test(line)).length;
  const bootId = linesOf(files.proc('sys/kernel/random/boot_id'))[0];
  const lines = [`hostname=${name}`, `kernel=Linux ${kernel}`, 'architecture=x86_64'];
  if (cores > 0) lines.push(`cores=${cores}`);
  if (bootId !== undefined) lines.push(`boot_id=${bootId}`);
  if (files.proc('xen/capabilities')?.includes('control_d')) lines.push('toolstack=xl');
  const distribution = linesOf(files.etc('/etc/os-release')).find((line) => line.startsWith('PRETTY_NAME='));
  if (distribution !== undefined) lines.push(distribution);
  return `${lines.join('\n')}\n`;
}

function disks(files: ProcFiles): string {
  const mounted = files.disks();
  const marked = (letter: string, lines: readonly string[]) => lines.map((line) => `${letter}:${line}\n`).join('');
  return (
    marked(
      'm',
      mounted.map(({ device, mount, type }) => `${device} ${mount} ${type} rw`),
    ) +
    marked('k', linesOf(dfOf(mounted, 'blocks'))) +
    marked('i', linesOf(dfOf(mounted, 'inodes')))
  );
}

const largest = 10;

/** `sort -k 2 -n -r`: by the number after the first blank; lines that are equal by it come in reverse order of their bytes. */
function processes(proc: string, files: ProcFiles): string {
  const resident = files.processIds().flatMap((pid) => {
    const kb = /^VmRSS:\s*(\d+)/m.exec(files.proc(`${pid}/status`) ?? '')?.[1];
    return kb === undefined ? [] : [{ pid, kb, path: `${proc}/${pid}/status` }];
  });
  resident.sort((a, b) => Number(b.kb) - Number(a.kb) || (a.path < b.path ? 1 : -1));
  const named = (path: string, text: string | undefined, asked: RegExp) =>
    linesOf(text)
      .filter((line) => asked.test(line))
      .map((line) => `${path}:${line}\n`)
      .join('');
  return (
    resident
      .slice(0, largest)
      .map(({ pid, path }) => named(path, files.proc(`${pid}/status`), /^(Name|Uid|VmRSS):/))
      .join('') + named('/etc/passwd', files.etc('/etc/passwd'), /^[^:]*:[^:]*:[0-9]/)
  );
}
