import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { shippedTemplates } from '../../src/main/xen/templates/shipped.ts';
import { openTemplates, type Templates } from '../../src/main/xen/templates/templates.ts';
import type { TemplatesEvent } from '../../src/shared/contract/templates.ts';
import { HumError, type Problem } from '../../src/shared/errors.ts';
import { domainRow } from '../support/domain-row.ts';
import { patience } from '../support/patience.ts';

const web = 'version: 1\nname: Wéb & server\ntype: pv\nmemory: 64 MiB\nboot: { kernel: /k }\n';
const config = {
  disk: { path: '/etc/xen/web.cfg', text: 'name = "web"\nkernel = "/k"\nmemory = 64\n', version: '' },
  running: null,
  differences: [],
  addresses: [],
};

let dir: string;
let templates: Templates;
const opened: Templates[] = [];

async function start(): Promise<Templates> {
  const xen = {
    config: () => Promise.resolve(config),
    domain: (key: string) => (key === 'x/web' ? domainRow({ host: 'x', name: 'web' }) : undefined),
  };
  const store = await openTemplates({ dataDir: dir, xen, log: { info: () => undefined } });
  opened.push(store);
  return store;
}

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'hum-templates-'));
  templates = await start();
});

afterEach(() => {
  for (const store of opened.splice(0)) store.stop();
  rmSync(dir, { recursive: true, force: true });
});

const own = (name: string) => join(dir, 'templates', name);
const ids = (store = templates) => store.list().map(({ id }) => id);
const broken = async (store = templates) => {
  for await (const event of store.watch()) return event.broken;
  return [];
};

async function refusal(call: Promise<unknown> | (() => unknown)): Promise<Problem> {
  try {
    await (typeof call === 'function' ? call() : call);
  } catch (error) {
    if (error instanceof HumError) return error.problem;
    throw error;
  }
  throw new Error('it was not refused');
}

it('has those that ship, and writes, changes, removes and brings back one of the user’s own', async () => {
  expect(ids()).toEqual([...shippedTemplates.keys()]);
  const saved = await templates.save({ id: null, text: web, version: null });
  expect(saved).toMatchObject({ kind: 'saved', id: 'own/web-server' });
  expect(readFileSync(own('web-server.yaml'), 'utf8')).toBe(web);
  expect(await templates.save({ id: null, text: web, version: null })).toMatchObject({ id: 'own/web-server-2' });

  const { version } = templates.read('own/web-server');
  const changed = web.replace('64', '128');
  expect(await templates.save({ id: 'own/web-server', text: changed, version })).toMatchObject({ kind: 'saved' });
  expect(templates.get('own/web-server')?.summary.outline).toBe('128 MiB · 1 vCPU');
  expect(await templates.save({ id: 'own/web-server', text: web, version })).toEqual({
    kind: 'changed',
    text: changed,
    version: templates.read('own/web-server').version,
  });

  expect(await templates.remove('own/web-server')).toEqual({ text: changed });
  expect(templates.get('own/web-server')).toBeUndefined();
  expect((await refusal(templates.save({ id: 'own/web-server', text: web, version }))).code).toBe('not-found');
  expect(await templates.save({ id: 'own/web-server', text: changed, version: null })).toMatchObject({ kind: 'saved' });
  expect(readdirSync(own('.')).sort()).toEqual(['web-server-2.yaml', 'web-server.yaml']);
});

it('lets only one of two writers win who began with the same text', async () => {
  const saved = await templates.save({ id: null, text: web, version: null });
  if (saved.kind !== 'saved') throw new Error('not saved');
  const results = await Promise.all(
    ['32', '16'].map((memory) => templates.save({ id: saved.id, text: web.replace('64', memory), version: saved.version })),
  );
  expect(results.map(({ kind }) => kind).sort()).toEqual(['changed', 'saved']);
});

it('refuses what is no template, what is not the user’s own, and paths', async () => {
  expect(await refusal(templates.save({ id: null, text: web.replace('64 MiB', '64'), version: null }))).toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('line 4: 64 has no unit'),
  });
  for (const id of ['shipped/tiny-pv', 'folder/x', 'own/.hidden']) {
    expect((await refusal(templates.save({ id, text: web, version: null }))).code).toBe('bad-input');
    expect((await refusal(templates.remove(id))).code).toBe('bad-input');
  }
  expect((await refusal(() => templates.read('own/none'))).code).toBe('not-found');
  expect((await refusal(templates.remove('own/none'))).code).toBe('not-found');
  expect(readdirSync(own('.'))).toEqual([]);
});

