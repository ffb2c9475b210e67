import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Conf from 'conf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openInventory } from '../../src/main/inventory/inventory.ts';
import { readInventoryFile, writeInventoryFile } from '../../src/main/inventory/inventory-file.ts';
import { previewAddress } from '../../src/main/inventory/preview.ts';
import { openSettings } from '../../src/main/settings/settings.ts';
import { setAsideIfDamaged } from '../../src/main/storage/damaged.ts';
import { type HostDraft, inventoryFile } from '../../src/shared/contract/inventory.ts';
import { HumError } from '../../src/shared/errors.ts';

const draft: HostDraft = { address: 'web01.example.org', name: null, port: 22, user: 'root', keyFile: null, group: 'web', tags: ['prod'] };

let dir: string;
const openStore = (name = 'inventory') => new Conf<Record<string, unknown>>({ cwd: dir, configName: name });
const open = () => openInventory(openStore());

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-inventory-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function problemCode(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof HumError) return error.problem.code;
    throw error;
  }
  return 'none';
}

describe('the inventory', () => {
  it('keeps what was added when it is opened again', () => {
    open().add({ ...draft, address: 'web[01-03].example.org' });
    const hosts = open().hosts;
    expect(hosts.map((host) => host.name)).toEqual(['web01.example.org', 'web02.example.org', 'web03.example.org']);
    expect(hosts[0]).toMatchObject({ group: 'web', tags: ['prod'], enabled: true, origin: 'manual' });
  });

  it('adds all of a range or nothing, when one of it is there already', () => {
    const inventory = open();
    inventory.add({ ...draft, address: 'web02.example.org' });
    expect(problemCode(() => inventory.add({ ...draft, address: 'web[01-03].example.org' }))).toBe('conflict');
    expect(inventory.hosts).toHaveLength(1);
  });

  it.each(['-oProxyCommand=reboot', 'web 01', 'web\n01', '$(reboot)', 'a/b', 'user@host', ''])('refuses the address %j', (address) => {
    expect(problemCode(() => open().add({ ...draft, address }))).toBe('bad-input');
  });

  it('previews what an address stands for', () => {
    expect(previewAddress('web[01-20].example.org')).toEqual({
      count: 20,
      first: ['web01.example.org', 'web02.example.org', 'web03.example.org'],
    });
    expect(previewAddress('web[1-').problem?.code).toBe('bad-input');
  });

  it('brings removed hosts back to their places, once', () => {
    const inventory = open();
    inventory.add({ ...draft, address: 'n[1-5]' });
    const before = inventory.hosts;
    const chosen = [before[1], before[3]].map((host) => host?.id ?? '');
    const removal = inventory.remove(chosen);
    expect(inventory.hosts.map((host) => host.name)).toEqual(['n1', 'n3', 'n5']);
    expect(inventory.restore(removal.undo)).toEqual({ count: 2 });
    expect(inventory.hosts).toEqual(before);
    expect(problemCode(() => inventory.restore(removal.undo))).toBe('not-found');
  });

  it('duplicates beside the original, disabled until it differs', () => {
    const inventory = open();
    const [id = ''] = inventory.add(draft).ids;
    const copy = inventory.duplicate(id).id;
    expect(inventory.hosts[1]).toMatchObject({ id: copy, name: 'web01.example.org copy', enabled: false });
    expect(problemCode(() => inventory.setEnabled([copy], true))).toBe('conflict');
    inventory.update([copy], { port: 2222 });
    inventory.setEnabled([copy], true);
    expect(inventory.hosts[1]?.enabled).toBe(true);
  });

  it('changes only what an update gives, and nothing when one id is unknown', () => {
    const inventory = open();
    const { ids } = inventory.add({ ...draft, address: 'n[1-2]' });
    inventory.update(ids, { group: null });
    inventory.retag(ids, ['db'], ['prod']);
    expect(inventory.hosts.map(({ group, tags, user }) => ({ group, tags, user }))).toEqual([
      { group: null, tags: ['db'], user: 'root' },
      { group: null, tags: ['db'], user: 'root' },
    ]);
    expect(problemCode(() => inventory.update([...ids, 'nobody'], { user: 'op' }))).toBe('not-found');
    expect(inventory.hosts.every((host) => host.user === 'root')).toBe(true);
    expect(problemCode(() => inventory.remove(['demo-web01']))).toBe('conflict');
  });

  it('refuses a tag too many instead of dropping it', () => {
    const inventory = open();
    const { ids } = inventory.add({ ...draft, tags: Array.from({ length: 31 }, (_, index) => `t${index}`) });
    inventory.retag(ids, ['t31'], []);
    expect(problemCode(() => inventory.retag(ids, ['t32'], []))).toBe('bad-input');
    inventory.retag(ids, ['t32'], ['t0']);
    expect(inventory.hosts[0]?.tags).toHaveLength(32);
  });

  it('changes nothing when the file cannot be written, and says so', () => {
    const store = openStore();
    const inventory = openInventory({
      path: store.path,
      get: (key) => store.get(key),
      set: () => {
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      },
    });
    expect(problemCode(() => inventory.add(draft))).toBe('settings-unwritable');
    expect(inventory.hosts).toEqual([]);
  });

  it('sets a damaged entry aside, named, and keeps the rest', () => {
    open().add({ ...draft, address: 'n[1-3]' });
    const path = join(dir, 'inventory.json');
    const file = JSON.parse(readFileSync(path, 'utf8'));
    file.hosts[1].port = 'twenty-two';
    writeFileSync(path, JSON.stringify(file));

    const inventory = open();
    expect(inventory.hosts.map((host) => host.name)).toEqual(['n1', 'n3']);
    expect(inventory.notices[0]?.code).toBe('settings-damaged');
    const aside = readdirSync(dir).find((name) => name.startsWith('inventory.damaged-')) ?? '';
    expect(inventory.notices[0]?.hint).toContain(aside);
    expect(JSON.parse(readFileSync(join(dir, aside), 'utf8'))).toMatchObject([{ name: 'n2', port: 'twenty-two' }]);
    expect(open().notices).toEqual([]);
  });

  it.each(['{"hosts": [', '', '[]', 'null', '\u0000\u0000\u0000\u0000'])('sets a damaged file aside and begins anew: %j', (text) => {
    const path = join(dir, 'inventory.json');
    writeFileSync(path, text);
    const problem = setAsideIfDamaged(path);
    expect(problem?.code).toBe('settings-damaged');
    const aside = readdirSync(dir).find((name) => name.startsWith('inventory.damaged-')) ?? '';
    expect(readFileSync(join(dir, aside), 'utf8')).toBe(text);
    expect(open().hosts).toEqual([]);
  });
});

