import { formatDuration } from '../../../shared/units.ts';
import { quote, shownWord } from '../../ssh/quote.ts';
import { logOf } from '../collect/wants.ts';
import { gapsOf } from '../parse/schedule.ts';
import { editCommand, editRsync, type Fix, found, type Rule, slugOf, writable } from './rule.ts';

/** The line of a crontab as a whole: who runs it, when, under which lock, and where its output goes. */

const minute = 60_000;

export const noUser: Rule = (lint) => {
  if (!lint.job.entry?.lacksUser) return [];
  const message = 'The line has no user: cron takes the first word of the command for one, and runs nothing.';
  return [
    found(
      'no-user',
      'error',
      message,
      editCommand(
        lint,
        [{ at: 0, remove: 0, insert: 'root ' }],
        'It will run as root: put another user in its place where the job does not need that.',
      ),
      'Run it as root',
    ),
  ];
};

export const badSchedule: Rule = ({ job }) =>
  job.timing.bad
    ? [
        found(
          'bad-schedule',
          'error',
          `“${job.timing.text}” is no time that cron knows, or one that never comes: the line is left out, and some crons leave out the whole file.`,
          null,
          '',
        ),
      ]
    : [];

/** Times to offer, by the pause between two starts. */
const calmer: readonly (readonly [everyMs: number, text: string])[] = [
  [15 * minute, '*/15 * * * *'],
  [30 * minute, '*/30 * * * *'],
  [60 * minute, '7 * * * *'],
  [120 * minute, '7 */2 * * *'],
  [360 * minute, '7 */6 * * *'],
  [1440 * minute, '30 2 * * *'],
];

export const tooOften: Rule = (lint) => {
  const { job, usualMs, zone, facts } = lint;
  const { schedule } = job.timing;
  const least = schedule === null ? (job.timing.everyMs ?? Infinity) : gapsOf(schedule, zone, facts.now).least;
  const slow = usualMs !== null && usualMs > least;
  if (least > minute && !slow) return [];
  const message = slow
    ? `It is started every ${formatDuration(least)} and takes up to ${formatDuration(usualMs)}: runs pile up.`
    : 'It is started every minute: a run that takes longer meets the next one, and both read and write the same files.';
  const [, text] = calmer.find(([everyMs]) => everyMs >= Math.max(15 * minute, 2 * (usualMs ?? 0))) ?? calmer.at(-1) ?? [0, ''];
  return [found('too-often', 'warning', message, reschedule(lint.job, text), `Start it at ${text}`)];
};

function reschedule({ entry, file }: Parameters<Rule>[0]['job'], text: string): Fix | null {
  if (entry === null || !writable(file)) return null;
  const lead = /^[ \t]*-?/.exec(entry.raw)?.[0].length ?? 0;
  const fields = /^(?:@\S+|\S+[ \t]+\S+[ \t]+\S+[ \t]+\S+[ \t]+\S+)/.exec(entry.raw.slice(lead));
  if (fields === null) return null;
  const at = lineStart(file.text, entry.line) + lead;
  return { kind: 'text', file, edits: [{ at, remove: fields[0].length, insert: text }], note: null };
}

/** Where a line (from 1) begins. */
export function lineStart(text: string, line: number): number {
  let at = 0;
  for (let each = 1; each < line; each += 1) at = text.indexOf('\n', at) + 1;
  return at;
}

export const noLock: Rule = (lint) => {
  const { job } = lint;
  // systemd starts no unit twice, run-parts waits, and what Hum wrote has its lock.
  if (job.entry === null || job.managed !== null) return [];
  const locked = /\b(?:flock|setlock|lckdo|cronlock|lockfile|dotlockfile|run-one|shlock)\b/;
  if (job.rsyncs.some((rsync) => rsync.locked) || locked.test(job.command)) return [];
  const { commands, end } = job.commands.shell;
  const root = job.user === null || job.user === 'root';
  const lock = root ? `/run/lock/hum-${slugOf(job)}.lock` : `"$HOME"/.hum-${slugOf(job)}.lock`;
  const [first] = commands;
  const simple = commands.length === 1 && first !== undefined && first.assignments.length === 0 && first.words[0] !== undefined;
  const shell = job.entry.variables.get('SHELL') ?? 'sh';
  const whole = job.command.slice(0, end).trimEnd();
  const edits = simple
    ? [{ at: first.words[0]?.start ?? 0, remove: 0, insert: `flock -n ${lock} ` }]
    : [{ at: 0, remove: whole.length, insert: `flock -n ${lock} ${shownWord(shell)} -c ${quote(whole)}` }];
  return [
    found(
      'no-lock',
      'warning',
      'Nothing keeps it from being started while the run before is still going.',
      editCommand(lint, edits),
      'Start it under a lock',
    ),
  ];
};

