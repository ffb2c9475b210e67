import { formatDuration } from '../../shared/units.ts';
import { clockDate } from '../components/clock-time.ts';

/** A stretch of the past that the charts show, epoch ms. `preset` while it is one of those and ends at the present. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly preset: Preset | null;
}

export type Preset = '1h' | '6h' | '24h' | '7d' | '30d' | '1y';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** The presets in the order of the chooser, each with its name and length. */
export const presets: readonly { readonly value: Preset; readonly label: string; readonly ms: number }[] = [
  { value: '1h', label: '1 h', ms: hourMs },
  { value: '6h', label: '6 h', ms: 6 * hourMs },
  { value: '24h', label: '24 h', ms: dayMs },
  { value: '7d', label: '7 d', ms: 7 * dayMs },
  { value: '30d', label: '30 d', ms: 30 * dayMs },
  { value: '1y', label: '1 y', ms: 365 * dayMs },
];

/** A shorter stretch has hardly two samples in it; a longer one nothing more. */
const [shortestMs, longestMs] = [minuteMs, 730 * dayMs];

/** The stretch of a preset that ends now. */
export function presetSpan(preset: Preset, now: number): Span {
  const ms = presets.find(({ value }) => value === preset)?.ms ?? hourMs;
  return { from: now - ms, to: now, preset };
}

/** Exactly this stretch, as one dragged it; made longer around its middle where it is too short, and kept out of the future. */
export function customSpan(from: number, to: number, now: number): Span {
  const length = Math.min(longestMs, Math.max(shortestMs, Math.round(to - from)));
  const end = Math.min(now, Math.round((from + to + length) / 2));
  return { from: Math.max(0, end - length), to: end, preset: null };
}

/** Half of itself earlier (-1) or later (1). */
export function panned(span: Span, direction: -1 | 1, now: number): Span {
  const by = ((span.to - span.from) / 2) * direction;
  return customSpan(span.from + by, span.to + by, now);
}

/** Twice as long (`out`) or half as long around its middle. */
export function zoomed(span: Span, how: 'in' | 'out', now: number): Span {
  const by = (span.to - span.from) * (how === 'out' ? 0.5 : -0.25);
  return customSpan(span.from - by, span.to + by, now);
}

/** How often a stretch that ends at the present is read anew, ms: as often as its picture would be another one, within reason. */
export function refreshMs(span: Span): number {
  return Math.min(10 * minuteMs, Math.max(5_000, (span.to - span.from) / 500));
}

const steps = [1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs).concat([1, 2, 3, 6, 12].map((hours) => hours * hourMs));
const daySteps = [1, 2, 7, 14, 30, 61, 122].map((days) => days * dayMs);
const mostSplits = 8;
/** So near to the right edge a label would be cut off. */
const cutOff = 0.025;

/** The moments that get a grid line, epoch seconds: round ones of the person's own clock, eight at most. */
export function spanSplits(fromSeconds: number, toSeconds: number): number[] {
  const [from, to] = [fromSeconds * 1000, toSeconds * 1000];
  const step = [...steps, ...daySteps].find((candidate) => (to - from) / candidate <= mostSplits) ?? (to - from) / mostSplits;
  const zoneMs = new Date(from).getTimezoneOffset() * minuteMs;
  const first = Math.ceil((from - zoneMs) / step) * step + zoneMs;
  const end = to - (to - from) * cutOff;
  const count = Math.max(0, Math.floor((end - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => (first + index * step) / 1000);
}

/** The labels of grid lines: the time of day, or the date where that is midnight or the lines are days apart. */
export function splitLabels(splits: readonly number[]): string[] {
  const apartMs = ((splits[1] ?? 0) - (splits[0] ?? 0)) * 1000;
  return splits.map((seconds) => {
    const date = new Date(seconds * 1000);
    const two = (value: number) => String(value).padStart(2, '0');
    const midnight = date.getHours() === 0 && date.getMinutes() === 0;
    if (apartMs >= dayMs || midnight) return `${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    return `${two(date.getHours())}:${two(date.getMinutes())}`;
  });
}

/** What a stretch of the past is called: `2026-11-28 03:00 to 2026-11-28 04:00, 1 h`. */
export function spanName({ from, to }: Span): string {
  return `${clockDate(from)} to ${clockDate(to)}, ${formatDuration(to - from)}`;
}

/** A file name for what is exported: letters, digits, `.`, `_` and `-` of the host's name and the begin of the stretch. */
export function exportName(hostName: string, { from }: Span, extension: string): string {
  const stamp = new Date(from).toISOString().slice(0, 16).replaceAll(':', '-');
  return `${hostName.replaceAll(/[^A-Za-z0-9._-]+/g, '-').slice(0, 80)}-${stamp}.${extension}`;
}
