import { type JobDefinition, type JobDestination, jobDefinition } from '../../../shared/contract/backup-jobs.ts';
import { scheduleOf, scheduleWords } from '../../../shared/schedule-words.ts';

/** A job as it is typed. */
export interface JobForm {
  readonly name: string;
  /** The name follows the source until it is typed. */
  readonly named: boolean;
  readonly user: string;
  readonly sources: readonly string[];
  readonly to: JobDestination['kind'];
  readonly host: string;
  readonly farUser: string;
  readonly port: string;
  readonly keyFile: string;
  readonly passwordFile: string;
  readonly path: string;
  /** In words or as five fields. */
  readonly when: string;
  readonly scheduler: JobDefinition['scheduler'];
  readonly options: JobDefinition['options'];
  /** A line each. */
  readonly excludes: string;
  readonly extra: string;
  readonly bandwidthKib: string;
  readonly keep: JobDefinition['keep']['kind'];
  readonly days: string;
  readonly daily: string;
  readonly weekly: string;
  readonly monthly: string;
  readonly before: string;
  readonly after: string;
  readonly calm: boolean;
  readonly mailTo: string;
}

/** What the form says when it opens: a copy per night, and enough of them. */
export const firstForm: JobForm = {
  name: '',
  named: false,
  user: 'root',
  sources: [''],
  to: 'ssh',
  host: '',
  farUser: '',
  port: '',
  keyFile: '',
  passwordFile: '',
  path: '',
  when: 'every day at 03:15',
  scheduler: 'cron',
  options: {
    archive: true,
    hardLinks: false,
    acls: false,
    xattrs: false,
    numericIds: true,
    compress: false,
    oneFileSystem: false,
    sparse: false,
    checksum: false,
    delete: true,
    listFiles: false,
  },
  excludes: '',
  extra: '',
  bandwidthKib: '',
  keep: 'snapshots',
  days: '30',
  daily: '7',
  weekly: '4',
  monthly: '12',
  before: '',
  after: '',
  calm: true,
  mailTo: '',
};

/** The form of a job that there is. */
export function formOf(job: JobDefinition): JobForm {
  const { destination, keep } = job;
  const text = (value: number | string | null) => (value === null ? '' : String(value));
  return {
    ...firstForm,
    name: job.name,
    named: true,
    user: job.user,
    sources: job.sources,
    to: destination.kind,
    host: destination.kind === 'local' ? '' : destination.host,
    farUser: destination.kind === 'local' ? '' : text(destination.user),
    port: destination.kind === 'local' ? '' : text(destination.port),
    keyFile: destination.kind === 'ssh' ? text(destination.keyFile) : '',
    passwordFile: destination.kind === 'daemon' ? text(destination.passwordFile) : '',
    path: destination.path,
    when: scheduleOf(scheduleWords(job.schedule)) === null ? job.schedule : scheduleWords(job.schedule),
    scheduler: job.scheduler,
    options: job.options,
    excludes: job.excludes.join('\n'),
    extra: job.extra.join('\n'),
    bandwidthKib: text(job.bandwidthKib),
    keep: keep.kind,
    ...(keep.kind === 'changed' ? { days: String(keep.days) } : {}),
    ...(keep.kind === 'snapshots' ? { daily: String(keep.daily), weekly: String(keep.weekly), monthly: String(keep.monthly) } : {}),
    before: job.before,
    after: job.after,
    calm: job.nice !== null,
    mailTo: text(job.mailTo),
  };
}

/** The form of a job for other hosts too: where the name of its own host stands, `{host}` does. */
export function forAnyHost(form: JobForm, hostName: string): JobForm {
  if (hostName.length < 2) return form;
  const fill = (text: string) => text.replaceAll(hostName, () => '{host}');
  return { ...form, path: fill(form.path), sources: form.sources.map(fill) };
}

/** What is wrong with a field, by its name in the form. */
export type FormErrors = Readonly<Partial<Record<keyof JobForm, string>>>;

