import type { Problem, ProblemCode } from '../../../shared/errors.ts';
import { formatBytes } from '../../../shared/units.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { shownWord } from '../../ssh/quote.ts';
import { type ToolstackEnd, toolstackFailure } from '../failures.ts';

type Sentence = readonly [ProblemCode, message: string, hint: string];

/** What a script of a deployment refuses, by the word that it prints for it (ledger.sh, `refuse`); `detail` is what stands behind the word. */
const refusals: Readonly<Record<string, (detail: string) => Sentence>> = {
  taken: (by) => {
    switch (by) {
      case 'claim':
        return [
          'name-taken',
          'Somebody else is deploying a VM of this name on the host.',
          'Wait for the other one, or choose another name.',
        ];
      case 'config':
        return ['name-taken', 'The host has a configuration of this name already.', 'Choose another name, or remove that VM first.'];
      default:
        return ['name-taken', 'A domain of this name is on the host already.', 'Choose another name, or remove that VM first.'];
    }
  },
  there: (path) => [
    'name-taken',
    `${name(path)} is there already, and was left as it is.`,
    'It may belong to another VM: look at it, or choose another name.',
  ],
  finished: (path) => [
    'wrong-state',
    `The deployment was over already, so Hum cannot tell whose ${name(path)} is. It was left.`,
    'Remove the VM with all that belongs to it, if it is not wanted.',
  ],
  image: (path) => ['disk-missing', `The image ${name(path)} is not on the host.`, 'Copy it there, or choose another image.'],
  changed: (path) => [
    'config-changed',
    `The image ${name(path)} was changed while it was copied.`,
    'Wait until whoever writes it has finished, and deploy again.',
  ],
  checksum: (path) => [
    'config-changed',
    `The image ${name(path)} is not what it should be: its checksum is another one.`,
    'It may be truncated or damaged. Verify it among the golden images, or copy it to the host again.',
  ],
  format: (detail) => {
    const [found = '', path] = cut(detail);
    return [
      'bad-input',
      `The image ${name(path)} has the format ${name(found)}, and the disk another one.`,
      'Write the format of the image for the disk, too.',
    ];
  },
  small: (detail) => {
    const [bytes, path] = cut(detail);
    return [
      'bad-input',
      `The disk is to be smaller than its image ${name(path)}, which has ${size(bytes)}.`,
      'Choose a size that is at least that of the image.',
    ];
  },
  room: (detail) => {
    const [, free = '', needed = '', folder = ''] = /^(\d+) (\d+) (.*)$/s.exec(detail) ?? [];
    return [
      'disk-full',
      `${size(free, 1024)} are free in ${name(folder)}, and ${size(needed, 1024)} are needed.`,
      'Make room on that disk of the host, or choose another folder.',
    ];
  },
  short: (path) => ['disk-full', `${name(path)} could not be written whole.`, 'Look at the free space on the host (df) and try again.'],
  program: (program) => [
    'program-missing',
    `The host has no ${name(program)}.`,
    `Install it on the host: this step is done with ${name(program)}.`,
  ],
  boolean: (boolean) => [
    'wrong-state',
    `There is no SELinux boolean ${name(boolean)} on this host, or SELinux is off.`,
    'Turn SELinux on, correct the name, or let the template take it for a note.',
  ],
  unset: (boolean) => [
    'command-failed',
    `The SELinux boolean ${name(boolean)} is not on, though setsebool has set it.`,
    'Look at the log of the host.',
  ],
  group: (group) => [
    'disk-missing',
    `The volume group ${name(group)} cannot be read now: what is in it is not known.`,
    'Another command may hold it, or its disks are away: look at it with vgs, then do it again.',
  ],
  away: (folder) => [
    'disk-missing',
    `${name(folder)} is not the folder that it was: its file system may not be mounted.`,
    'Mount it, then undo again.',
  ],
  device: (device) => [
    'disk-missing',
    `${name(device)} is no device.`,
    'udev may not have made it: look at it on the host, then deploy again.',
  ],
  undone: () => ['wrong-state', 'This step was undone before it began.', 'Deploy again if it is still wanted.'],
  busy: (process) => [
    'wrong-state',
    `A command of this deployment does not end (process ${name(process)}).`,
    'It may wait for a disk or a network. Look at it on the host, then undo again.',
  ],
  ledger: () => [
    'command-failed',
    'The host cannot keep the account of this deployment in /var/lib/hum.',
    'Look at that folder, and at the free space of its disk.',
  ],
};

/** Why a script of a deployment failed, in a sentence, with what to do. Undefined for the exit status 0. */
export function deploymentFailure(end: ToolstackEnd): Problem | undefined {
  if (end.code === 0) return undefined;
  const [whole, word = '', detail = ''] = /^refused ([a-z]+) (.*)$/m.exec(end.output) ?? [];
  const sentence = Object.hasOwn(refusals, word) ? refusals[word]?.(detail) : undefined;
  // What the account of a deployment lacks may be room.
  const full = word === 'ledger' && /No space left on device|Disk quota exceeded/.test(end.output);
  if (whole === undefined || sentence === undefined || full) return toolstackFailure(end);
  const [code, message, hint] = sentence;
  const words = end.output.replace(`${whole}\n`, '').trim().slice(-4096);
  return { code, message, hint, ...(words === '' ? {} : { detail: words }) };
}

const name = (text: string) => visibleText(shownWord(text), 160);

const size = (text: string, unit = 1) => formatBytes(Number(text) * unit);

/** The first word, and what stands behind it. */
function cut(text: string): readonly [first: string, rest: string] {
  const at = text.indexOf(' ');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
