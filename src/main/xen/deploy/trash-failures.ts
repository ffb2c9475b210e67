import type { Problem, ProblemCode } from '../../../shared/errors.ts';
import type { RunResult } from '../../ssh/session.ts';
import { toolstackFailure } from '../failures.ts';

/** The exit statuses of removal.sh, removal-look.sh, trash.sh and as-root.sh. In each case the thing itself has not been touched. */
const own: Readonly<Record<number, readonly [ProblemCode, string, string]>> = {
  81: [
    'not-found',
    'It is not in the trash any more.',
    'Look at /var/lib/hum/trash on the host; somebody may have put it back or removed it.',
  ],
  83: ['name-taken', 'Something else has its name by now; nothing was put over it.', 'Move that away, then undo again.'],
  84: [
    'program-missing',
    'The host lacks a program that this needs.',
    'It needs stat, readlink and a sh whose test knows -ef; lvs for volumes. Install coreutils or busybox, or do it by hand.',
  ],
  85: ['wrong-state', 'It is not what was shown any more, and was left alone.', 'Look at the VM again, and decide anew.'],
  87: [
    'disk-in-use',
    'Somebody uses it, so it was left alone.',
    'A process, a loop device, a mount or a snapshot on the host may hold it: end that first.',
  ],
  88: [
    'not-permitted',
    'It may not be done on this host.',
    'Log in as root, or allow sudo; /var/lib/hum/trash must be folders of root’s alone, and no links.',
  ],
  89: [
    'command-failed',
    'It could be moved only by a copy, which Hum does not do.',
    'Move it by hand, or remove it at once with 0 days in the trash.',
  ],
};

/** Why a script of the trash failed. `message` is for what nobody foresaw. */
export function trashFailure({ code, stdout, stderr }: RunResult, message: string): Problem {
  const output = `${stdout.toString()}${stderr.toString()}`.replaceAll('\0', ' ').trim();
  const detail = output === '' ? {} : { detail: output.slice(-4096) };
  const known = code === null ? undefined : own[code];
  if (known !== undefined) return { code: known[0], message: known[1], hint: known[2], ...detail };
  const told = toolstackFailure({ code, output, shown: 'The script of the trash' });
  if (told !== undefined && told.code !== 'toolstack-failed') return told;
  return { code: 'command-failed', message, hint: 'What the host said is below.', ...detail };
}

/** Whether a script that ended so has begun nothing. */
export function nothingDone(code: number | null): boolean {
  return code === 84 || code === 85 || code === 86 || code === 87;
}
