import { createHash, randomBytes } from 'node:crypto';
import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BrokenTemplate, TemplateCheck, TemplateOrigin, TemplateSummary, TemplatesEvent } from '../../../shared/contract/templates.ts';
import type { DomainRef } from '../../../shared/contract/xen.ts';
import { HumError, messageOf } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { abortable, Bell } from '../../stream.ts';
import type { Xen } from '../xen.ts';
import { type FromConfig, fromConfig, fromDomain, type MadeTemplate } from './from-config.ts';
import { type ReadTemplate, readTemplate } from './read-template.ts';
import { shippedTemplates } from './shipped.ts';
import { checkTemplate, summaryOf, type TemplateSource, versionOfText } from './summary.ts';
import type { Template } from './template.ts';
import { openTemplateFolder, type TemplateFolder, type TemplateText } from './template-folder.ts';

export interface TemplatesDeps {
  /** The user's own lie in its folder `templates`. */
  readonly dataDir: string;
  readonly xen: Pick<Xen, 'config' | 'domain'>;
  readonly log: { info(data: object, message: string): void };
}

export type SavedTemplate =
  | { readonly kind: 'saved'; readonly id: string; readonly version: string }
  | { readonly kind: 'changed'; readonly text: string; readonly version: string };

/** The templates that ship, the user's own, and those of other folders; what changes on disk shows. */
export interface Templates {
  /** Reads these other folders from now on, such as git clones, and never writes to them. Those that were read before and are not among them are left. */
  follow(folders: readonly string[]): void;
  watch(signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<TemplatesEvent, void, void>;
  /** Ready to be resolved; undefined where there is none, or what is there is broken. */
  get(id: string): { readonly template: Template; readonly version: string; readonly summary: TemplateSummary } | undefined;
  list(): readonly TemplateSummary[];
  /** Broken ones, too. @throws HumError `not-found`, `file-unreadable` */
  read(id: string): { readonly text: string; readonly version: string };
  check(text: string): TemplateCheck;
  /**
   * Writes a template of the user's own, a new one for `id` null. `version` is that of the text it was made from; null where there should be none.
   * @throws HumError `bad-input` for a text that is no template and for one that is not the user's own, `not-found`, `settings-unwritable`
   */
  save(request: { readonly id: string | null; readonly text: string; readonly version: string | null }): Promise<SavedTemplate>;
  /** @throws HumError `bad-input`, `not-found`, `settings-unwritable` */
  remove(id: string): Promise<{ readonly text: string }>;
  /** @throws HumError `domain-gone`, `config-missing`, and as `Xen.config` */
  fromDomain(ref: DomainRef): Promise<MadeTemplate>;
  fromConfig(text: string, fileName: string): FromConfig;
  stop(): void;
}

interface Entry {
  readonly source: TemplateSource;
  readonly text: string | null;
  readonly problem: string;
  readonly version: string;
  readonly read: ReadTemplate | null;
  readonly summary: TemplateSummary | null;
}

/** Opens them; the user's own are there when it resolves. */
export async function openTemplates({ dataDir, xen, log }: TemplatesDeps): Promise<Templates> {
  const ownPath = join(dataDir, 'templates');
  const stopped = new AbortController();
  const bell = new Bell();
  let revision = 0;
  let entries: ReadonlyMap<string, Entry> = new Map();
  let parsed: ReadonlyMap<string, ReadTemplate> = new Map();
  let writing: Promise<unknown> = Promise.resolve();

  const own = openTemplateFolder(ownPath, gather, { make: true });
  let others: ReadonlyMap<string, TemplateFolder> = new Map();

  /** Puts together what all folders hold. A text that was read before is not parsed again. */
  function gather(): void {
    const next = new Map<string, Entry>();
    const nextParsed = new Map<string, ReadTemplate>();
    const add = (source: TemplateSource, text: string | null, problem: string) => {
      const version = versionOfText(text ?? '');
      const read = text === null ? null : (nextParsed.get(version) ?? parsed.get(version) ?? readTemplate(text));
      if (read !== null) nextParsed.set(version, read);
      const template = read?.template ?? null;
      const summary = template === null || text === null || problem !== '' ? null : summaryOf(template, text, source);
      next.set(source.id, { source, text, problem, version, read, summary });
    };
    for (const [id, text] of shippedTemplates) add({ id, origin: 'shipped', path: '' }, text, '');
    addFolder(own, ownPath, 'own', add);
    for (const [path, folder] of others) addFolder(folder, path, 'folder', add);
    const same = keyOf(next) === keyOf(entries);
    entries = next;
    parsed = nextParsed;
    if (same) return;
    revision += 1;
    bell.ring();
  }

  function snapshot(): TemplatesEvent {
    const all = [...entries.values()];
    return {
      kind: 'snapshot',
      templates: all.flatMap(({ summary }) => summary ?? []),
      broken: all.flatMap((entry) => (entry.summary === null ? [brokenOf(entry)] : [])),
    };
  }

  function found(id: string): Entry {
    const entry = entries.get(id);
    if (entry !== undefined) return entry;
    throw new HumError({
      code: 'not-found',
      message: 'This template is not there any more.',
      hint: 'It may have been removed or renamed on disk. Look at the list again.',
    });
  }

  /** One change at a time, each on what is on disk by then. */
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const result = writing.then(change);
    writing = result.catch(() => undefined);
    return result;
  }

