import { Decimals } from '../../shared/decimals.ts';
import type { ProcFiles } from '../probe/proc-files.ts';

/** Share of the last ten seconds in which some, or all, tasks waited, 0..1 (PSI, Documentation/accounting/psi.rst). Null without PSI. */
export interface PressureReading {
  readonly memorySome: number | null;
  readonly memoryFull: number | null;
  readonly cpuSome: number | null;
  readonly ioSome: number | null;
  readonly ioFull: number | null;
}

/** Reads /proc/pressure. PSI is there since kernel 4.20 and may be switched off. */
export function readPressure(files: ProcFiles): PressureReading {
  const memory = files.get('pressure/memory') ?? '';
  const io = files.get('pressure/io') ?? '';
  return {
    memorySome: averageTen(memory, 'some'),
    memoryFull: averageTen(memory, 'full'),
    cpuSome: averageTen(files.get('pressure/cpu') ?? '', 'some'),
    ioSome: averageTen(io, 'some'),
    ioFull: averageTen(io, 'full'),
  };
}

function averageTen(text: string, kind: 'some' | 'full'): number | null {
  const label = `${kind} avg10=`;
  const at = text.indexOf(label);
  if (at < 0) return null;
  const percent = new Decimals(text, at + label.length).next();
  return percent < 1e6 ? Math.min(1, percent / 100) : null;
}
