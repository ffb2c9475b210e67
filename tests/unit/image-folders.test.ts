import { expect, it, vi } from 'vitest';
import type { RunResult } from '../../src/main/ssh/session.ts';
import { createImages, type ImagesDeps } from '../../src/main/xen/images/images.ts';
import { HumError } from '../../src/shared/errors.ts';
import { domainRow } from '../support/domain-row.ts';
import { patience } from '../support/patience.ts';

/** Hosts that answer `list` with this, by "host folder", and hear of all else that they are told to do. */
function hum(answers: Readonly<Record<string, readonly string[] | HumError>>, disks: Readonly<Record<string, string>> = {}) {
  const done: string[] = [];
  const told = (text: string): RunResult => ({ code: 0, signal: null, stdout: Buffer.from(text), stderr: Buffer.alloc(0) });
  const rows = Object.entries(disks).map(([host, target]) => {
    const row = domainRow({ host, name: `vm-of-${host}` });
    return {
      ...row,
      facts: { ...row.facts, disks: [{ device: 'xvda', target, format: 'raw', backend: null, writable: true, cdrom: false }] },
    };
  });
  const known = new Set(Object.keys(answers).map((key) => key.split(' ')[0]));
  const deps: ImagesDeps = {
    xen: {
      domains: () => rows,
      configured: () => new Map(),
      host: (id) => (known.has(id) ? ({ host: id } as ReturnType<ImagesDeps['xen']['host']>) : undefined),
    },
    folders: () => ['/a', '/b'],
    templates: () => [],
    runner: (host) => ({
      run: async (_script, args = []) => {
        const [, what, folder = '', name] = args;
        if (what !== 'list') {
          done.push(`${what} ${host} ${folder} ${name}`);
          return told('');
        }
        const answer = answers[`${host} ${folder}`] ?? ['free 5'];
        if (answer instanceof HumError) throw answer;
        return told(`${[...answer, 'disks', 'end'].join('\0')}\0`);
      },
      open: () => expect.fail('nothing is kept open'),
      terminal: () => expect.fail('no terminal is needed'),
    }),
    files: () => expect.fail('nothing is sent'),
    hostAddress: () => undefined,
  };
  return { images: createImages(deps), done, known };
}

const gone = new HumError({ code: 'request-timeout', message: 'It did not answer in time.', hint: 'Try again.' });
const inFolder = (folder: string, ...images: readonly string[]) => [
  `folder ${folder}`,
  'images',
  ...images.map((name) => `5 1 512 1\n\n${folder}/${name}`),
  'sums',
];
const shared = (folder: string, ...images: readonly string[]) => [
  `folder ${folder}`,
  `on 7 0\n/ ${folder} nfs nas:/images`,
  ...inFolder(folder, ...images).slice(1),
];

it('a folder that does not answer hides no other one, and keeps images from being removed as long as nobody knows what lies on them', async () => {
  const { images, done } = hum({ 'one /a': inFolder('/a', 'x.img'), 'one /b': gone });
  const list = await images.list(['one']);
  expect(list.map(({ path, images: found, problem }) => [path, found.map(({ name }) => name), problem?.code])).toEqual([
    ['/a', ['x.img'], undefined],
    ['/b', [], 'request-timeout'],
  ]);
  await expect(images.remove({ host: 'one', folder: '/a', name: 'x.img' })).rejects.toMatchObject({
    problem: { code: 'request-timeout', host: 'one', hint: expect.stringContaining('Until /b was read on this host') },
  });
  expect(done).toEqual([]);
});

it('what a host shares under another path, and what it shared before it was lost, is looked at before an image goes', async () => {
  const answers: Record<string, readonly string[] | HumError> = {
    'one /a': shared('/a', 'x.img'),
    'two /b': shared('/b', 'x.img'),
  };
  const { images, done, known } = hum(answers, { two: '/b/x.img' });
  const remove = () => images.remove({ host: 'one', folder: '/a', name: 'x.img' });
  const list = await images.list(['one', 'two']);
  expect(list.filter(({ share }) => share !== null).map(({ host, path }) => `${host} ${path}`)).toEqual(['one /a', 'two /b']);
  await expect(remove()).rejects.toMatchObject({ problem: { code: 'disk-in-use', host: 'two' } });
  answers['two /b'] = gone;
  await images.list(['two']);
  await expect(remove()).rejects.toMatchObject({ problem: { code: 'request-timeout', host: 'two' } });
  // It is taken out of the fleet.
  known.delete('two');
  await remove();
  expect(done).toEqual(['remove one /a x.img']);
});

it('the same share under two paths of one host is looked at as a whole', async () => {
  const { images, done } = hum({ 'one /a': shared('/a', 'x.img'), 'one /b': shared('/b', 'x.img') }, { one: '/b/x.img' });
  const warned = vi.fn();
  await images.remove({ host: 'one', folder: '/a', name: 'x.img' }).catch(warned);
  expect(warned).toHaveBeenCalledWith(expect.objectContaining({ problem: expect.objectContaining({ code: 'disk-in-use' }) }));
  expect(done).toEqual([]);
});

it('a folder that never answers does not keep the others waiting', async () => {
  const never = Promise.withResolvers<never>();
  const asked: string[] = [];
  const folders = Array.from({ length: 8 }, (_, at) => `/${at}`);
  const images = createImages({
    xen: { domains: () => [], configured: () => new Map(), host: () => undefined },
    folders: () => folders,
    templates: () => [],
    runner: () => ({
      run: async (_script, [, , folder = ''] = []) => {
        asked.push(folder);
        return folder === '/0'
          ? await never.promise
          : { code: 0, signal: null, stdout: Buffer.from('disks\0end\0'), stderr: Buffer.alloc(0) };
      },
      open: () => expect.fail('nothing is kept open'),
      terminal: () => expect.fail('no terminal is needed'),
    }),
    files: () => expect.fail('nothing is sent'),
    hostAddress: () => undefined,
  });
  const listed = images.list(['one']);
  await vi.waitFor(() => expect(asked).toEqual(folders), patience);
  never.reject(gone);
  expect((await listed).filter(({ problem }) => problem === undefined)).toHaveLength(7);
});
