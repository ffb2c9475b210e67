import { describe, expect, it } from 'vitest';
import { librariesOf, matching, sharedWords } from '../../src/renderer/images/libraries.ts';
import type { GoldenImage, ImageFolder } from '../../src/shared/contract/images.ts';

const nameOf = (host: string) => `xen-${host}`;
const share = { id: 'one', kind: 'NFS', place: 'nas:/export/images' };

function folderOf(host: string, names: readonly string[], change: Partial<ImageFolder> = {}): ImageFolder {
  const path = change.path ?? '/mnt/images';
  const images = names.map(
    (name): GoldenImage => ({
      host,
      folder: path,
      path: `${path}/${name}`,
      name,
      format: 'raw',
      bytes: 512,
      allocated: 512,
      modifiedAt: 1000,
      checksum: null,
      usedBy: [],
    }),
  );
  return { host, path, there: true, share, freeBytes: 1, images, ...change };
}

const told = (folders: readonly ImageFolder[]) =>
  librariesOf(folders, nameOf).map(({ name, sharedWith, folder }) => [name, sharedWith, folder.images.map((image) => image.name)]);

describe('libraries', () => {
  it('are folders by host and in their order, and one that several hosts share is there once', () => {
    const own = { path: '/srv', share: null };
    const all = [folderOf('b', ['x']), folderOf('c', ['x']), folderOf('a', ['mine'], own), folderOf('a', ['x']), folderOf('d', [], own)];
    expect(told(all)).toEqual([
      ['xen-a', [], ['mine']],
      ['xen-a', ['xen-b', 'xen-c'], ['x']],
      ['xen-d', [], []],
    ]);
  });

  it('have what any of their hosts tells already, and say whose VM uses an image', () => {
    const using = (folder: ImageFolder, usedBy: readonly string[]) => ({
      ...folder,
      images: folder.images.map((image) => ({ ...image, usedBy })),
    });
    const [library] = librariesOf(
      [using(folderOf('a', ['x']), ['web', 'template T']), using(folderOf('b', ['new', 'x']), ['db', 'template T'])],
      nameOf,
    );
    expect(library?.folder.images.map(({ host, name, usedBy }) => [host, name, usedBy])).toEqual([
      ['b', 'new', ['db on xen-b', 'template T on xen-b']],
      ['a', 'x', ['web on xen-a', 'template T', 'db on xen-b']],
    ]);
  });

  it('are not one where their content contradicts it: a host that lies hides nothing of another', () => {
    const other = folderOf('b', ['x']);
    const changed = { ...other, images: other.images.map((image) => ({ ...image, bytes: 1024 })) };
    expect(told([folderOf('a', ['x']), changed])).toHaveLength(2);
    expect(told([folderOf('a', ['x']), folderOf('b', ['y'])])).toHaveLength(2);
    expect(told([folderOf('a', ['x']), folderOf('b', [])])).toHaveLength(2);
    expect(told([folderOf('a', []), folderOf('b', [])])).toEqual([['xen-a', ['xen-b'], []]]);
    // A third one is with whom it agrees.
    expect(told([folderOf('a', ['x']), changed, { ...folderOf('c', ['x']) }])).toEqual([
      ['xen-a', ['xen-c'], ['x']],
      ['xen-b', [], ['x']],
    ]);
  });

  it('are not brought together by one that agrees with both of two that do not, nor where a checksum is another one', () => {
    const of = (host: string, ...images: readonly (readonly [name: string, bytes: number, checksum?: string])[]) => {
      const folder = folderOf(
        host,
        images.map(([name]) => name),
      );
      return {
        ...folder,
        images: folder.images.map((image, at) => ({ ...image, bytes: images[at]?.[1] ?? 0, checksum: images[at]?.[2] ?? null })),
      };
    };
    const apart = [of('b', ['x', 1], ['both', 5]), of('c', ['x', 2], ['third', 6])];
    expect(told([...apart, of('a', ['both', 5], ['third', 6])])).toEqual([
      ['xen-a', ['xen-b'], ['both', 'third', 'x']],
      ['xen-c', [], ['x', 'third']],
    ]);
    expect(told([of('a', ['x', 1, 'one']), of('b', ['x', 1, 'other'])])).toHaveLength(2);
    expect(told([of('a', ['x', 1, 'one']), of('b', ['x', 1])])).toHaveLength(1);
  });

  it('say that their users are not known where one of their hosts cannot tell', () => {
    const usersUnknown = { code: 'request-timeout', message: 'late', hint: '' } as const;
    const [library] = librariesOf([folderOf('a', ['x']), folderOf('b', ['x'], { usersUnknown })], nameOf);
    expect(library?.folder).toMatchObject({ host: 'a', usersUnknown });
  });

  it('name a VM once that a host tells of under two paths', () => {
    const using = (host: string, path: string, usedBy: readonly string[]) => {
      const folder = folderOf(host, ['x'], { path });
      return { ...folder, images: folder.images.map((image) => ({ ...image, usedBy })) };
    };
    const users = (folders: readonly ImageFolder[]) => librariesOf(folders, nameOf)[0]?.folder.images[0]?.usedBy;
    expect(users([using('a', '/m', ['db']), using('a', '/n', ['db']), using('b', '/m', [])])).toEqual(['db on xen-a']);
    expect(users([using('a', '/m', ['db']), using('a', '/n', ['db'])])).toEqual(['db']);
  });

  it('of a host that cannot be asked are there once, and those of another trouble for themselves', () => {
    const problem = { code: 'connection-lost', message: 'lost', hint: '' } as const;
    const failed = (host: string, path: string, code: 'connection-lost' | 'bad-answer' = 'connection-lost') =>
      folderOf(host, [], { path, share: null, problem: { ...problem, code } });
    const found = librariesOf([failed('a', '/1'), failed('a', '/2'), failed('a', '/3', 'bad-answer'), failed('b', '/1')], nameOf);
    expect(found.map(({ name, folder, silentToo }) => [name, folder.path, silentToo])).toEqual([
      ['xen-a', '/1', ['/2']],
      ['xen-a', '/3', []],
      ['xen-b', '/1', []],
    ]);
  });

  it('say with whom they are shared, the second path of one host too', () => {
    expect(told([folderOf('a', ['x']), folderOf('a', ['x'], { path: '/srv/same' })])).toEqual([['xen-a', ['/srv/same'], ['x']]]);
    expect(sharedWords({ sharedWith: [] })).toBeNull();
    expect(sharedWords({ sharedWith: ['b', 'c\u202e', 'd', 'e', 'f'] })).toBe('shared with b, c\\u{202e}, d and 2 more');
  });

  it('are found by an image, or by any of their hosts', () => {
    const [library] = librariesOf([folderOf('a', ['debian', 'rocky']), folderOf('b', ['debian', 'rocky'])], nameOf);
    const found = (word: string) => library && matching(library, word)?.folder.images.map(({ name }) => name);
    expect(found('deb')).toEqual(['debian']);
    expect(found('xen-b')).toEqual(['debian', 'rocky']);
    expect(found('nothing')).toBeUndefined();
  });
});