  async function write(id: string, text: string): Promise<SavedTemplate> {
    const path = entries.get(id)?.source.path ?? join(ownPath, `${id.slice('own/'.length)}.yaml`);
    await unwritable(path, () => replace(path, text));
    await own.scan();
    gather();
    log.info({ id }, 'saved a template');
    return { kind: 'saved', id, version: versionOfText(text) };
  }

  gather();
  await own.scan();
  await removeHalfWritten(ownPath);

  return {
    follow(folders) {
      const before = others;
      others = new Map(folders.map((path) => [path, before.get(path) ?? openTemplateFolder(path, gather, { make: false })]));
      for (const [path, folder] of before) if (!others.has(path)) folder.stop();
      for (const [path, folder] of others) if (!before.has(path)) void folder.scan();
      gather();
    },
    watch(signal, writable) {
      // A folder on another machine may have changed without its changes having been told.
      for (const folder of [own, ...others.values()]) void folder.scan();
      return abortable([signal, stopped.signal], async function* (aborted) {
        let sent = -1;
        while (!aborted.aborted) {
          if (sent === revision) {
            await bell.wait(aborted);
            continue;
          }
          await writable?.();
          sent = revision;
          yield snapshot();
        }
      });
    },
    get(id) {
      const entry = entries.get(id);
      const template = entry?.read?.template;
      return entry?.summary && template ? { template, version: entry.version, summary: entry.summary } : undefined;
    },
    list: () => [...entries.values()].flatMap(({ summary }) => summary ?? []),
    read(id) {
      const { text, version, problem, source } = found(id);
      if (text !== null) return { text, version };
      throw new HumError({
        code: 'file-unreadable',
        message: 'The file of this template cannot be read.',
        hint: `Look at ${source.path}.`,
        detail: visibleText(problem),
      });
    },
    check: checkTemplate,
    save: ({ id, text, version }) =>
      inTurn(async () => {
        const { template, complaints } = readTemplate(text);
        if (template === null) throw noTemplate(complaints.find(({ severity }) => severity === 'error'));
        await own.scan();
        gather();
        if (id === null) return write(freeId(template.file.name, entries), text);
        refuseForeign(id);
        const there = entries.get(id);
        if (there === undefined && version !== null) found(id);
        if (there !== undefined && there.version !== version) return { kind: 'changed', text: there.text ?? '', version: there.version };
        return write(id, text);
      }),
    remove: (id) =>
      inTurn(async () => {
        refuseForeign(id);
        await own.scan();
        gather();
        const { text, source } = found(id);
        await unwritable(source.path, () => rm(source.path));
        await own.scan();
        gather();
        log.info({ id }, 'removed a template');
        return { text: text ?? '' };
      }),
    async fromDomain(ref) {
      const config = await xen.config(ref);
      const row = xen.domain(ref.key);
      if (row !== undefined) return fromDomain(row, config);
      throw new HumError({
        code: 'domain-gone',
        message: 'The domain is not there any more.',
        hint: 'Look at the list again: it may have been renamed.',
        host: ref.host,
      });
    },
    fromConfig,
    stop() {
      stopped.abort();
      for (const folder of [own, ...others.values()]) folder.stop();
    },
  };
}

