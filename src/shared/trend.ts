/** The sparkline of a row: used memory over 15 minutes, in fixed steps, so that the console and the renderer append alike. */

export const trendStepMs = 15_000;
export const trendPoints = 60;

/** `points` end at step `endStep` (`Math.floor(epochMs / trendStepMs)`), oldest first, null where nothing was sampled. */
export interface Trend {
  readonly endStep: number;
  readonly points: readonly (number | null)[];
}

export const emptyTrend: Trend = { endStep: 0, points: [] };

/** The trend with one more sample. Samples of one step keep the highest, so that a spike stays seen. Never longer than `trendPoints`. */
export function appendTrend(trend: Trend, at: number, ratio: number): Trend {
  const step = Math.floor(at / trendStepMs);
  const ahead = step - trend.endStep;
  if (trend.points.length === 0 || ahead >= trendPoints) return { endStep: step, points: [ratio] };
  if (ahead <= 0) {
    const points = [...trend.points];
    const index = points.length - 1 + ahead;
    if (index < 0) return trend;
    const held = points[index];
    points[index] = held == null ? ratio : Math.max(held, ratio);
    return { endStep: trend.endStep, points };
  }
  const gap = Array.from({ length: ahead - 1 }, () => null);
  return { endStep: step, points: [...trend.points, ...gap, ratio].slice(-trendPoints) };
}
