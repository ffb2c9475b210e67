import type { FoundJob } from '../jobs.ts';
import { readCrontab } from '../parse/crontab.ts';
import { readUnit } from '../parse/units.ts';
import type { Edit } from './edit.ts';
import { lineStart } from './line-rules.ts';
import { type Fix, type Found, found, type Lint, type Rule, rawOf, slugOf, writable } from './rule.ts';

/** A password where others can read it. Each fix moves it into a file of the job's user, on the host itself: it passes through no plan and no journal. */

const message = 'The password stands in the command: everybody who may read the file has it, and while it runs everybody on the host.';
const inWords =
  'Put it into a file that only the user of the job may read (mode 600), name that file by --password-file= (of ssh: sshpass -f), and give the job another password.';

type Rsync = FoundJob['rsyncs'][number];

/** Where a password stands, and what is done to the text once it is in a file. Offsets count in the text that the rsync was read from. */
interface Moved {
  readonly at: number;
  readonly length: number;
  readonly edits: (target: string) => readonly Edit[];
}

/** `undefined`: there is no password; null: there is one, and only a person can move it. */
type Look = (lint: Lint, rsync: Rsync) => Moved | null | undefined;

export const passwordInCommand: Rule = (lint) => {
  const looks = lint.job.rsyncs.flatMap((rsync) => looksAt.map((look) => ({ rsync, moved: look(lint, rsync) })));
  const there = looks.filter(({ moved }) => moved !== undefined);
  for (const { rsync, moved } of there) {
    const fix = moved == null ? null : moveSecret(lint, rsync, moved);
    if (fix !== null) return told(fix);
  }
  const variable = inVariable(lint);
  if (variable !== undefined) return told(variable);
  return there.length > 0 || exportedInScript(lint.job) ? told(null) : [];
};

function told(fix: Fix | null): readonly Found[] {
  return [found('password-in-command', 'error', fix === null ? `${message} ${inWords}` : message, fix, 'Move it into a file')];
}

