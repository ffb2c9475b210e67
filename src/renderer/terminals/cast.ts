import type { TerminalSize } from '../../shared/contract/terminals.ts';

/** Something that a session log holds; `at` in ms from its beginning, with long silences cut short. */
export type CastEvent =
  | { readonly at: number; readonly kind: 'text'; readonly text: string }
  | { readonly at: number; readonly kind: 'size'; readonly size: TerminalSize }
  | { readonly at: number; readonly kind: 'notice'; readonly text: string };

export interface Cast {
  readonly size: TerminalSize;
  readonly events: readonly CastEvent[];
  /** Of the last event, ms. */
  readonly length: number;
}

/** Nobody wants to look at a screen on which nothing happens for longer, ms. */
const longestSilence = 2000;

/**
 * Reads an asciicast v2 file, whose text is hostile. A line that is none, as the last one of a Hum that was killed, is passed over. Null: its first
 * line is no header.
 */
export function readCast(text: string): Cast | null {
  const lines = text.split('\n');
  const size = headerSize(lines[0] ?? '');
  if (size === null) return null;
  const events: CastEvent[] = [];
  let told = 0;
  let at = 0;
  for (let index = 1; index < lines.length; index++) {
    const event = eventIn(lines[index] ?? '');
    if (event === null) continue;
    at += Math.min(longestSilence, Math.max(0, event.at - told));
    told = Math.max(told, event.at);
    events.push({ ...event, at });
  }
  return { size, events, length: at };
}

function headerSize(line: string): TerminalSize | null {
  const header = parsed(line);
  if (typeof header !== 'object' || header === null || Reflect.get(header, 'version') !== 2) return null;
  return sizeOf(Reflect.get(header, 'width'), Reflect.get(header, 'height'));
}

function eventIn(line: string): CastEvent | null {
  const event = parsed(line);
  if (!Array.isArray(event)) return null;
  const [seconds, code, data] = event as readonly unknown[];
  if (typeof seconds !== 'number' || typeof data !== 'string') return null;
  const at = seconds * 1000;
  if (code === 'o') return { at, kind: 'text', text: data };
  if (code === 'm') return { at, kind: 'notice', text: data };
  if (code !== 'r') return null;
  const [columns, rows] = data.split('x').map(Number);
  const size = sizeOf(columns, rows);
  return size === null ? null : { at, kind: 'size', size };
}

/** Within what a terminal of Hum may have. */
function sizeOf(columns: unknown, rows: unknown): TerminalSize | null {
  const holds = (value: unknown, least: number, most: number): value is number =>
    Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
  return holds(columns, 2, 1000) && holds(rows, 1, 500) ? { columns, rows } : null;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
