import { readSchedule } from '../../../shared/backup-schedule.ts';
import { type JobDefinition, type JobDestination, jobDefinition } from '../../../shared/contract/backup-jobs.ts';
import { HumError } from '../../../shared/errors.ts';
import { quote } from '../../ssh/quote.ts';
import { destinationWord, farAccount, optionWords, placeOf, remoteShell, scriptWord } from './rsync-words.ts';
import body from './scripts/job.sh?raw';

/** A line before a comment of this kind holds the definition: base64url, so that no value can end it. */
const mark = '# hum-job 1 ';

/** Linux takes no argument of 128 KiB (execve(2), MAX_ARG_STRLEN), and a script that is tried is one. */
const mostBytes = 120_000;

/**
 * The script of a job, whole: `/etc/hum/jobs/NAME.sh`. It works without Hum.
 * @throws HumError `bad-input` where it would be too long
 */
export function jobScript(definition: JobDefinition): string {
  const { name, sources, destination, keep, before, after, scheduler, mailTo, options } = definition;
  const place = placeOf(destination);
  const target = keep.kind === 'snapshots' ? `${place === '/' ? '' : place}/.hum-partial/` : destination.path;
  const words = [...optionWords(definition), '--', ...sources.map(scriptWord), scriptWord(destinationWord(destination, target))];
  const rsync = [...calmWords(definition), 'rsync', '"$@"'].join(' ');
  const makesPlace = destination.kind !== 'daemon';
  const lines = [
    '#!/bin/sh',
    `# Backup ${name}. Written by Hum: edit it there, or what you change will be shown as a difference. It works without Hum.`,
    `${mark}${Buffer.from(JSON.stringify(definition)).toString('base64url')}`,
    '',
    `job=${name}`,
    `usual=${scheduler}`,
    `mail_to=${quote(mailTo ?? '')}`,
    `keep=${keep.kind}`,
    ...(keep.kind === 'snapshots' ? [`daily=${keep.daily} weekly=${keep.weekly} monthly=${keep.monthly}`] : []),
    ...(keep.kind === 'changed' ? [`changed_days=${keep.days}`] : []),
    '# Commands to run before and after the copy.',
    `before=${quote(before)}`,
    `after=${quote(after)}`,
    `deletes=${options.delete ? 'yes' : ''}`,
    '',
    ...(makesPlace
      ? [
          '# The folder of the copies, as a word of the shell that reads it there.',
          `place=${quote(quote(place))}`,
          'makes_place=yes',
          `there() { ${thereWords(destination)} sh -s; }`,
        ]
      : ["place=''", "makes_place=''", 'there() { cat >/dev/null; }']),
    '',
    `guard() { sources_are_there ${sources.map(scriptWord).join(' ')}; }`,
    '',
    'copy() {',
    `  exec ${[rsync, ...words].join(' \\\n    ')}`,
    '}',
    '',
    '',
  ];
  const script = lines.join('\n') + body;
  if (Buffer.byteLength(script) > mostBytes) {
    throw new HumError({
      code: 'bad-input',
      message: 'This job is too long for one script.',
      hint: 'Write the patterns into a file on the host and use --exclude-from.',
    });
  }
  return script;
}

/** What runs a shell where the copies are, in front of it. */
function thereWords(destination: JobDestination): string {
  return destination.kind === 'ssh'
    ? [...remoteShell(destination), '--', farAccount(destination), 'exec'].map(scriptWord).join(' ')
    : 'command';
}

function calmWords({ nice, ionice }: JobDefinition): readonly string[] {
  return [
    ...(nice === null ? [] : ['nice', '-n', String(nice)]),
    ...(ionice === null ? [] : ionice === 'idle' ? ['ionice', '-c', '3'] : ['ionice', '-c', '2', '-n', '7']),
  ];
}

/** No script of ours is longer; a definition is at most a few hundred KiB. */
const longestScript = 1024 * 1024;

/** The definition inside a script, or undefined where there is none that this Hum understands. Never throws. */
export function definitionIn(script: string): JobDefinition | undefined {
  if (script.length > longestScript) return undefined;
  const line = script.split('\n', 20).find((each) => each.startsWith(mark));
  if (line === undefined) return undefined;
  try {
    const read = jobDefinition.safeParse(JSON.parse(Buffer.from(line.slice(mark.length), 'base64url').toString()));
    return read.success && typeof readSchedule(read.data.schedule) !== 'string' ? read.data : undefined;
  } catch {
    return undefined;
  }
}
