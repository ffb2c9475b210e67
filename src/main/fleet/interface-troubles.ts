import type { InterfaceTrouble } from '../../shared/contract/fleet.ts';

/** Packets of an interface since it came up, by what became of them. */
export type InterfaceFigures = InterfaceTrouble;

export interface InterfaceReading {
  readonly uptimeMs: number;
  readonly interfaces: readonly InterfaceFigures[];
}

/** Rates are those of so long: errors come in bursts, and a person needs a moment to read them. */
const overMs = 60_000;
/** Readings are kept so far apart: a host with thousands of interfaces is read once a second too. */
const apartMs = 10_000;
const mostKept = overMs / apartMs + 1;
const mostTold = 8;
/** The kernel's have 15 characters. */
const longestName = 64;

/**
 * The interfaces that had errors or drops in the last minute, or since the oldest reading before, the worst first: packets a second. Null without two
 * readings. An interface that was not there before tells nothing yet, nor does a counter that fell: it was taken down and came up anew.
 */
export function interfaceTroubles(
  before: readonly InterfaceReading[],
  now: InterfaceReading | null,
): { readonly troubles: readonly InterfaceTrouble[] | null; readonly kept: readonly InterfaceReading[] } {
  if (now === null) return { troubles: null, kept: before };
  const within = before.filter(({ uptimeMs }) => uptimeMs < now.uptimeMs && now.uptimeMs - uptimeMs <= overMs + apartMs);
  const [oldest] = within;
  const last = within.at(-1);
  const kept = last !== undefined && now.uptimeMs - last.uptimeMs < apartMs ? within : [...within, plain(now)].slice(-mostKept);
  return { troubles: oldest === undefined ? null : troublesSince(oldest, now), kept };
}

function troublesSince(before: InterfaceReading, now: InterfaceReading): readonly InterfaceTrouble[] {
  const seconds = (now.uptimeMs - before.uptimeMs) / 1000;
  const known = new Map(before.interfaces.map((each) => [each.name, each]));
  const found: InterfaceTrouble[] = [];
  for (const each of now.interfaces) {
    const then = known.get(each.name);
    if (then === undefined) continue;
    const rate = (name: Exclude<keyof InterfaceFigures, 'name'>) => Math.max(0, each[name] - then[name]) / seconds;
    const trouble = {
      name: each.name.slice(0, longestName),
      receiveErrors: rate('receiveErrors'),
      receiveDrops: rate('receiveDrops'),
      transmitErrors: rate('transmitErrors'),
      transmitDrops: rate('transmitDrops'),
    };
    if (sum(trouble) > 0) found.push(trouble);
  }
  return found.sort((left, right) => sum(right) - sum(left)).slice(0, mostTold);
}

/** Without what else a reader may have put there: readings are kept for a minute. */
function plain({ uptimeMs, interfaces }: InterfaceReading): InterfaceReading {
  return {
    uptimeMs,
    interfaces: interfaces.map(({ name, receiveErrors, receiveDrops, transmitErrors, transmitDrops }) => ({
      name,
      receiveErrors,
      receiveDrops,
      transmitErrors,
      transmitDrops,
    })),
  };
}

const sum = ({ receiveErrors, receiveDrops, transmitErrors, transmitDrops }: InterfaceTrouble) =>
  receiveErrors + receiveDrops + transmitErrors + transmitDrops;
