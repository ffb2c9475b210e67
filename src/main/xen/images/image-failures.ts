import type { Problem, ProblemCode } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { RunResult } from '../../ssh/session.ts';

/** The exit statuses of images.sh and as-root.sh. */
const own: Readonly<Record<number, readonly [ProblemCode, string, string]>> = {
  81: ['not-found', 'The image is not there any more.', 'Read the folders again: somebody may have removed or renamed it.'],
  83: ['name-taken', 'The host has an image of this name already; nothing was put over it.', 'Remove that one first, or use another name.'],
  84: ['disk-full', 'There is not enough room for the image on the host.', 'Make room there, then do it again: what has arrived is kept.'],
  85: [
    'conflict',
    'What has arrived of the image is not what was expected.',
    'Somebody else may be sending an image of this name. Do it again: what is there will be looked at anew.',
  ],
  86: ['program-missing', 'The host lacks a program that this needs.', 'Install it there: find, coreutils or busybox.'],
  87: [
    'file-unreadable',
    'The image could not be read to its end.',
    'Look at the disk of the host; its kernel’s log tells of read errors.',
  ],
  88: ['not-permitted', 'The account that Hum logs in as may not do this on the host.', 'Log in as root, or allow sudo.'],
};

/** Why images.sh failed. */
export function imageFailure({ code, stderr }: Pick<RunResult, 'code' | 'stderr'>): Problem {
  const words = stderr.toString().trim();
  const detail = words === '' ? {} : { detail: visibleText(words.slice(-1000), 1000) };
  const full = /No space left on device|Disk quota exceeded/i.test(words) ? own[84] : undefined;
  const known = full ?? (code === null ? undefined : own[code]);
  if (known !== undefined) return { code: known[0], message: known[1], hint: known[2], ...detail };
  return { code: 'command-failed', message: 'It failed on the host.', hint: 'What the host said is below.', ...detail };
}
