import { Decimals } from '../../shared/decimals.ts';
import type { ProcFiles } from '../probe/proc-files.ts';

/**
 * Share of the last ten seconds in which some, or all, tasks waited, 0..1; `…Minute`: of the last minute (PSI, Documentation/accounting/psi.rst).
 * Null without PSI.
 */
export interface PressureReading {
  readonly memorySome: number | null;
  readonly memoryFull: number | null;
  readonly memorySomeMinute: number | null;
  readonly memoryFullMinute: number | null;
  readonly cpuSome: number | null;
  readonly ioSome: number | null;
  readonly ioFull: number | null;
}

/** Reads /proc/pressure. PSI is there since kernel 4.20 and may be switched off. */
export function readPressure(files: ProcFiles): PressureReading {
  const memory = files.get('pressure/memory') ?? '';
  const io = files.get('pressure/io') ?? '';
  return {
    memorySome: averageOf(memory, 'some', 'avg10'),
    memoryFull: averageOf(memory, 'full', 'avg10'),
    memorySomeMinute: averageOf(memory, 'some', 'avg60'),
    memoryFullMinute: averageOf(memory, 'full', 'avg60'),
    cpuSome: averageOf(files.get('pressure/cpu') ?? '', 'some', 'avg10'),
    ioSome: averageOf(io, 'some', 'avg10'),
    ioFull: averageOf(io, 'full', 'avg10'),
  };
}

/** A line: `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`. */
function averageOf(text: string, kind: 'some' | 'full', window: 'avg10' | 'avg60'): number | null {
  const line = text.indexOf(`${kind} avg10=`);
  const label = `${window}=`;
  const at = line < 0 ? -1 : text.indexOf(label, line);
  const end = text.indexOf('\n', line);
  if (at < 0 || (end >= 0 && at > end)) return null;
  const percent = new Decimals(text, at + label.length).next();
  return percent < 1e6 ? Math.min(1, percent / 100) : null;
}
