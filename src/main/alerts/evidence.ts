import { randomBytes } from 'node:crypto';
import type { Evidence, EvidenceProcess } from '../../shared/contract/alerts.ts';
import { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { Runner } from '../ssh/session.ts';
import script from './evidence.sh?raw';
import { parseOomReports } from './oom-report.ts';

const most = { bytes: 1024 * 1024, processes: 15, rows: 400, slabs: 12, tmpfs: 30, memory: 80 };
const timeoutMs = 30_000;
/** An OOM kill longer ago than this belongs to another incident. */
const oldestOomSeconds = 3_600;

/** Memory of a process as one list has it, by pid and name: a pid may be another process by the next list. Bytes. */
export type ProcessList = ReadonlyMap<string, number>;

/** Runs the script and gives its sections. @throws HumError as `Runner.run`, `bad-answer` */
export async function askForEvidence(
  runner: Pick<Runner, 'run'>,
  what: 'processes' | 'all',
  { proc = '/proc', root = '' }: { readonly proc?: string; readonly root?: string } = {},
): Promise<ReadonlyMap<string, string>> {
  const nonce = randomBytes(12).toString('hex');
  const { stdout } = await runner.run(script, [nonce, what, proc, root], { timeoutMs, maxBytes: most.bytes });
  const sections = new Map<string, string>();
  for (const part of stdout.toString('utf8').split(`\n${nonce} `).slice(1)) {
    const end = part.indexOf('\n');
    sections.set(end < 0 ? part : part.slice(0, end), end < 0 ? '' : part.slice(end + 1));
  }
  if (sections.has('end')) return sections;
  throw new HumError({
    code: 'bad-answer',
    message: 'The host did not answer to the end when it was asked about its memory.',
    hint: 'Open a shell on the host and look there.',
  });
}

interface Found {
  readonly process: Omit<EvidenceProcess, 'grown'>;
  readonly key: string;
}

/** Lines of /proc/<pid>/status (proc_pid_status(5)) and the users of /etc/passwd, largest first. */
function parseProcessLines(sections: ReadonlyMap<string, string>): Found[] {
  const users = new Map(
    (sections.get('users') ?? '').split('\n').map((line) => {
      const [name = '', uid = ''] = line.split(':');
      return [uid, name] as const;
    }),
  );
  const found = new Map<number, Map<string, string>>();
  for (const line of (sections.get('processes') ?? '').split('\n')) {
    const [, pid, field = '', value = ''] = /\/(\d{1,10})\/status:(Name|Uid|VmRSS|VmSwap):\s*(.*)$/.exec(line) ?? [];
    if (pid === undefined || found.size > most.rows) continue;
    const fields = found.get(Number(pid)) ?? new Map<string, string>();
    found.set(Number(pid), fields.set(field, value));
  }
  return [...found]
    .map(([pid, fields]) => {
      const bytes = (field: string) => (Number.parseInt(fields.get(field) ?? '', 10) || 0) * 1024;
      const uid = fields.get('Uid')?.split('\t', 1)[0] ?? '';
      const command = visibleText(fields.get('Name') ?? '', 64);
      const process = { pid, user: visibleText(users.get(uid) ?? uid, 64), command, resident: bytes('VmRSS'), swap: bytes('VmSwap') };
      return { process, key: `${pid} ${command}` };
    })
    .sort((left, right) => right.process.resident - left.process.resident);
}

/** How much each of the largest processes has, for growth to be measured from. */
export function processList(sections: ReadonlyMap<string, string>): ProcessList {
  return new Map(parseProcessLines(sections).map(({ key, process }) => [key, process.resident]));
}

/** What the sections say. `before`: an earlier list and how old it is, ms. Never throws, whatever the host printed. */
export function readEvidence(
  sections: ReadonlyMap<string, string>,
  at: number,
  before: { readonly list: ProcessList; readonly ageMs: number } | null,
): Evidence {
  const missing: string[] = [];
  const processes = parseProcessLines(sections).map(({ process, key }): EvidenceProcess => {
    const earlier = before?.list.get(key);
    // The list before has the largest only: who was not in it was small, or not there.
    return { ...process, grown: before === null ? null : process.resident - (earlier ?? 0) };
  });
  const largest = processes.slice(0, most.processes);
  const grown = processes.toSorted((left, right) => (right.grown ?? 0) - (left.grown ?? 0)).slice(0, most.processes);
  if (processes.length === 0) missing.push('No process could be read: /proc may be mounted with hidepid.');
  if (before === null) missing.push('There is no list of processes from before to measure growth from.');

  const memory: Record<string, number> = {};
  for (const line of (sections.get('meminfo') ?? '').split('\n').slice(0, most.memory)) {
    const [, name, value, unit] = /^([A-Za-z_()0-9]{1,40}):\s+(\d{1,15})( kB)?$/.exec(line) ?? [];
    if (name !== undefined) memory[name] = Number(value) * (unit === undefined ? 1 : 1024);
  }
  const slabs = (sections.get('slab') ?? '')
    .split('\n')
    .flatMap((line) => {
      // slabinfo(5): name, active, all objects, size of one.
      const [, name, objects, size] = /^(\S{1,64})\s+\d+\s+(\d{1,12})\s+(\d{1,9})\s/.exec(line) ?? [];
      return name === undefined ? [] : [{ name: visibleText(name, 64), bytes: Number(objects) * Number(size) }];
    })
    .sort((left, right) => right.bytes - left.bytes)
    .slice(0, most.slabs);
  if (slabs.length === 0) missing.push('The caches of the kernel (/proc/slabinfo) may be read by root alone.');
  const tmpfs = (sections.get('tmpfs') ?? '').split('\n').flatMap((line) => {
    const [, size, used, mount] = /^\S+\s+(\d{1,15})\s+(\d{1,15})\s+\d+\s+\S+\s+(\/.*)$/.exec(line) ?? [];
    return mount === undefined ? [] : [{ mount: visibleText(mount, 200), used: Number(used) * 1024, size: Number(size) * 1024 }];
  });
  const kernel = sections.get('kernel') ?? '';
  if (!kernel.startsWith('readable')) missing.push('The log of the kernel (dmesg) may be read by root alone.');
  const uptime = Number.parseFloat(sections.get('uptime') ?? '');
  return {
    at,
    processes: [...new Set([...largest, ...(before === null ? [] : grown)])],
    growthOverMs: before?.ageMs ?? null,
    memory,
    slabs,
    tmpfs: tmpfs
      .filter(({ used }) => used > 0)
      .sort((left, right) => right.used - left.used)
      .slice(0, most.tmpfs),
    balloon: balloonOf(sections.get('balloon') ?? ''),
    dom0: null,
    oom: parseOomReports(kernel, Number.isFinite(uptime) ? uptime : null, oldestOomSeconds, at),
    missing,
  };
}

/** The kernel's Xen balloon driver, /sys/devices/system/xen_memory (Documentation/ABI/stable/sysfs-devices-system-xen_memory). */
function balloonOf(text: string): Evidence['balloon'] {
  const bytes = (name: string) => {
    const found = new RegExp(`${name} (\\d{1,15})`).exec(text)?.[1];
    return found === undefined ? null : Number(found) * 1024;
  };
  const [target, current] = [bytes('target_kb'), bytes('current_kb')];
  const dom0 = text.includes('control_d');
  return target === null && current === null && !dom0 ? null : { current, target, dom0 };
}
