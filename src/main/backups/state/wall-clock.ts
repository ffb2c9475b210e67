const formats = new Map<string, Intl.DateTimeFormat>();

/** A formatter that tells a moment by the wall clock of a zone, made once for each. */
function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, format);
  return format;
}

const quarterMs = 900_000;
const offsets = new Map<string, number>();
/** A month of quarters of an hour for a handful of zones. */
const mostOffsets = 20_000;

/** The offset of a zone at a moment, ms east of UTC. It changes at a full quarter of an hour, if at all: it is asked for once in each. */
function offsetAt(at: number, zone: string): number {
  const quarter = Math.floor(at / quarterMs);
  const key = `${zone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  if (offsets.size >= mostOffsets) offsets.clear();
  const offset = askOffset(quarter * quarterMs, zone);
  offsets.set(key, offset);
  return offset;
}

function askOffset(at: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return local - Math.floor(at / 1000) * 1000;
}

/** Epoch ms of a wall clock's `[year, month, day, hour, minute, second]` in a zone; null for what is no date. */
export function wallClock(fields: readonly number[], zone: string): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = fields;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  if (!Number.isFinite(local)) return null;
  const guess = local - offsetAt(local, zone);
  return local - offsetAt(guess, zone);
}

/** The number of the calendar day of a moment in a zone: days since 1970-01-01. */
export function dayOf(at: number, zone: string): number {
  return Math.floor((at + offsetAt(at, zone)) / 86_400_000);
}