describe('an inventory file', () => {
  it('reads back what was written, without ids', () => {
    const inventory = open();
    inventory.add({ ...draft, address: 'n[1-2]', keyFile: '~/.ssh/fleet' });
    const text = writeInventoryFile(inventory.hosts);
    expect(text).not.toContain(inventory.hosts[0]?.id);
    const read = readInventoryFile(text);
    expect(read).toMatchObject({ kind: 'file', file: { hosts: [{ name: 'n1', keyFile: '~/.ssh/fleet' }, { name: 'n2' }] } });
  });

  it('needs only a name, an address and a user when it is written by hand', () => {
    const read = readInventoryFile('{"format":"hum-inventory","version":1,"hosts":[{"name":"a","address":"a.example.org","user":"root"}]}');
    expect(read).toMatchObject({ kind: 'file', file: { hosts: [{ port: 22, keyFile: null, group: null, tags: [], enabled: true }] } });
  });

  it('is described by the JSON Schema in docs', () => {
    const documented = JSON.parse(readFileSync(new URL('../../docs/inventory-file.schema.json', import.meta.url), 'utf8'));
    expect(documented).toEqual(z.toJSONSchema(inventoryFile, { io: 'input' }));
  });

  it('names the line and column of every error', () => {
    const text = [
      '{',
      '  "format": "hum-inventory",',
      '  "version": 1,',
      '  "hosts": [',
      '    { "name": "a", "address": "-bad", "port": 99999, "user": "root", "keyFile": null, "group": null, "tags": [] },',
      '    { "name": "b", "address": "b", "port": 22, "keyFile": null, "group": null, "tags": [] }',
      '  ]',
      '}',
    ].join('\n');
    const read = readInventoryFile(text);
    expect(read.kind === 'invalid' && read.errors.map(({ line, column, path }) => ({ line, column, path }))).toEqual([
      { line: 5, column: 31, path: 'hosts.0.address' },
      { line: 5, column: 47, path: 'hosts.0.port' },
      { line: 6, column: 5, path: 'hosts.1.user' },
    ]);
  });

  it('names the place of a syntax error', () => {
    const read = readInventoryFile('{\n  "format": "hum-inventory"\n  "version": 1\n}');
    expect(read).toMatchObject({ kind: 'invalid', errors: [{ line: 3, column: 3, message: 'Comma expected.' }] });
    expect(readInventoryFile('').kind).toBe('invalid');
    expect(readInventoryFile('not json').kind).toBe('invalid');
  });
});

describe('the settings', () => {
  it('replace a damaged value by its default and keep the others', () => {
    const store = openStore('settings');
    const { terminal, openShells, history } = openSettings(store).current;
    store.set('theme', 'ultraviolet');
    store.set('fleetView', { filter: 'tag:db', group: true, sort: 7, hiddenColumns: ['swap'] });
    expect(openSettings(store).current).toEqual({
      theme: 'system',
      fleetView: { filter: 'tag:db', group: true, sort: null, hiddenColumns: ['swap'] },
      allowedCommands: [],
      templateFolders: [],
      imageFolders: ['/srv/xen/images'],
      terminal,
      openShells,
      history,
    });
  });

  it('name folders of images that are whole paths in one spelling, each once, one to eight of them', () => {
    const store = openStore('settings');
    const read = (imageFolders: unknown) => {
      store.set('imageFolders', imageFolders);
      return openSettings(store).current.imageFolders;
    };
    const many = Array.from({ length: 8 }, (_, at) => `/srv/${at}`);
    for (const good of [['/images'], ['/srv/my images', '/mnt/nas/..images/.hidden'], many]) expect(read(good)).toEqual(good);
    const bad = [
      '',
      '/',
      'srv',
      '~/images',
      '/srv/',
      '/srv//images',
      '/srv/../etc',
      '/srv/..',
      '/srv/./images',
      '/srv/a\nb',
      '/srv/\u0000',
      '/srv/\u0085',
    ];
    for (const each of bad) expect([each, read([each])]).toEqual([each, ['/srv/xen/images']]);
    for (const each of [[], [...many, '/srv/8'], ['/srv', '/srv'], '/srv', [7], [`/${'x/'.repeat(600)}x`]]) {
      expect(read(each)).toEqual(['/srv/xen/images']);
    }
  });

  it('are told to every watcher and kept', async () => {
    const settings = openSettings(openStore('settings'));
    const ended = new AbortController();
    const watcher = settings.watch(ended.signal);
    expect((await watcher.next()).value?.theme).toBe('system');
    const next = watcher.next();
    settings.update({ theme: 'dark' });
    expect((await next).value?.theme).toBe('dark');
    const last = watcher.next();
    ended.abort();
    expect((await last).done).toBe(true);
    expect(openSettings(openStore('settings')).current.theme).toBe('dark');
  });
});
