import { hostsOf, type PlanRecord } from './record.ts';

/** Plans side by side on one host: its toolstack and its disks do one thing at a time well. A batch may ask for another number. */
export const mostPerHost = 2;
/** Plans side by side in the whole fleet. */
export const mostInAll = 32;

/**
 * The plans of the queue whose turn has come: in its order, past those whose hosts have no room, and those of which enough others of their
 * batch are at work.
 */
export function turns(queue: readonly PlanRecord[], running: readonly PlanRecord[]): PlanRecord[] {
  const load = new Map<string, number>();
  const ofBatch = new Map<string, number>();
  const batchOn = ({ batch }: PlanRecord, host: string) => `${batch} ${host}`;
  const occupy = (hosts: Iterable<string>) => {
    for (const host of hosts) load.set(host, (load.get(host) ?? 0) + 1);
  };
  const begin = (plan: PlanRecord) => {
    for (const host of hostsOf(plan)) ofBatch.set(batchOn(plan, host), (ofBatch.get(batchOn(plan, host)) ?? 0) + 1);
  };
  for (const plan of running) {
    occupy(hostsOf(plan));
    begin(plan);
  }
  const chosen: PlanRecord[] = [];
  for (const plan of queue) {
    if (running.length + chosen.length >= mostInAll) break;
    const hosts = [...hostsOf(plan)];
    // What waits for its own batch does not wait for the host: others may go first.
    if (plan.atOnce !== null && hosts.some((host) => (ofBatch.get(batchOn(plan, host)) ?? 0) >= (plan.atOnce ?? 0))) continue;
    const most = Math.max(mostPerHost, plan.atOnce ?? 0);
    // A host that an earlier plan waits for stays its own: a plan on two hosts would else be overtaken for ever.
    if (hosts.every((host) => (load.get(host) ?? 0) < most)) {
      chosen.push(plan);
      begin(plan);
    }
    occupy(hosts);
  }
  return chosen;
}
