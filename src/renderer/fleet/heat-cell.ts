import { formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { HeatCell } from '../components/heat/heat-paint.ts';
import { stateLooks } from '../components/host-states.ts';
import { isCurrent, memoryRatio, memoryStrain } from './figures.ts';
import type { FleetRow } from './rows.ts';

/** A host in the strip: its memory in use; hatched without current figures, crossed where it cannot be reached, a frame where it is off. */
export function heatCell(row: FleetRow): HeatCell {
  const name = visibleText(row.host.name, 80);
  const ratio = memoryRatio(row.live);
  if (isCurrent(row) && ratio !== undefined) {
    return { look: { kind: 'level', level: ratio, strain: memoryStrain(ratio) }, name, figure: formatRatio(ratio) };
  }
  const { tone } = stateLooks[row.status.state];
  const kind = tone === 'off' ? 'frame' : tone === 'bad' ? 'crossed' : 'hatched';
  return { look: { kind, tone }, name, figure: '' };
}
