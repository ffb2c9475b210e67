import type { Tone } from '../host-states.ts';
import type { CellBox, HeatLayout } from './heat-layout.ts';
import { cellBox } from './heat-layout.ts';

/** The colours of a strip, as the theme has them at this moment. */
export interface HeatColours {
  readonly ground: string;
  readonly line: string;
  readonly text: string;
  readonly steps: readonly string[];
  readonly onSteps: readonly string[];
  readonly warn: string;
  readonly bad: string;
  readonly onAlarm: string;
  readonly byTone: Readonly<Record<Tone, string>>;
}

/**
 * What a cell shows: a level (0..1) by lightness, `high` or `full` with a corner or two; or no current figures by a shape: an empty frame,
 * hatching, or a cross.
 */
export interface HeatCell {
  readonly look:
    | { readonly kind: 'level'; readonly level: number; readonly strain: 'none' | 'warn' | 'bad' }
    | { readonly kind: 'frame' | 'hatched' | 'crossed'; readonly tone: Tone };
  /** What a wide cell is labelled with, safe to show. */
  readonly name: string;
  readonly figure: string;
}

/** Into how many lightnesses a level is divided. */
export const heatSteps = 16;

const labelWidth = 58;
const labelHeight = 20;
/** A cell that has room for a name is hatched at its right end only. */
const hatchWidth = 34;

/** Paints one cell. */
export function paintCell(
  context: CanvasRenderingContext2D,
  colours: HeatColours,
  layout: HeatLayout,
  index: number,
  cell: HeatCell,
  faded: boolean,
): void {
  const box = cellBox(layout, index);
  const { x, y, width, height } = box;
  context.clearRect(x, y, width, height);
  context.globalAlpha = faded ? 0.22 : 1;
  const ink = cell.look.kind === 'level' ? paintLevel(context, colours, box, cell.look) : paintAbsence(context, colours, box, cell.look);
  if (width >= labelWidth && height >= labelHeight) paintLabel(context, box, cell, ink);
}

function paintLevel(
  context: CanvasRenderingContext2D,
  colours: HeatColours,
  box: CellBox,
  { level, strain }: HeatCell['look'] & { readonly kind: 'level' },
): string {
  if (strain !== 'none') return paintStrain(context, colours, box, strain);
  const step = Math.min(heatSteps - 1, Math.max(0, Math.floor(level * heatSteps)));
  context.fillStyle = colours.steps[step] ?? colours.ground;
  context.fillRect(box.x, box.y, box.width, box.height);
  return colours.onSteps[step] ?? colours.text;
}

/** Too high: amber or red, with one dark corner or two. */
function paintStrain(
  context: CanvasRenderingContext2D,
  colours: HeatColours,
  { x, y, width, height }: CellBox,
  strain: 'warn' | 'bad',
): string {
  context.fillStyle = strain === 'bad' ? colours.bad : colours.warn;
  context.fillRect(x, y, width, height);
  context.fillStyle = colours.onAlarm;
  const corner = Math.max(2, Math.min(8, Math.min(width, height) / 2));
  context.beginPath();
  context.moveTo(x + width, y);
  context.lineTo(x + width - corner, y);
  context.lineTo(x + width, y + corner);
  if (strain === 'bad') {
    context.moveTo(x, y + height);
    context.lineTo(x + corner, y + height);
    context.lineTo(x, y + height - corner);
  }
  context.fill();
  return colours.onAlarm;
}

function paintAbsence(
  context: CanvasRenderingContext2D,
  colours: HeatColours,
  { x, y, width, height }: CellBox,
  { kind, tone }: HeatCell['look'] & { readonly kind: 'frame' | 'hatched' | 'crossed' },
): string {
  context.strokeStyle = colours.byTone[tone];
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  if (kind === 'frame') return colours.byTone[tone];
  // Only these lines reach over the edge of their cell; to clip each of thousands would cost more than to paint it.
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.beginPath();
  if (kind === 'crossed' && width < labelWidth) {
    context.moveTo(x, y);
    context.lineTo(x + width, y + height);
    context.moveTo(x + width, y);
    context.lineTo(x, y + height);
  } else {
    const spread = Math.max(3, Math.min(7, height / 3));
    const from = width < labelWidth ? x - height : x + width - hatchWidth;
    for (let left = from; left < x + width; left += spread) {
      context.moveTo(left, y + height);
      context.lineTo(left + height, y);
    }
  }
  context.stroke();
  context.restore();
  return colours.byTone[tone];
}

function paintLabel(context: CanvasRenderingContext2D, { x, y, width, height }: CellBox, cell: HeatCell, ink: string): void {
  const figure = width >= 88 ? cell.figure : '';
  const hatched = cell.look.kind === 'level' || cell.look.kind === 'frame' ? 0 : hatchWidth - 8;
  const room = width - 16 - (figure === '' ? hatched : context.measureText(figure).width + 8);
  context.fillStyle = ink;
  context.textBaseline = 'middle';
  const middle = y + height / 2 + 0.5;
  context.textAlign = 'right';
  context.fillText(figure, x + width - 8, middle);
  context.textAlign = 'left';
  context.fillText(nameWithin(context, cell.name, room), x + 8, middle);
}

/** As much of a name as there is room for: all of it, its first label, or the beginning of that. */
function nameWithin(context: CanvasRenderingContext2D, name: string, room: number): string {
  if (context.measureText(name).width <= room) return name;
  const label = name.split('.')[0] ?? name;
  const letters = Math.floor(room / context.measureText('0').width);
  return label.length <= letters ? label : `${label.slice(0, Math.max(1, letters - 1))}…`;
}
