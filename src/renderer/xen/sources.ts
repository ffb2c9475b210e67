import { formatBytes, formatRate, formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { clockDate, clockTime } from '../components/clock-time.ts';
import type { Source } from '../components/source.ts';
import type { ColumnId } from './columns.ts';
import { domainStateLooks, isUp } from './domain-states.ts';
import type { DomainCell } from './listed.ts';
import { toldAt } from './store.ts';

/** Where the value of a cell comes from; null for a cell that has nothing to add. */
export function sourceOf(domain: DomainCell, column: ColumnId): Source | null {
  const { facts, load } = domain;
  switch (column) {
    case 'state':
      return { lines: [`${domainStateLooks[load.state].word}. ${domainStateLooks[load.state].meaning}`], from: from(domain, 'xl list') };
    case 'name':
      return { lines: nameLines(domain), from: from(domain, load.id === null ? '/etc/xen' : 'xl list -l') };
    case 'host':
      return { lines: [visibleText(domain.hostName, 120)] };
    case 'tags':
      return domain.tags.length > 0 ? { lines: [`Of its host: ${domain.tags.map((tag) => visibleText(tag)).join(', ')}`] } : null;
    case 'type':
      return facts.type ? { lines: [typeMeanings[facts.type]], from: from(domain, 'xl list -l') } : null;
    case 'autostart':
      return {
        lines: [facts.autostart ? 'Starts with its host' : 'Does not start with its host'],
        from: from(domain, '/etc/xen/auto'),
      };
    default:
      return load.id === null ? { lines: ['It is off: nothing is measured.'] } : figureSource(domain, column);
  }
}

const typeMeanings = {
  pv: 'Paravirtualised: its kernel knows that it runs on Xen',
  pvh: 'PVH: hardware virtualisation without an emulated machine',
  hvm: 'HVM: a whole emulated machine',
} as const;

function figureSource(domain: DomainCell, column: ColumnId): Source | null {
  const { facts, load } = domain;
  switch (column) {
    case 'memory':
      return {
        lines: [
          `${formatBytes(load.memory)} held, target ${formatBytes(facts.memoryTarget)}, at most ${formatBytes(facts.memoryMax)}`,
          'What Xen has given to it; how much of it the guest uses only the guest knows',
        ],
        from: from(domain, 'xl list'),
      };
    case 'vcpus':
      return { lines: [`${load.vcpus} of at most ${facts.vcpusMax} virtual CPUs`], from: from(domain, 'xl list') };
    case 'cpu':
      return {
        lines: [
          load.cpuUsed === null ? 'Known after the second sample' : `${formatRatio(load.cpuUsed)} of all its ${load.vcpus} vCPUs together`,
        ],
        from: from(domain, 'xl list: Time(s)'),
      };
    case 'network':
      return {
        lines: [`Received ${rate(load.receivePerSecond)}, sent ${rate(load.transmitPerSecond)}`, "Seen from the guest's side"],
        from: from(domain, '/sys/class/net/vif*/statistics'),
      };
    case 'disk':
      return {
        lines: [`Read ${rate(load.readPerSecond)}, written ${rate(load.writePerSecond)}`],
        from: from(domain, '/sys/bus/xen-backend/devices/vbd-*/statistics'),
      };
    case 'uptime':
      return facts.startedAt === null ? null : { lines: [`Built ${clockDate(facts.startedAt)}`], from: from(domain, 'xl uptime') };
    default:
      return null;
  }
}

function nameLines({ name, facts, load, twice }: DomainCell): readonly string[] {
  const lines = [visibleText(name, 300)];
  if (facts.control) lines.push('The control domain: it runs the toolstack, and nothing can be done to it from here.');
  else if (facts.autostart && !isUp(load.state)) lines.push('It is to start with its host and is not running.');
  if (!facts.control && isUp(load.state) && facts.configFile === null) lines.push('It runs and has no file in /etc/xen.');
  if (facts.differs.length > 0)
    lines.push(`Its file differs from what runs in: ${facts.differs.map((each) => visibleText(each, 60)).join(', ')}`);
  for (const { kind, value, others } of twice.slice(0, 4)) {
    const what = kind === 'name' ? 'The name' : 'The MAC address';
    lines.push(
      `${what} ${visibleText(value, 80)} is also used by ${others.length === 1 ? 'one other domain' : `${others.length} others`}.`,
    );
  }
  return lines;
}

function rate(bytesPerSecond: number | null): string {
  return bytesPerSecond === null ? 'unknown' : formatRate(bytesPerSecond);
}

function from(domain: DomainCell, command: string): string {
  return `${command} · ${visibleText(domain.hostName, 80)} · ${clockTime(toldAt(domain.host))}`;
}
