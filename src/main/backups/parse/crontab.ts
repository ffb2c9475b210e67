/** A line of a crontab that runs something. */
export interface CrontabEntry {
  /** Counts from 1. */
  readonly line: number;
  readonly raw: string;
  /** The five fields with single spaces, or `@daily` and the like. */
  readonly schedule: string;
  /** Null in a crontab of a user, which has no such column, and where it is missing. */
  readonly user: string | null;
  /** As it stands there, `%` and all. */
  readonly command: string;
  /** Where the command begins in `raw`. */
  readonly commandAt: number;
  /** The variables that are set above it. */
  readonly variables: ReadonlyMap<string, string>;
  /** Why it was commented out, of a line that Hum disabled. */
  readonly disabled: string | null;
  /** A system crontab's line without its user column. */
  readonly lacksUser: boolean;
}

export interface Crontab {
  readonly entries: readonly CrontabEntry[];
  /** Lines that are neither entry, variable nor comment; numbers, from 1. */
  readonly unreadable: readonly number[];
  readonly endsWithNewline: boolean;
  /** There is more than was read. */
  readonly cut: boolean;
}

/** A crontab of so many lines runs no backups: what comes after is not read. */
const mostLines = 10_000;
const mostLine = 8 * 1024;

const variableLine = /^[ \t]*(?:"([^"]*)"|'([^']*)'|([A-Za-z_][\w.-]*))[ \t]*=[ \t]*(.*)$/;
const disabledLine = /^#[ \t]*hum-disabled[ \t]?(.*)$/;
const field = '[-0-9A-Za-z*/,~?]+';
const entryLine = new RegExp(
  String.raw`^([ \t]*-?)(@[A-Za-z]+|${field}[ \t]+${field}[ \t]+${field}[ \t]+${field}[ \t]+${field})([ \t]+)(.*)$`,
);
/** Programs that stand where a user should: the column was forgotten. */
const programs = new Set([
  'rsync',
  'flock',
  'nice',
  'ionice',
  'test',
  'sh',
  'bash',
  'cd',
  '[',
  'sudo',
  'timeout',
  'env',
  'sshpass',
  'chronic',
]);

/**
 * Reads a crontab (crontab(5), of both Vixie's cron and cronie). Any text is one: what is not understood is told by its number.
 * `userColumn`: /etc/crontab and /etc/cron.d have the user before the command.
 */
export function readCrontab(text: string, { userColumn }: { readonly userColumn: boolean }): Crontab {
  const lines = text.split('\n', mostLines + 1);
  const cut = lines.length > mostLines;
  const endsWithNewline = text === '' || text.endsWith('\n');
  if (cut || lines.at(-1) === '') lines.pop();
  const entries: CrontabEntry[] = [];
  const unreadable: number[] = [];
  let variables: ReadonlyMap<string, string> = new Map();
  for (const [index, whole] of lines.entries()) {
    const raw = whole.slice(0, mostLine);
    const line = index + 1;
    const disabled = readDisabled(raw, userColumn);
    const active = disabled === undefined ? raw : disabled.line;
    if (disabled === undefined && /^[ \t\r]*(?:#|$)/.test(raw)) continue;
    const variable = disabled === undefined ? variableLine.exec(active) : null;
    if (variable) {
      const name = variable[1] ?? variable[2] ?? variable[3] ?? '';
      variables = new Map(variables).set(name, unquoted((variable[4] ?? '').trimEnd()));
      continue;
    }
    const found = readEntry(active, userColumn);
    if (found === undefined) {
      if (disabled === undefined) unreadable.push(line);
      continue;
    }
    const offset = raw.length - active.length;
    const reason = disabled?.reason ?? null;
    entries.push({ ...found, commandAt: found.commandAt + offset, line, raw, variables, disabled: reason });
  }
  return { entries, unreadable, endsWithNewline, cut };
}

/** A line that Hum commented out: `# hum-disabled REASON: LINE`. The reason may have colons of its own. */
function readDisabled(raw: string, userColumn: boolean): { readonly reason: string; readonly line: string } | undefined {
  const rest = disabledLine.exec(raw)?.[1];
  if (rest === undefined) return undefined;
  for (let at = rest.indexOf(':'); at >= 0; at = rest.indexOf(':', at + 1)) {
    const line = rest.slice(at + 1).trimStart();
    if (readEntry(line, userColumn) !== undefined) return { reason: rest.slice(0, at).trim(), line };
  }
  return undefined;
}

type Found = Pick<CrontabEntry, 'schedule' | 'user' | 'command' | 'commandAt' | 'lacksUser'>;

function readEntry(active: string, userColumn: boolean): Found | undefined {
  const found = entryLine.exec(active.replace(/\r$/, ''));
  if (found === null) return undefined;
  const [, lead = '', when = '', space = '', rest = ''] = found;
  const restAt = lead.length + when.length + space.length;
  const schedule = when.replaceAll(/[ \t]+/g, ' ');
  if (!userColumn) return rest === '' ? undefined : { schedule, user: null, command: rest, commandAt: restAt, lacksUser: false };
  const column = /^([^ \t]+)([ \t]+)(.*)$/.exec(rest);
  const word = column?.[1] ?? rest;
  if (rest === '') return undefined;
  // A user may be `name:group/class` on BSD; a path never is one.
  if (column === null || /^[./~$"']/.test(word) || programs.has(word) || word.includes('=')) {
    return { schedule, user: null, command: rest, commandAt: restAt, lacksUser: true };
  }
  return { schedule, user: word, command: column[3] ?? '', commandAt: restAt + word.length + (column[2]?.length ?? 0), lacksUser: false };
}

function unquoted(value: string): string {
  const found = /^(["'])(.*)\1$/.exec(value);
  return found === null ? value : (found[2] ?? '');
}