export const outputNowhere: Rule = (lint) => {
  const { job, facts } = lint;
  if (job.managed !== null || job.rsyncs.some(({ line }) => line.logFile !== null)) return [];
  const log = job.user === null || job.user === 'root' ? `/var/log/rsync-${slugOf(job)}.log` : `"$HOME"/rsync-${slugOf(job)}.log`;
  const outer = job.commands.shell.commands;
  const commands = job.script === null ? outer : [...outer, ...job.rsyncs.map(({ command }) => command)];
  for (const command of commands) {
    const both = command.redirects.find(({ op, target }) => /^&>>?$/.test(op) && target === '/dev/null');
    const out = command.redirects.find(({ op, fd, target }) => /^>>?$/.test(op) && fd !== '2' && target === '/dev/null');
    const errors = command.redirects.some(
      ({ op, fd, target }) => fd === '2' && ((op === '>&' && target === '1') || target === '/dev/null'),
    );
    const gone = both ?? (errors ? out : undefined);
    if (gone === undefined) continue;
    const insert = both === undefined ? `>> ${log}` : `>> ${log} 2>&1`;
    const edits = [{ at: gone.start, remove: gone.end - gone.start, insert }];
    const fix = outer.includes(command) ? editCommand(lint, edits) : editScript(lint, edits);
    return [found('output-nowhere', 'warning', 'What it prints goes to /dev/null: when it fails, nothing says why.', fix, 'Write a log')];
  }
  if (job.entry === null || logOf(job) !== null) return [];
  const mailedTo = job.entry.variables.get('MAILTO');
  if (mailedTo !== '' && facts.mail) return [];
  const message =
    mailedTo === ''
      ? 'What it prints goes nowhere: MAILTO is empty, and it writes no log.'
      : 'What it prints goes nowhere: cron would mail it, and nothing on the host takes mail.';
  const at = job.command.slice(0, job.commands.shell.end).trimEnd().length;
  return [found('output-nowhere', 'warning', message, editCommand(lint, [{ at, remove: 0, insert: ` >> ${log} 2>&1` }]), 'Write a log')];
};

function editScript(lint: Parameters<Rule>[0], edits: Parameters<typeof editRsync>[2]): Fix | null {
  const [rsync] = lint.job.rsyncs;
  return rsync === undefined ? null : editRsync(lint, rsync, edits);
}

export const noFinalNewline: Rule = ({ job: { entry, file } }) => {
  if (entry === null || file.text.endsWith('\n') || file.cut) return [];
  if (lineStart(file.text, entry.line) + entry.raw.length < file.text.length) return [];
  const fix: Fix | null = writable(file)
    ? { kind: 'text', file, edits: [{ at: file.text.length, remove: 0, insert: '\n' }], note: null }
    : null;
  return [found('no-final-newline', 'error', 'The file does not end with a line end: cron leaves its last line out.', fix, 'End the line')];
};

const flat = new WeakMap<object, string>();

/** What a line runs and when, however its spaces are; of jobs there may be hundreds. */
function lineKey(job: Parameters<Rule>[0]['job']): string {
  const known = flat.get(job);
  if (known !== undefined) return known;
  const key = [job.entry?.schedule, job.user, job.command.replaceAll(/\s+/g, ' ').trim()].join('\n');
  flat.set(job, key);
  return key;
}

export const duplicateLine: Rule = ({ job, jobs }) => {
  const { entry, file } = job;
  if (entry === null || job.disabled !== null) return [];
  const sameAs = (other: typeof job) => other.entry !== null && other.disabled === null && lineKey(other) === lineKey(job);
  const first = jobs.find(sameAs);
  if (first === undefined || first === job || first.entry === null) return [];
  const at = lineStart(file.text, entry.line);
  const end = file.text.indexOf('\n', at);
  const remove = (end < 0 ? file.text.length : end + 1) - at;
  const fix: Fix | null = writable(file) ? { kind: 'text', file, edits: [{ at, remove, insert: '' }], note: null } : null;
  const where = first.file.path === file.path ? `line ${first.entry.line}` : `${shownWord(first.file.path)}, line ${first.entry.line}`;
  return [
    found('duplicate-line', 'warning', `The same line stands in ${where}: both are run, at the same moment.`, fix, 'Remove this one'),
  ];
};

/** Names that Debian's cron and run-parts take (cron(8), run-parts(8)), and those that cronie and its run-parts leave out. */
const taken = /^[A-Za-z0-9_-]+$/;
const leftOut = /^[.#]|(?:~|,v|,|\.(?:rpmsave|rpmorig|rpmnew|swp|cfsaved|bak|dpkg-\w+))$/;

export const ignoredName: Rule = ({ job, facts }) => {
  const { kind, path, mode } = job.file;
  if (kind !== 'cron.d' && kind !== 'periodic') return [];
  const folder = path.slice(0, path.lastIndexOf('/'));
  const name = path.slice(folder.length + 1);
  const ignored = facts.cron === 'crond' ? leftOut.test(name) : !taken.test(name);
  if (ignored) {
    const better = name
      .replace(/\.(?:sh|cron|bash)$/, '')
      .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '');
    const fix: Fix | null = better === '' ? null : { kind: 'rename', from: path, to: `${folder}/${better}` };
    const why = facts.cron === 'crond' ? 'cron leaves out files with such an ending' : 'only letters, digits, - and _ may be in it';
    return [found('ignored-name', 'error', `The name “${name}” keeps it from running: ${why}.`, fix, `Call it ${better}`)];
  }
  if (kind === 'periodic' && !/[1357]/.test(mode.slice(-3))) {
    const fix: Fix = { kind: 'mode', path, before: mode, mode: '755' };
    return [found('ignored-name', 'error', 'It is not executable: run-parts leaves it out.', fix, 'Make it executable')];
  }
  return [];
};
