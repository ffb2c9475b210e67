import { hostsOf, type PlanRecord } from './record.ts';

/** Plans side by side on one host: its toolstack and its disks do one thing at a time well. */
export const mostPerHost = 2;
/** Plans side by side in the whole fleet. */
export const mostInAll = 32;

/** The plans of the queue whose turn has come: in its order, past those whose hosts have no room. */
export function turns(queue: readonly PlanRecord[], running: readonly PlanRecord[]): PlanRecord[] {
  const load = new Map<string, number>();
  const occupy = (hosts: Iterable<string>) => {
    for (const host of hosts) load.set(host, (load.get(host) ?? 0) + 1);
  };
  for (const plan of running) occupy(hostsOf(plan));
  const chosen: PlanRecord[] = [];
  for (const plan of queue) {
    if (running.length + chosen.length >= mostInAll) break;
    const hosts = [...hostsOf(plan)];
    // A host that an earlier plan waits for stays its own: a plan on two hosts would else be overtaken for ever.
    if (hosts.every((host) => (load.get(host) ?? 0) < mostPerHost)) chosen.push(plan);
    occupy(hosts);
  }
  return chosen;
}