it('shows what changes on disk: a file written, broken, renamed and removed by others', async () => {
  const events: TemplatesEvent[] = [];
  const ended = new AbortController();
  const reading = (async () => {
    for await (const event of templates.watch(ended.signal, () => Promise.resolve())) events.push(event);
  })();
  const last = () => events.at(-1);
  await vi.waitFor(() => expect(events).toHaveLength(1), patience);
  writeFileSync(own('a.yaml'), web);
  await vi.waitFor(() => expect(last()?.templates.map(({ id }) => id)).toContain('own/a'), patience);
  writeFileSync(own('a.yaml'), `${web}memmory: 1 GiB\n`);
  await vi.waitFor(
    () => expect(last()?.broken).toMatchObject([{ id: 'own/a', complaints: [{ line: 6, column: 1, field: 'memmory' }] }]),
    patience,
  );
  expect(templates.read('own/a').text).toContain('memmory');
  writeFileSync(own('a.yaml'), web);
  renameSync(own('a.yaml'), own('b.yml'));
  await vi.waitFor(() => expect(last()?.templates.map(({ id }) => id)).toContain('own/b.yml'), patience);
  rmSync(own('.'), { recursive: true });
  await vi.waitFor(() => expect(last()?.templates.every(({ origin }) => origin === 'shipped')).toBe(true), patience);
  expect(await templates.save({ id: null, text: web, version: null })).toMatchObject({ kind: 'saved' });
  ended.abort();
  await reading;
});

it('lists what it cannot take, and leaves it alone', async () => {
  const outside = join(dir, 'secret.yaml');
  writeFileSync(outside, web);
  symlinkSync(outside, own('link.yaml'));
  writeFileSync(own('a name.yaml'), web);
  writeFileSync(own('latin1.yaml'), Buffer.from([0xe9, 0x0a]));
  writeFileSync(own('huge.yaml'), 'x'.repeat(2 ** 21));
  mkdirSync(own('folder.yaml'));
  execFileSync('mkfifo', [own('fifo.yaml')]);
  writeFileSync(own('.hidden.yaml'), web);
  writeFileSync(own('README.md'), web);
  writeFileSync(own('.x.yaml.tmp-0123456789ab'), 'half');
  const store = await start();
  const told = Object.fromEntries(
    (await broken(store)).map(({ path, complaints }) => [path.slice(own('').length + 1), complaints[0]?.message]),
  );
  expect(told).toEqual({
    'a name.yaml': expect.stringContaining('is no name for a template'),
    'fifo.yaml': 'It is no file.',
    'folder.yaml': 'It is no file.',
    'huge.yaml': 'It is longer than 256 KiB.',
    'latin1.yaml': 'It is not written in UTF-8.',
    'link.yaml': 'It is a link out of its folder: Hum does not follow it.',
  });
  expect((await refusal(() => store.read('own/link'))).code).toBe('file-unreadable');
  expect(readdirSync(own('.'))).not.toContain('.x.yaml.tmp-0123456789ab');
  expect(readFileSync(outside, 'utf8')).toBe(web);
});

it('reads other folders, two with the same file in them, and says which is not there', async () => {
  const folders = ['one', 'two', 'none'].map((name) => join(dir, name));
  for (const folder of folders.slice(0, 2)) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'web.yaml'), web);
  }
  templates.follow(folders);
  const ofFolders = () => ids(templates).filter((id) => /^folder\/web-[0-9a-f]{6}$/.test(id));
  await vi.waitFor(() => expect(ofFolders()).toHaveLength(2), patience);
  await vi.waitFor(async () => expect(await broken(templates)).toMatchObject([{ origin: 'folder', path: folders[2] }]), patience);
  // One that is not named any more is left, and not looked at again.
  templates.follow(folders.slice(1, 2));
  expect(ofFolders()).toHaveLength(1);
  expect(await broken(templates)).toEqual([]);
  writeFileSync(join(dir, 'one', 'more.yaml'), web);
  writeFileSync(join(dir, 'two', 'more.yaml'), web);
  await vi.waitFor(() => expect(ids(templates).filter((id) => id.startsWith('folder/more'))).toHaveLength(1), patience);
});

it('makes a template from a VM, and tells that one is gone', async () => {
  const { text } = await templates.fromDomain({ host: 'x', key: 'x/web' });
  expect(templates.check(text)).toMatchObject({ complaints: [], summary: { name: 'web' } });
  expect((await refusal(templates.fromDomain({ host: 'x', key: 'x/gone' }))).code).toBe('domain-gone');
});
