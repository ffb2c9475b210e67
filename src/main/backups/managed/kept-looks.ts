import type { Runner } from '../../ssh/session.ts';
import { type HostLook, lookAtJob } from './host-look.ts';

/** A form that is being filled in for hundreds of hosts does not ask each of them at every letter. */
const keptMs = 15_000;

/** What hosts said lately of their jobs. */
export interface KeptLooks {
  /** `fresh`: as it is now. @throws HumError as `lookAtJob` */
  look(host: string, job: { readonly name: string; readonly user: string; readonly foreign: string }, fresh: boolean): Promise<HostLook>;
}

/** `root`: what runs scripts as root on a host; `now`: epoch ms. */
export function keepLooks(root: (host: string) => Pick<Runner, 'run'>, now: () => number): KeptLooks {
  const kept = new Map<string, { readonly at: number; readonly look: HostLook }>();
  return {
    async look(host, { name, user, foreign }, fresh) {
      const key = JSON.stringify([host, name, user, foreign]);
      for (const [each, { at }] of kept) if (now() - at > keptMs) kept.delete(each);
      // Fails where there is no connection, whatever was said before.
      const runner = root(host);
      const before = fresh ? undefined : kept.get(key);
      if (before !== undefined) return before.look;
      const look = await lookAtJob(runner, name, user, foreign);
      kept.set(key, { at: now(), look });
      return look;
    },
  };
}
