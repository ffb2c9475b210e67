import { formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { Tone } from '../components/host-states.ts';
import { stateLooks } from '../components/host-states.ts';
import type { Strain } from './figures.ts';
import { isCurrent, memoryRatio, memoryStrain } from './figures.ts';
import type { CellBox, HeatLayout } from './heat-layout.ts';
import { cellBox } from './heat-layout.ts';
import type { FleetRow } from './rows.ts';

/** The colours of the strip, as the theme has them at this moment. */
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

/** Into how many lightnesses memory in use is divided. */
export const heatSteps = 16;

const labelWidth = 58;
const labelHeight = 20;
/** A cell that has room for a name is hatched at its right end only. */
const hatchWidth = 34;

/**
 * Paints one cell. Memory in use is told by lightness; what is wrong by a shape: a corner for short of memory, hatching for a host without
 * current figures, a cross where it cannot be reached, an empty frame where it is switched off.
 */
export function paintCell(
  context: CanvasRenderingContext2D,
  colours: HeatColours,
  layout: HeatLayout,
  index: number,
  row: FleetRow,
  faded: boolean,
): void {
  const box = cellBox(layout, index);
  const { x, y, width, height } = box;
  context.clearRect(x, y, width, height);
  context.globalAlpha = faded ? 0.22 : 1;
  const ratio = memoryRatio(row.live);
  const ink = isCurrent(row) && ratio !== undefined ? paintMemory(context, colours, box, ratio) : paintAbsence(context, colours, box, row);
  if (width >= labelWidth && height >= labelHeight) paintLabel(context, box, row, ratio, ink);
}

function paintMemory(context: CanvasRenderingContext2D, colours: HeatColours, box: CellBox, ratio: number): string {
  const strain = memoryStrain(ratio);
  if (strain !== 'none') return paintStrain(context, colours, box, strain);
  const step = Math.min(heatSteps - 1, Math.max(0, Math.floor(ratio * heatSteps)));
  context.fillStyle = colours.steps[step] ?? colours.ground;
  context.fillRect(box.x, box.y, box.width, box.height);
  return colours.onSteps[step] ?? colours.text;
}

/** Short of memory: amber or red, with one dark corner or two. */
function paintStrain(context: CanvasRenderingContext2D, colours: HeatColours, { x, y, width, height }: CellBox, strain: Strain): string {
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

function paintAbsence(context: CanvasRenderingContext2D, colours: HeatColours, { x, y, width, height }: CellBox, row: FleetRow): string {
  const { tone } = stateLooks[row.status.state];
  context.strokeStyle = colours.byTone[tone];
  context.lineWidth = 1;
  context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  if (tone === 'off') return colours.byTone.off;
  // Only these lines reach over the edge of their cell; to clip each of thousands would cost more than to paint it.
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.beginPath();
  if (tone === 'bad' && width < labelWidth) {
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

function paintLabel(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: CellBox,
  row: FleetRow,
  ratio: number | undefined,
  ink: string,
): void {
  const figure = isCurrent(row) && ratio !== undefined && width >= 88 ? formatRatio(ratio) : '';
  const hatched = isCurrent(row) || row.status.state === 'disabled' ? 0 : hatchWidth - 8;
  const room = width - 16 - (figure === '' ? hatched : context.measureText(figure).width + 8);
  context.fillStyle = ink;
  context.textBaseline = 'middle';
  const middle = y + height / 2 + 0.5;
  context.textAlign = 'right';
  context.fillText(figure, x + width - 8, middle);
  context.textAlign = 'left';
  context.fillText(nameWithin(context, visibleText(row.host.name, 80), room), x + 8, middle);
}

/** As much of a host's name as there is room for: all of it, its first label, or the beginning of that. */
function nameWithin(context: CanvasRenderingContext2D, name: string, room: number): string {
  if (context.measureText(name).width <= room) return name;
  const label = name.split('.')[0] ?? name;
  const letters = Math.floor(room / context.measureText('0').width);
  return label.length <= letters ? label : `${label.slice(0, Math.max(1, letters - 1))}…`;
}
