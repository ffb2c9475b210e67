import type { DomainState } from '../../shared/contract/xen.ts';

const mib = 2 ** 20;

/** A row of `xl list` or `xm list`. */
export interface TableRow {
  /** Null for a domain that xend keeps and that is off. */
  readonly id: number | null;
  /** The end of the name, if it holds line ends. */
  readonly name: string;
  /** Bytes. */
  readonly memory: number;
  readonly vcpus: number;
  readonly state: DomainState;
  /** Of all its virtual CPUs, in steps of 100 ms. */
  readonly cpuTimeMs: number;
}

/** Xen numbers domains in 15 bits (xen/include/public/xen.h, DOMID_FIRST_RESERVED). */
const highestId = 0x7fef;

/** From the right: a name may hold blanks, and whatever else looks like a row. xl's flags are six characters, those of old xm five. */
const thereRow = /^(.*?)[ \t]+(\d{1,5})[ \t]+(\d{1,12})[ \t]+(\d{1,5})[ \t]+([-a-zA-Z?]{5,8})[ \t]+(\d{1,12}(?:\.\d)?)$/;
/** xm list has neither id nor flags for a domain that it keeps and that is off. */
const offRow = /^(.*?)[ \t]+(\d{1,12})[ \t]+(\d{1,5})[ \t]+(\d{1,12}\.\d)$/;

/** xenstore holds no name longer than 4 KiB (XENSTORE_PAYLOAD_MAX); the search from the right costs more than the length of a line. */
export const longestRow = 4_600;

/** Reads what `xl list` or `xm list` prints. Lines that are no row are passed over: the heading, and pieces of names with line ends. */
export function parseDomainTable(text: string): TableRow[] {
  const rows: TableRow[] = [];
  for (const line of text.split('\n')) {
    if (line.length > longestRow) continue;
    const there = thereRow.exec(line);
    if (there !== null) {
      const [, name = '', id, memory, vcpus, flags = '', seconds] = there;
      if (Number(id) > highestId) continue;
      rows.push({
        id: Number(id),
        name,
        memory: Number(memory) * mib,
        vcpus: Number(vcpus),
        state: stateOf(flags),
        cpuTimeMs: Math.round(Number(seconds) * 1000),
      });
      continue;
    }
    const off = offRow.exec(line);
    if (off === null) continue;
    const [, name = '', memory, vcpus] = off;
    rows.push({ id: null, name, memory: Number(memory) * mib, vcpus: Number(vcpus), state: 'off', cpuTimeMs: 0 });
  }
  return rows;
}

/**
 * What the flags mean: running, blocked, paused, shut down, why, dying; one letter or `-` for each. Why a domain has shut down xl tells by
 * one of `-rscwS`: power off, reboot, suspend, crash, watchdog, soft reset (xl_list.c in Xen's source).
 */
export function stateOf(flags: string): DomainState {
  if (flags.charAt(5) === 'd') return 'dying';
  if (/[cw]/.test(flags.charAt(4))) return 'crashed';
  if (flags.charAt(3) === 's') return 'shut-down';
  if (flags.charAt(2) === 'p') return 'paused';
  return flags.charAt(1) === 'b' ? 'idle' : 'running';
}
