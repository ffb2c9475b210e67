import type uPlot from 'uplot';
import type { Severity } from '../../../shared/incident.ts';

/** A level at which a rule fires, in the unit of the chart. */
export interface DrawnLevel {
  readonly at: number;
  readonly severity: Severity;
}

/** Colour, word, and how far the word is from the right end: two lines may lie close together. CSS pixels. */
const looks = { warning: ['--hum-warn-fill', 'Warning', 4], critical: ['--hum-bad-fill', 'Critical', 60] } as const;

/** Draws the levels over a chart, each with its word near the right end; one that is beyond the axis is not there. */
export function drawLevels(chart: uPlot, levels: readonly DrawnLevel[], colour: (property: string) => string): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio || 1;
  for (const { at, severity } of levels) {
    const y = Math.round(chart.valToPos(at, 'y', true)) + 0.5;
    if (y < bbox.top || y > bbox.top + bbox.height) continue;
    const [property, word, inset] = looks[severity];
    ctx.save();
    ctx.strokeStyle = colour(property);
    ctx.fillStyle = colour(property);
    ctx.lineWidth = ratio;
    ctx.setLineDash([6 * ratio, 4 * ratio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.font = `${10 * ratio}px "Inter Variable", system-ui, sans-serif`;
    ctx.textAlign = 'right';
    // Below its line where there is no room above.
    const above = y - bbox.top > 14 * ratio;
    ctx.textBaseline = above ? 'bottom' : 'top';
    const place = [word, bbox.left + bbox.width - inset * ratio, above ? y - 2 * ratio : y + 2 * ratio] as const;
    // Around the word the chart is not seen: a line of it would make it hard to read.
    ctx.setLineDash([]);
    ctx.lineWidth = 4 * ratio;
    ctx.lineJoin = 'round';
    ctx.strokeStyle = colour('--hum-ground');
    ctx.strokeText(...place);
    ctx.fillText(...place);
    ctx.restore();
  }
}

/** The levels in words, for who cannot see the picture: " Warning at 14.4 GiB." */
export function levelWords(levels: readonly DrawnLevel[], label: (value: number) => string): string {
  return levels.map(({ at, severity }) => ` ${looks[severity][1]} at ${label(at)}.`).join('');
}

export const noLevels: readonly DrawnLevel[] = [];
