import type { DomainRow } from '../../shared/contract/xen.ts';
import { formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { HeatCell } from '../components/heat/heat-paint.ts';
import { domainStateLooks } from './domain-states.ts';
import { cpuStrain } from './figures.ts';

/** A domain in the strip: its CPU use; crossed where it crashed, hatched where it is paused or ended, a frame where it is off. */
export function domainHeat(row: DomainRow): HeatCell {
  const name = visibleText(row.name, 80);
  const { state, cpuUsed } = row.load;
  if (state === 'running' || state === 'idle') {
    const level = Math.min(1, cpuUsed ?? 0);
    return { look: { kind: 'level', level, strain: cpuStrain(cpuUsed) }, name, figure: cpuUsed === null ? '' : formatRatio(cpuUsed) };
  }
  const { tone } = domainStateLooks[state];
  return { look: { kind: tone === 'off' ? 'frame' : tone === 'bad' ? 'crossed' : 'hatched', tone }, name, figure: '' };
}
