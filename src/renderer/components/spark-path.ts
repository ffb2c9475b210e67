import type { Trend } from '../../shared/trend.ts';
import { trendPoints } from '../../shared/trend.ts';

export interface SparkPath {
  /** The line; a gap where nothing was sampled for long, a short dash for a lone point. */
  readonly line: string;
  /** The area under it. */
  readonly area: string;
}

/** As many steps without a sample are joined: a slow host and a hidden window are sampled no oftener than each step. */
const joinedSteps = 2;

const none: SparkPath = { line: '', area: '' };

/**
 * The SVG paths of a trend in a box of `width` by `height`, whose right edge is the step `nowStep`. A host that went away leaves a gap on
 * the right. `ceiling` is the ratio at the top edge.
 */
export function sparkPath(trend: Trend, nowStep: number, width: number, height: number, ceiling = 1): SparkPath {
  const { points, endStep } = trend;
  if (points.length === 0) return none;
  const stepWidth = width / (trendPoints - 1);
  const behind = Math.max(0, nowStep - endStep);
  let line = '';
  let area = '';
  let startX = 0;
  let previousX: number | null = null;
  let missing = 0;
  const closeArea = () => {
    if (previousX !== null) area += `L${round(previousX)} ${height}L${round(startX)} ${height}Z`;
    previousX = null;
  };
  for (let index = 0; index < points.length; index += 1) {
    const ratio = points[index];
    const x = width - (points.length - 1 - index + behind) * stepWidth;
    if (ratio == null || x < -stepWidth) {
      missing += 1;
      if (missing > joinedSteps) closeArea();
      continue;
    }
    missing = 0;
    const y = round(height - Math.min(1, Math.max(0, ratio / ceiling)) * height);
    if (previousX === null) {
      startX = x;
      const lone = points.slice(index + 1, index + 2 + joinedSteps).every((next) => next == null);
      line += `M${round(x)} ${y}${lone ? 'h1' : ''}`;
      area += `M${round(x)} ${y}`;
    } else {
      line += `L${round(x)} ${y}`;
      area += `L${round(x)} ${y}`;
    }
    previousX = x;
  }
  closeArea();
  return { line, area };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