/** Of a form that is still being filled in: what is wrong with the fields that say something. */
export function errorsOfFilled(errors: FormErrors, form: JobForm): FormErrors {
  const filled = Object.entries(errors).filter(([field]) => {
    const value = form[field as keyof JobForm];
    return Array.isArray(value) ? value.some((each) => each !== '') : value !== '';
  });
  return Object.fromEntries(filled);
}

export type FormRead =
  | { readonly definition: JobDefinition; readonly errors: null }
  | { readonly definition: null; readonly errors: FormErrors };

/** The job that a form means, or what is missing in it. `base`: the job that is edited, whose finer points the form does not show. */
export function readForm(form: JobForm, base: JobDefinition | null): FormRead {
  const schedule = scheduleOf(form.when);
  const made = jobDefinition.safeParse({
    name: form.name.trim(),
    user: form.user.trim(),
    sources: form.sources.filter((source) => source !== ''),
    destination: destinationOf(form),
    schedule: schedule ?? '',
    scheduler: form.scheduler,
    options: form.options,
    excludes: linesOf(form.excludes),
    bandwidthKib: wholeOrNull(form.bandwidthKib),
    keep:
      form.keep === 'mirror'
        ? { kind: 'mirror' }
        : form.keep === 'changed'
          ? { kind: 'changed', days: Number(form.days || Number.NaN) }
          : {
              kind: 'snapshots',
              daily: Number(form.daily || Number.NaN),
              weekly: Number(form.weekly || 0),
              monthly: Number(form.monthly || 0),
            },
    extra: linesOf(form.extra),
    before: form.before.trim(),
    after: form.after.trim(),
    nice: form.calm ? (base?.nice ?? 19) : null,
    ionice: form.calm ? (base?.nice === null || base === null ? 'idle' : base.ionice) : null,
    mailTo: form.mailTo.trim() === '' ? null : form.mailTo.trim(),
  });
  if (made.success && schedule !== null) return { definition: made.data, errors: null };
  const errors: Partial<Record<keyof JobForm, string>> = {};
  for (const { path, message } of made.error?.issues ?? []) {
    const field = fieldOf(path);
    errors[field] ??= form.name.trim() === '' && field === 'name' ? 'Give it a name.' : plainMessage(message);
  }
  if (schedule === null) errors.when = 'Say when: “every day at 03:15”, “every monday at 22:00”, “every 6 hours”, or five fields of cron.';
  return { definition: null, errors };
}

function destinationOf({ to, host, farUser, port, keyFile, passwordFile, path }: JobForm): unknown {
  const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
  const there = { host: host.trim(), user: orNull(farUser), port: wholeOrNull(port) };
  switch (to) {
    case 'local':
      return { kind: 'local', path };
    case 'ssh':
      return { kind: 'ssh', ...there, keyFile: orNull(keyFile), path: path.replace(/^~\//, '') };
    case 'daemon':
      return { kind: 'daemon', ...there, passwordFile: orNull(passwordFile), path: path.replace(/^\/+/, '') };
  }
}

function wholeOrNull(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function fieldOf(path: readonly PropertyKey[]): keyof JobForm {
  const [first, second] = path.map(String);
  if (first === 'destination')
    return second === 'user' ? 'farUser' : second === undefined || second === 'kind' ? 'to' : (second as keyof JobForm);
  if (first === 'keep') return second === undefined ? 'keep' : (second as keyof JobForm);
  if (first === 'schedule') return 'when';
  return first === 'nice' || first === 'ionice' ? 'calm' : ((first ?? 'name') as keyof JobForm);
}

/** zod's own words are for programmers. */
function plainMessage(message: string): string {
  return /^(?:Invalid|Too|Expected)/.test(message) ? 'That is not right here.' : message;
}

/** A name for a job that copies this: the last part of its path. */
export function nameFor(source: string): string {
  const last = source.split('/').findLast((part) => part !== '') ?? '';
  return last
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 41);
}
