import type { InterfaceTrouble } from './contract/fleet.ts';
import { visibleText } from './visible-text.ts';

const kinds = [
  ['receiveErrors', (rate: string) => `had ${rate} errors a second receiving`],
  ['receiveDrops', (rate: string) => `dropped ${rate} packets a second received`],
  ['transmitErrors', (rate: string) => `had ${rate} errors a second sending`],
  ['transmitDrops', (rate: string) => `dropped ${rate} packets a second to be sent`],
] as const;

/** What an interface does to packets, after its name: `eth0 dropped 120 packets a second received`. */
export function troubleWords(trouble: InterfaceTrouble): string {
  const said = kinds.filter(([name]) => trouble[name] > 0).map(([name, words]) => words(perSecond(trouble[name])));
  return `${visibleText(trouble.name, 32)} ${said.join(' and ')}`;
}

/** Where packets of a host come to grief, as one clause: its worst interface, or that none of them tells of any. */
export function troublesWords(troubles: readonly InterfaceTrouble[]): string {
  const [worst, ...others] = troubles;
  if (worst === undefined) return 'none of its interfaces has errors or drops';
  return `${troubleWords(worst)}${others.length === 0 ? '' : `, and so ${others.length === 1 ? 'does one other' : `do ${others.length} others`}`}`;
}

function perSecond(rate: number): string {
  if (rate < 0.1) return 'fewer than 0.1';
  return rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en');
}
