import probeScript from '../probe/probe.sh?raw';
import type { ProcFiles } from './proc-files.ts';
import { XenSections } from './xen/probe-sections.ts';

/**
 * probe.sh, run against simulated files: the same requests, the same frames, byte for byte. tests/integration/demo-conformance.test.ts
 * holds the two side by side.
 */

/** What the script has grep look for: a line with any of these strings is sent. */
const wanted = ['cpu ', ...(/^wanted='([^']*)'$/m.exec(probeScript)?.[1] ?? '').split('\n')];

/** What the script keeps from its start. */
export interface ProbeRun {
  readonly nonce: string;
  /** `$2`: where proc(5) is mounted. */
  readonly proc: string;
  /** The line of min_free_kbytes, on kernels without MemAvailable. */
  readonly watermark: string;
  readonly xen: XenSections;
}

/** What the script finds out before its first request. */
export function startProbe(nonce: string, proc: string, files: ProcFiles): ProbeRun {
  const minFree = linesOf(files.proc('sys/vm/min_free_kbytes'))[0];
  const needed = !/^MemAvailable:/m.test(files.proc('meminfo') ?? '') && minFree !== undefined;
  return { nonce, proc, watermark: needed ? `${proc}/sys/vm/min_free_kbytes:${minFree}\n` : '', xen: new XenSections(nonce, proc) };
}

/** The frame that answers one request line (without its newline). */
export function probeAnswer(run: ProbeRun, line: string, files: ProcFiles): string {
  const [seq = '', ...sections] = line.split(/[ \t]+/).filter((word) => word !== '');
  const paths = sections.flatMap(filesOf);
  let out = `${run.nonce} begin ${seq}\n`;
  if (paths.length > 0) {
    const needles = sections.includes('network') ? [...wanted, ':'] : wanted;
    const hasAny = (line: string) => needles.some((needle) => line.includes(needle));
    const lines = paths.map((path) => grep(`${run.proc}/${path}`, files.proc(path), hasAny)).join('');
    // The shell's $(…) leaves out the last newline, or nothing when there is nothing, and the script adds one.
    out += `${run.nonce} files\n${lines || '\n'}${sections.includes('memory') ? run.watermark : ''}`;
  }
  for (const section of sections) {
    if (section === 'facts') out += `${run.nonce} facts\n${facts(files)}`;
    else if (section === 'processes') out += `${run.nonce} processes\n${processes(run, files)}`;
    else if (section === 'whole' || section === 'xen' || section === 'xen-load') out += run.xen.section(section, files);
  }
  return `${out}${run.xen.daemons(files)}${run.nonce} end ${seq}\n`;
}

function filesOf(section: string): readonly string[] {
  switch (section) {
    case 'memory':
      return ['meminfo', 'vmstat'];
    case 'pressure':
      return ['pressure/memory', 'pressure/cpu', 'pressure/io'];
    case 'load':
      return ['loadavg'];
    case 'cpu':
      return ['stat'];
    case 'uptime':
      return ['uptime'];
    case 'network':
      return ['net/dev'];
    default:
      return [];
  }
}

/** What grep prints beside /dev/null: each line that is asked for, after its file's name. */
function grep(name: string, text: string | undefined, asked: (line: string) => boolean): string {
  let out = '';
  for (const line of linesOf(text)) if (asked(line)) out += `${name}:${line}\n`;
  return out;
}

function linesOf(text: string | undefined): readonly string[] {
  if (text === undefined || text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

function facts(files: ProcFiles): string {
  const { name, kernel } = files.profile;
  const stat = files.proc('stat');
  const cores = stat === undefined ? '' : String(linesOf(stat).filter((line) => /^cpu[0-9]/.test(line)).length);
  const bootId = linesOf(files.proc('sys/kernel/random/boot_id'))[0];
  const lines = [`hostname=${name}`, `kernel=Linux ${kernel}`, 'architecture=x86_64', `cores=${cores}`];
  if (bootId !== undefined) lines.push(`boot_id=${bootId}`);
  if (files.proc('xen/capabilities')?.includes('control_d')) lines.push('toolstack=xl');
  // grep -m 1 takes the first line of each file; where both are one file by way of a link, the name comes twice.
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    const system = linesOf(files.etc(path)).find((line) => line.startsWith('PRETTY_NAME='));
    if (system !== undefined) lines.push(system);
  }
  return `${lines.join('\n')}\n`;
}

const largest = 10;

/** `sort -k 2 -n -r`: by the number after the first blank; lines that are equal by it come in reverse order of their bytes. */
function processes(run: ProbeRun, files: ProcFiles): string {
  const resident = files.processIds().flatMap((pid) => {
    const kb = /^VmRSS:\s*(\d+)/m.exec(files.proc(`${pid}/status`) ?? '')?.[1];
    return kb === undefined ? [] : [{ pid, kb, line: `${run.proc}/${pid}/status` }];
  });
  resident.sort((a, b) => Number(b.kb) - Number(a.kb) || (a.line < b.line ? 1 : -1));
  let out = '';
  for (const { pid, line } of resident.slice(0, largest))
    out += grep(line, files.proc(`${pid}/status`), (each) => /^(Name|Uid|VmRSS):/.test(each));
  return out + grep('/etc/passwd', files.etc('/etc/passwd'), (line) => /^[^:]*:[^:]*:[0-9]/.test(line));
}
