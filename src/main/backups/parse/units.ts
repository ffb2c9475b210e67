/** A unit of systemd, as far as backups go (systemd.timer(5), systemd.service(5)). */
export interface UnitFile {
  readonly description: string;
  /** `OnCalendar=`, in order. */
  readonly calendars: readonly string[];
  /** `OnUnitActiveSec=`, `OnBootSec=` and the like: their names and spans. */
  readonly spans: readonly (readonly [name: string, span: string])[];
  readonly randomDelay: string | null;
  /** `Unit=` of a timer. */
  readonly unit: string | null;
  /** Each command line of `ExecStart=`, prefixes (`-`, `@`, …) taken off, with where it stands in the text. */
  readonly starts: readonly UnitCommand[];
  readonly user: string | null;
  readonly variables: ReadonlyMap<string, string>;
}

export interface UnitCommand {
  readonly text: string;
  /** In which of the texts it stands: 0 the unit itself, then its drop-ins. */
  readonly part: number;
  /** Its place in that text, or null where lines were joined. */
  readonly at: number | null;
}

const mostLines = 2_000;
const execs = ['ExecStartPre', 'ExecStart', 'ExecStartPost'] as const;

/**
 * Reads a unit file (systemd.syntax(7)) and its drop-ins, in the order in which they count: sections, `KEY=value`, lines continued by a backslash.
 * An empty value takes back what was said before: of a list all of it, of a timer every `On…=` (systemd.timer(5)). Never throws.
 */
export function readUnit(...texts: readonly string[]): UnitFile {
  const calendars: string[] = [];
  const spans: (readonly [string, string])[] = [];
  const starts = new Map<string, UnitCommand[]>(execs.map((key) => [key, []]));
  const variables = new Map<string, string>();
  let description = '';
  let randomDelay: string | null = null;
  let unit: string | null = null;
  let user: string | null = null;
  const settings = texts.flatMap((text, part) => [...settingsOf(text)].map((setting) => ({ ...setting, part })));
  for (const { key, value, at, part } of settings) {
    const list = starts.get(key);
    if (key === 'Description') description = value;
    else if (/^On(?:Calendar|(?:Active|Boot|Startup|UnitActive|UnitInactive)Sec)$/.test(key)) {
      if (value === '') {
        calendars.splice(0);
        spans.splice(0);
      } else if (key === 'OnCalendar') calendars.push(value);
      else spans.push([key, value]);
    } else if (key === 'RandomizedDelaySec') randomDelay = value === '' ? null : value;
    else if (key === 'Unit') unit = value === '' ? null : value;
    else if (key === 'User') user = value === '' ? null : value;
    else if (list !== undefined) {
      if (value === '') list.splice(0);
      else {
        const prefix = /^[-@:+!|]*/.exec(value)?.[0].length ?? 0;
        // `%%` is a percent sign; other specifiers stay.
        list.push({ text: value.slice(prefix).replaceAll('%%', '%'), part, at: at === null || value.includes('%%') ? null : at + prefix });
      }
    } else if (key === 'Environment') {
      if (value === '') variables.clear();
      for (const [, , quoted, plain] of value.matchAll(/(["']?)([A-Za-z_]\w*=[^"']*)\1|([A-Za-z_]\w*=\S*)/g)) {
        const assignment = (quoted ?? plain ?? '').trimEnd();
        const equals = assignment.indexOf('=');
        variables.set(assignment.slice(0, equals), assignment.slice(equals + 1));
      }
    }
  }
  return { description, calendars, spans, randomDelay, unit, starts: [...starts.values()].flat(), user, variables };
}

interface Setting {
  readonly key: string;
  readonly value: string;
  readonly at: number | null;
}

function* settingsOf(text: string): Generator<Setting, void, void> {
  let begun: { key: string; value: string; at: number | null } | undefined;
  let offset = 0;
  for (const raw of text.split('\n', mostLines)) {
    const start = offset;
    offset += raw.length + 1;
    const line = raw.replace(/\r$/, '');
    if (/^\s*[#;]/.test(line)) continue;
    const more = line.endsWith('\\');
    const body = more ? `${line.slice(0, -1)} ` : line;
    if (begun !== undefined) begun = { ...begun, value: begun.value + body.trimStart(), at: null };
    else {
      const found = /^\s*([A-Za-z]+)\s*=\s*(.*)$/.exec(body);
      if (found === null) continue;
      const value = found[2] ?? '';
      begun = { key: found[1] ?? '', value, at: more ? null : start + body.length - value.length };
    }
    if (more) continue;
    yield { ...begun, value: begun.value.trimEnd() };
    begun = undefined;
  }
  if (begun !== undefined) yield begun;
}

const unitsMs: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  seconds: 1_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  w: 604_800_000,
  week: 604_800_000,
  weeks: 604_800_000,
  M: 2_629_800_000,
  month: 2_629_800_000,
  months: 2_629_800_000,
};

/** A span of systemd.time(7) in ms: `1h 30min`, `90` (seconds). Undefined where it is none. */
export function spanMs(text: string): number | undefined {
  const whole = text.trim();
  if (!/^(?:\d+(?:\.\d+)?\s*[A-Za-z]*\s*)+$/.test(whole)) return undefined;
  let sum = 0;
  for (const [, digits, name] of whole.matchAll(/(\d+(?:\.\d+)?)\s*([A-Za-z]*)/g)) {
    const unit = name === '' ? 1_000 : unitsMs[name ?? ''];
    if (unit === undefined) return undefined;
    sum += Number(digits) * unit;
  }
  return sum;
}

/** The modules of an rsyncd.conf(5), and its files with secrets. */
export interface RsyncdConf {
  readonly modules: readonly { readonly name: string; readonly path: string; readonly readOnly: boolean; readonly users: string | null }[];
  readonly secretsFiles: readonly string[];
}

export function readRsyncdConf(text: string): RsyncdConf {
  const globals = new Map<string, string>();
  const modules: { name: string; settings: Map<string, string> }[] = [];
  for (const raw of text.split('\n', mostLines)) {
    const line = raw.trim();
    if (line === '' || /^[#;]/.test(line)) continue;
    const section = /^\[\s*(.+?)\s*\]$/.exec(line);
    if (section !== null) {
      if (section[1] !== 'global') modules.push({ name: section[1] ?? '', settings: new Map() });
      continue;
    }
    const setting = /^([^=]+?)\s*=\s*(.*)$/.exec(line);
    const [, key = '', value = ''] = setting ?? [];
    if (setting !== null) (modules.at(-1)?.settings ?? globals).set(key.toLowerCase().replaceAll(/\s+/g, ' '), value);
  }
  const secrets = [globals, ...modules.map(({ settings }) => settings)].flatMap((settings) => settings.get('secrets file') ?? []);
  return {
    modules: modules.map(({ name, settings }) => {
      const of = (key: string) => settings.get(key) ?? globals.get(key);
      return {
        name,
        path: of('path') ?? '',
        readOnly: !/^(?:no|false|0)$/i.test(of('read only') ?? 'yes'),
        users: of('auth users') ?? null,
      };
    }),
    secretsFiles: [...new Set(secrets)],
  };
}