/** Differs when anybody would see a difference. */
function keyOf(entries: ReadonlyMap<string, Entry>): string {
  return JSON.stringify([...entries.values()].map(({ source, version, problem }) => [source.id, source.path, version, problem]));
}

/** `own/web` for web.yaml, `own/web.yml` for web.yml. A template of another folder has a mark of that in its id: two may have one file name. */
function addFolder(
  folder: TemplateFolder,
  path: string,
  origin: Exclude<TemplateOrigin, 'shipped'>,
  add: (source: TemplateSource, text: string | null, problem: string) => void,
): void {
  const mark = origin === 'own' ? '' : `-${createHash('sha256').update(path).digest('hex').slice(0, 6)}`;
  if (folder.problem !== '') {
    add({ id: `${origin}/unreadable${mark}`, origin, path }, null, `The folder cannot be read: ${folder.problem}`);
  }
  for (const file of folder.files) {
    const base = file.fileName.replace(/\.yaml$/, '');
    const sound = /^[\w.+-]{1,80}$/.test(base);
    const id = sound
      ? base
      : `${base.replace(/[^\w.+-]/g, '_').slice(0, 60)}-${createHash('sha256').update(base).digest('hex').slice(0, 8)}`;
    add({ id: `${origin}/${id}${mark}`, origin, path: file.path }, file.text, sound ? file.problem : badName(file));
  }
}

function badName({ fileName }: TemplateText): string {
  return `“${visibleText(fileName, 80)}” is no name for a template: letters, digits and . _ + - only, 80 at most.`;
}

function brokenOf({ source, problem, read }: Entry): BrokenTemplate {
  const own = problem === '' ? [] : [{ line: 1, column: 1, severity: 'error', field: '', message: visibleText(problem) } as const];
  return { ...source, complaints: [...own, ...(read?.complaints ?? [])] };
}

/** `own/web-server`, or `own/web-server-2`. */
function freeId(name: string, taken: ReadonlyMap<string, unknown>): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const slug =
    plain
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 60)
      .replace(/^-+|-+$/g, '') || 'template';
  for (let count = 1; ; count += 1) {
    const id = `own/${slug}${count === 1 ? '' : `-${count}`}`;
    if (!taken.has(id)) return id;
  }
}

function refuseForeign(id: string): void {
  if (/^own\/[^.]/.test(id)) return;
  throw new HumError({
    code: 'bad-input',
    message: id.startsWith('own/')
      ? 'This cannot be the name of a template.'
      : 'This template is not one of your own: Hum does not change it.',
    hint: id.startsWith('own/') ? 'It may not begin with a dot.' : 'Save it as a new one, and change that.',
  });
}

function noTemplate(first: { readonly line: number; readonly message: string } | undefined): HumError {
  return new HumError({
    code: 'bad-input',
    message: `The template has an error in line ${first?.line ?? 1}: ${first?.message ?? ''}`,
    hint: 'Correct it; until then nothing is saved.',
  });
}

/** Replaces a file as a whole: whoever reads it sees the text before or the new one. A link is not written through. */
async function replace(path: string, text: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there !== undefined && !there.isFile()) throw new Error(`${basename(path)} is no plain file.`);
  const beside = join(path, '..', `.${basename(path)}.tmp-${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** What a killed Hum was writing when it ended. */
async function removeHalfWritten(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) if (/^\..+\.yaml\.tmp-[0-9a-f]{12}$/.test(name)) await rm(join(folder, name), { force: true });
}

async function unwritable(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new HumError(
      {
        code: 'settings-unwritable',
        message: 'The template could not be written.',
        hint: `Check the free space and the permissions of ${path}.`,
        detail: messageOf(error),
      },
      { cause: error },
    );
  }
}
