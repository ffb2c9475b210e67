import { formatBytes } from '../units.ts';
import { called, nameTaken, needs, type Rule, refusal } from './rule.ts';

/** What can be seen from here; the steps of the plan look at the rest on both hosts. */
export const migrate: Rule<'migrate'> = {
  possible(row, host) {
    const wrong = needs(row, 'running', 'idle');
    if (wrong !== undefined) return wrong;
    if (host.toolstack !== 'xl') {
      return refusal(row, 'wrong-state', `Hum migrates with xl only, and this host has ${host.toolstack}.`, 'Migrate it by hand.');
    }
    if (row.facts.pci.length === 0) return undefined;
    return refusal(row, 'wrong-state', `${called(row)} uses a PCI device of this host.`, 'Detach its PCI devices first.');
  },
  acceptable({ to }, row, around) {
    const source = around.host(row.host);
    const target = around.host(to);
    if (to === row.host) return refusal(row, 'bad-input', `${called(row)} is on that host already.`, 'Choose another host.');
    if (target === undefined || source === undefined) {
      return refusal(row, 'not-found', 'That host is not known as a Xen host.', 'Choose another one, or wait until it is connected.');
    }
    if (target.problem !== undefined) return { ...target.problem, host: to };
    if (target.toolstack !== source.toolstack) {
      return refusal(
        row,
        'wrong-state',
        `That host has ${target.toolstack}, and this one ${source.toolstack}.`,
        'Choose a host with the same toolstack.',
      );
    }
    if (compareVersions(target.version, source.version) < 0) {
      const message = `That host has Xen ${target.version}, which is older than ${source.version} here.`;
      return refusal(row, 'wrong-state', message, 'Xen migrates to the same or a newer version only. Choose another host.');
    }
    if (target.memoryFree < row.load.memory) {
      const message = `That host has ${formatBytes(target.memoryFree)} free, and ${called(row)} needs ${formatBytes(row.load.memory)}.`;
      return refusal(row, 'memory-short', message, 'Choose another host, or give the domain less memory first.');
    }
    if (!nameTaken(row, to, row.name, around)) return undefined;
    return refusal(
      row,
      'name-taken',
      `Another domain on that host, running or configured, is called ${called(row)}.`,
      'Choose another host, or rename one of them.',
    );
  },
};

/** By major and minor: "4.17.7" and "4.17.1" are the same. */
function compareVersions(one: string, two: string): number {
  const parts = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [first, second] = [parts(one), parts(two)];
  return (first[0] ?? 0) - (second[0] ?? 0) || (first[1] ?? 0) - (second[1] ?? 0);
}