/** A word or value whose characters are what they say: `x`, `'x'`, `"x"`. Where the value is in it, or null. */
function plainPart(raw: string): { readonly from: number; readonly length: number } | null {
  if (/^(['"])[^'"\\$`]+\1$/.test(raw)) return { from: 1, length: raw.length - 2 };
  return /^[\w.,:@+=/-]+$/.test(raw) ? { from: 0, length: raw.length } : null;
}

const isDaemon = ({ line }: Rsync) =>
  [...line.sources, ...(line.destination === null ? [] : [line.destination])].some(({ kind }) => kind === 'daemon');

/** An option of rsync's for the file: it refuses it where no daemon is asked (rsync(1), --password-file), and one is enough. */
function passwordFile(rsync: Rsync): ((target: string) => Edit) | null {
  if (!isDaemon(rsync) || rsync.line.passwordFile !== null) return null;
  return (target) => ({ at: rsync.program.end, remove: 0, insert: ` --password-file=${target}` });
}

/** `RSYNC_PASSWORD=x rsync …`, and the same behind `env`. */
const beforeCommand: Look = (lint, rsync) => {
  const name = 'RSYNC_PASSWORD=';
  const assignment = rsync.command.assignments.find((each) => `${each.name}=` === name && each.value !== '' && !/[$`]/.test(each.value));
  const word = rsync.command.words.find(
    ({ text, start }) => start < rsync.program.start && text.startsWith(name) && text !== name && !/[$`]/.test(text),
  );
  const value = assignment ?? (word === undefined ? undefined : { start: word.start + name.length, end: word.end });
  if (value === undefined) return undefined;
  const plain = plainPart(rawOf(lint, value));
  const option = passwordFile(rsync);
  if (plain === null || option === null || rawOf(lint, { start: value.start - name.length, end: value.start }) !== name) return null;
  const space = /^[ \t]*/.exec(textOf(lint.job).slice(value.end))?.[0].length ?? 0;
  return {
    at: value.start + plain.from,
    length: plain.length,
    edits: (target) => [
      { at: value.start - name.length, remove: name.length + value.end - value.start + space, insert: '' },
      option(target),
    ],
  };
};

/** `sshpass -p x rsync …`. */
const bySshpass: Look = (lint, rsync) => {
  if (!rsync.wrappers.includes('sshpass')) return undefined;
  const before = rsync.command.words.filter(({ start }) => start < rsync.program.start);
  const at = before.findIndex(({ text }) => /(?:^|\/)sshpass$/.test(text));
  const option = before.findIndex(({ text }, place) => place > at && /^-p/.test(text));
  const flag = before[option];
  // Within `sh -c '…'` the words are those of the shell.
  if (flag === undefined) return /\bsshpass\s+-p/.test(rsync.program.text) ? null : undefined;
  const glued = flag.text !== '-p';
  const word = glued ? { start: flag.start + 2, end: flag.end } : before[option + 1];
  if (word === undefined || /[$`]/.test(rawOf(lint, word))) return undefined;
  const plain = plainPart(rawOf(lint, word));
  if (at < 0 || plain === null || rawOf(lint, flag).slice(0, 2) !== '-p') return null;
  return {
    at: word.start + plain.from,
    length: plain.length,
    edits: (target) => [{ at: flag.start, remove: word.end - flag.start, insert: `-f ${target}` }],
  };
};

/** `rsync -e 'sshpass -p x ssh' …`. */
const inRemoteShell: Look = (lint, rsync) => {
  if (!/\bsshpass\s+-p\s*[^\s$`]/.test(rsync.line.remoteShell ?? '')) return undefined;
  for (const word of rsync.line.optionWords) {
    const raw = rawOf(lint, word);
    const place = /^((?:--rsh=|-e)?['"]?(?:\/[\w./-]*\/)?sshpass[ \t]+)(-p[ \t]*)([\w.,:@+=/-]+)[ \t][^'"\\]*['"]?$/.exec(raw);
    if (place === null) continue;
    const [, lead = '', flag = '', value = ''] = place;
    const at = word.start + lead.length;
    return {
      at: at + flag.length,
      length: value.length,
      edits: (target) => [{ at, remove: flag.length + value.length, insert: `-f ${target}` }],
    };
  }
  return null;
};

/** `rsync://user:x@host/…`: rsync itself knows no password there (rsync(1), "CONNECTING TO AN RSYNC DAEMON"). */
const inUrl: Look = (lint, rsync) => {
  const word = rsync.command.words.find(({ text }) => /^rsync:\/\/[^/@:]+:[^/@$`]+@/.test(text));
  if (word === undefined) return undefined;
  const place = /^(['"]?rsync:\/\/[\w.-]+)(:)([\w.,:+=-]+)@/.exec(rawOf(lint, word));
  const option = passwordFile(rsync);
  if (place === null || option === null) return null;
  const [, lead = '', , value = ''] = place;
  const at = word.start + lead.length;
  return { at: at + 1, length: value.length, edits: (target) => [{ at, remove: value.length + 1, insert: '' }, option(target)] };
};

const looksAt: readonly Look[] = [beforeCommand, bySshpass, inRemoteShell, inUrl];

const textOf = ({ script, command }: FoundJob) => script?.text ?? command;

/** Who runs the job's rsync, and so must have the file; null where that is not plain. */
function ownerOf({ job }: Lint, rsync: Rsync): string | null {
  if (rsync.wrappers.some((name) => ['sudo', 'doas', 'runuser', 'su'].includes(name))) return null;
  return job.user;
}

function moveSecret(lint: Lint, rsync: Rsync, { at, length, edits }: Moved): Fix | null {
  const { job } = lint;
  const file = job.script ?? job.file;
  const base = job.script === null ? job.at : 0;
  const owner = ownerOf(lint, rsync);
  // Within `sh -c '…'` the places are those of the inner text.
  if (base === null || owner === null || !writable(file) || !rsync.program.text.endsWith('rsync')) return null;
  const target = targetOf(job);
  return {
    kind: 'secret',
    file,
    at: base + at,
    length,
    target,
    owner,
    edits: edits(target).map((edit) => ({ ...edit, at: base + edit.at })),
  };
}

/** Two jobs of one name have a file each. */
function targetOf(job: FoundJob): string {
  return `/etc/hum/secrets/${slugOf(job)}-${job.id.slice(0, 8)}`;
}

/** A line that sets it, and the value within the file. Offsets count in the file. */
interface SetLine {
  readonly start: number;
  readonly length: number;
  readonly at: number;
  readonly valueLength: number;
}

/** The one line of a file that sets the password for more than one command; undefined where it is not so plain. */
function settingLine({ file, entry }: FoundJob): SetLine | undefined {
  const setsIt = entry === null ? /^[ \t]*[^#; \t].*RSYNC_PASSWORD/ : /^[ \t]*["']?RSYNC_PASSWORD\b/;
  const [line, another] = file.text.split('\n').flatMap((text, index) => (setsIt.test(text) ? [{ text, index }] : []));
  if (line === undefined || another !== undefined) return undefined;
  const { lead = '', value = '' } = (entry === null ? inUnit : inCrontab).exec(line.text)?.groups ?? {};
  // What is quoted with its name may hold blanks.
  const plain = /["']RSYNC_PASSWORD=$/.test(lead) ? { from: 0, length: value.length } : plainPart(value);
  if (plain === null || plain.length === 0) return undefined;
  const start = lineStart(file.text, line.index + 1);
  return { start, length: line.text.length + 1, at: start + lead.length + plain.from, valueLength: plain.length };
}

const inCrontab = /^(?<lead>[ \t]*RSYNC_PASSWORD[ \t]*=[ \t]*)(?<value>.*?)[ \t\r]*$/;
/** Nothing but this variable; a percent sign would begin a specifier (systemd.unit(5)). */
const inUnit = /^(?<lead>[ \t]*Environment[ \t]*=[ \t]*(?<quote>["']?)RSYNC_PASSWORD=)(?<value>[^"'\\%]+?)\k<quote>[ \t\r]*$/;

/** How many commands of a file are given the password. */
function givenTo({ file, entry }: FoundJob): number {
  if (entry === null) return readUnit(file.text).starts.length;
  return readCrontab(file.text, { userColumn: file.kind !== 'user' }).entries.filter(({ variables }) => variables.has('RSYNC_PASSWORD'))
    .length;
}

/**
 * A variable that a crontab gives to every line after it, or a unit to all that it starts, where anybody may read it (systemd.exec(5),
 * `Environment=`). Undefined where there is none.
 */
function inVariable({ job, jobs }: Lint): Fix | null | undefined {
  const { file } = job;
  if (!job.variables.get('RSYNC_PASSWORD')) return undefined;
  const line = settingLine(job);
  if (line === undefined || !writable(file)) return null;
  const known = jobs.filter((each) => each.file.path === file.path && each.variables.has('RSYNC_PASSWORD'));
  const inPlace = known.every(
    ({ script, at, user, rsyncs }) =>
      script === null &&
      at !== null &&
      user === job.user &&
      rsyncs.every((rsync) => rsync.program.text.endsWith('rsync') && rsync.wrappers.every((name) => name !== 'sudo')),
  );
  // What else stands there may need it in a way that is not seen.
  if (!inPlace || job.user === null || givenTo(job) !== known.length) return null;
  const target = targetOf(job);
  const options = known.flatMap(({ at, rsyncs }) =>
    rsyncs.flatMap((rsync) => {
      const edit = passwordFile(rsync)?.(target);
      return edit === undefined ? [] : [{ ...edit, at: edit.at + (at ?? 0) }];
    }),
  );
  return {
    kind: 'secret',
    file,
    at: line.at,
    length: line.valueLength,
    target,
    owner: job.user,
    edits: [{ at: line.start, remove: line.length, insert: '' }, ...options],
  };
}

/** Set on a line of its own, for all that the script runs. */
function exportedInScript({ script }: FoundJob): boolean {
  return script !== null && /^[ \t]*(?:export[ \t]+)?(?:RSYNC_PASSWORD|SSHPASS)=["']?[^\s"'$`;]/m.test(script.text);
}
