import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { hostId, procedure } from './base.ts';
import { seriesNames } from './fleet.ts';

/** What the history keeps of a sample. `cpuBusy` is user, system and steal together, whose peak the parts alone do not tell. */
export const historySeriesNames = [...seriesNames, 'cpuBusy'] as const;
export type HistorySeriesName = (typeof historySeriesNames)[number];

/** How finely something is kept: each sample, or minimum, average and maximum of each minute or hour. */
export type HistoryTier = 'sample' | 'minute' | 'hour';

/** One series of a range, a value for each of its points; null where the host has no such figure, and in gaps. Units as in `seriesNames`. */
export interface HistoryValues {
  readonly min: readonly (number | null)[];
  readonly average: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

/** A host's past, in at most as many points as were asked for; no minimum and no maximum of what is kept gets lost on the way. */
export interface HistoryRange {
  readonly from: number;
  readonly to: number;
  /** What most of it was read from. */
  readonly tier: HistoryTier;
  /** Epoch ms, ascending. Where nothing was sampled for a while, one more point stands in the middle of it, with null in every series. */
  readonly at: readonly number[];
  readonly series: Readonly<Partial<Record<HistorySeriesName, HistoryValues>>>;
}

/** Bytes on disk that a host and day take in each tier. */
export type BytesPerHostDay = Readonly<Record<HistoryTier, number>>;

export interface HistoryState {
  /** Why nothing is being kept at the moment; null when all is well. */
  readonly problem: Problem | null;
  /** That a damaged file was set aside since Hum started, and where it is. */
  readonly setAside: Problem | null;
  /** What the history takes on the disk, and what it may take. */
  readonly bytes: number;
  readonly limitBytes: number;
  /** Hosts that have a history. */
  readonly hosts: number;
  /** Measured on what is kept; from experience while there is little. */
  readonly bytesPerHostDay: BytesPerHostDay;
}

export const history = {
  /**
   * The past of one host between two moments (epoch ms), of these series or of all. Empty where nothing is kept.
   * @throws `history-failed`
   */
  range: procedure
    .input(
      z
        .object({
          host: hostId,
          from: z.int().min(0).max(8.64e15),
          to: z.int().min(0).max(8.64e15),
          points: z.int().min(2).max(4000),
          series: z.array(z.enum(historySeriesNames)).min(1).max(historySeriesNames.length).optional(),
        })
        .refine(({ from, to }) => from < to, 'from must be before to'),
    )
    .output(type<HistoryRange>()),
  /** How the history does: first its state, then each change, at most every 5 s. */
  watch: procedure.output(type<AsyncIteratorObject<HistoryState, void, void>>()),
};
