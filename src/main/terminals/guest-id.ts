import { HumError } from '../../shared/errors.ts';
import type { Runner } from '../ssh/session.ts';
import { toolstackFailed, toolstackMissing, toolstackNotPermitted } from './failures.ts';
import type { Guest } from './guest.ts';
import listScript from './vm-list.sh?raw';

/**
 * The id that the guest has at this moment, or undefined when it is not there.
 * @throws HumError `no-toolstack`, `not-permitted`, `toolstack-failed`, and as `Runner.run`
 */
export async function guestId(runner: Runner, guest: Guest, signal: AbortSignal): Promise<number | undefined> {
  const { code, stdout, stderr } = await runner.run(listScript, [], { signal });
  if (code === 0) return idIn(stdout.toString(), guest);
  const words = stderr.toString('utf8', 0, 400).trim();
  if (code === 127) throw new HumError(toolstackMissing(guest.host));
  if (/permission denied|operation not permitted|must be root/i.test(words)) throw new HumError(toolstackNotPermitted(guest.host, words));
  throw new HumError(toolstackFailed(guest.host, words));
}

/**
 * The id of a guest in what `xl vm-list` printed: uuid, id and name of each domain. Two lines that claim the same guest (a name that holds a
 * line break could) are no answer, and neither is dom0.
 */
export function idIn(list: string, guest: Pick<Guest, 'uuid' | 'name'>): number | undefined {
  const ids = list.split('\n').flatMap((line) => {
    const found = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) +(\d{1,5}) {4}(.*)$/.exec(line);
    if (found === null) return [];
    const [, uuid, id, name] = found;
    const same = guest.uuid === null ? name?.trimEnd() === guest.name.trimEnd() : uuid === guest.uuid.toLowerCase();
    return same ? [Number(id)] : [];
  });
  return ids.length === 1 && ids[0] !== 0 ? ids[0] : undefined;
}
