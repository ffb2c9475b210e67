import { expect, it, vi } from 'vitest';
import { createPrompts } from '../../src/main/prompts/prompts.ts';
import { asRoot } from '../../src/main/ssh/elevated.ts';
import type { Runner, RunOptions, RunResult } from '../../src/main/ssh/session.ts';
import { createImages, type ImagesDeps } from '../../src/main/xen/images/images.ts';
import type { PossibleUser } from '../../src/main/xen/images/removal-check.ts';
import type { XenHost } from '../../src/shared/contract/xen.ts';
import { HumError } from '../../src/shared/errors.ts';
import { domainRow } from '../support/domain-row.ts';
import { patience } from '../support/patience.ts';

const told = (...records: readonly string[]): RunResult => ({
  code: 0,
  signal: null,
  stdout: Buffer.from([...records, 'end', ''].join('\0')),
  stderr: Buffer.alloc(0),
});

/** What the script is sent once it runs. */
async function inputOf({ stdin }: RunOptions = {}): Promise<string> {
  if (stdin === undefined || typeof stdin === 'string' || Buffer.isBuffer(stdin)) return String(stdin ?? '');
  const pieces: Buffer[] = [];
  for await (const piece of stdin) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** A disk that lies on nothing else. */
const plainDisks = (input: string) =>
  input
    .split('\n')
    .slice(0, -1)
    .flatMap((path) => [`disk ${path}`, `on ${path}`]);

function runnerOf(run: Runner['run']): Runner {
  return { run, open: () => expect.fail('nothing is kept open'), terminal: () => expect.fail('no terminal is needed') };
}

const nothingElse: Pick<ImagesDeps, 'templates' | 'files' | 'hostAddress'> = {
  templates: () => [],
  files: () => expect.fail('nothing is sent'),
  hostAddress: () => undefined,
};

/** Hosts that answer `list` with this, by "host folder", and `disks` by "host disks", and hear of all else that they are told to do. */
function hum(answers: Readonly<Record<string, readonly string[] | HumError>>, disks: Readonly<Record<string, string>> = {}) {
  const done: string[] = [];
  const rows = Object.entries(disks).map(([host, target]) => {
    const row = domainRow({ host, name: `vm-of-${host}` });
    return {
      ...row,
      facts: { ...row.facts, disks: [{ device: 'xvda', target, format: 'raw', backend: null, writable: true, cdrom: false }] },
    };
  });
  const hosts: PossibleUser[] = [...new Set(Object.keys(answers).map((key) => key.split(' ')[0] ?? ''))].map((id) => ({
    id,
    name: `xen-${id}`,
    plain: false,
  }));
  const xenHosts = new Map(hosts.map(({ id }) => [id, { host: id } as XenHost]));
  const settings = { folders: ['/a', '/b'] };
  const images = createImages({
    ...nothingElse,
    xen: { domains: () => rows, configured: () => new Map(), host: (id) => xenHosts.get(id) },
    hosts: () => hosts,
    folders: () => settings.folders,
    runner: (host) =>
      runnerOf(async (_script, args = [], options) => {
        const [, what = '', folder = '', name] = args;
        const input = await inputOf(options);
        if (what !== 'list' && what !== 'disks') {
          done.push(`${what} ${host} ${folder} ${name}`);
          return told();
        }
        const answer = answers[`${host} ${folder || 'disks'}`];
        if (answer instanceof HumError) throw answer;
        return told(...(answer ?? (what === 'list' ? ['free 5'] : plainDisks(input))));
      }),
  });
  return { images, done, hosts, xenHosts, settings };
}

const gone = new HumError({ code: 'request-timeout', message: 'It did not answer in time.', hint: 'Try again.' });
const inFolder = (folder: string, ...images: readonly string[]) => [
  `folder ${folder}`,
  'images',
  ...images.map((name) => `5 1 512 1\n\n${folder}/${name}`),
  'sums',
];
const shared = (folder: string, source = 'nas:/images', ...images: readonly string[]) => [
  `folder ${folder}`,
  `on 7 0\n/ ${folder} nfs ${source}`,
  ...inFolder(folder, ...images, 'x.img').slice(1),
];
const x = { host: 'one', folder: '/a', name: 'x.img' };

it('a folder that does not answer hides no other one, and disks that cannot be looked at keep every image', async () => {
  const answers: Record<string, readonly string[] | HumError> = { 'one /a': inFolder('/a', 'x.img'), 'one /b': gone, 'one disks': gone };
  const { images, done } = hum(answers);
  const list = await images.list(['one']);
  expect(list.map(({ path, images: found, problem }) => [path, found.map(({ name }) => name), problem?.code])).toEqual([
    ['/a', ['x.img'], undefined],
    ['/b', [], 'request-timeout'],
  ]);
  expect(list[0]?.usersUnknown?.code).toBe('request-timeout');
  await expect(images.remove(x)).rejects.toMatchObject({
    problem: { code: 'request-timeout', host: 'one', message: expect.stringContaining('a disk on xen-one lies on it') },
  });
  expect(done).toEqual([]);
  // What lies on it is known without the other folder.
  answers['one disks'] = [];
  await images.remove(x);
  expect(done).toEqual(['remove one /a x.img']);
});

it('what a host shares under another path, and what it shared before it was lost, is looked at before an image goes', async () => {
  const answers: Record<string, readonly string[] | HumError> = { 'one /a': shared('/a'), 'two /b': shared('/b') };
  const { images, done, hosts } = hum(answers, { two: '/b/x.img' });
  const list = await images.list(['one', 'two']);
  expect(list.filter(({ share }) => share !== null).map(({ host, path }) => `${host} ${path}`)).toEqual(['one /a', 'two /b']);
  await expect(images.remove(x)).rejects.toMatchObject({ problem: { code: 'disk-in-use', host: 'two' } });
  // What it was is known: its VM may have the image still.
  answers['two /b'] = gone;
  await images.list(['two']);
  await expect(images.remove(x)).rejects.toMatchObject({ problem: { code: 'disk-in-use', host: 'two' } });
  // It is taken out of the fleet.
  hosts.pop();
  await images.remove(x);
  expect(done).toEqual(['remove one /a x.img']);
});

it.each([
  ['has the server by another name', { 'two /a': shared('/a', '192.0.2.9:/images') }],
  ['has it at another path', { 'two /b': shared('/b') }],
  ['was never listed', { 'two /a': shared('/a') }],
])('an image stays that a host uses which %s', async (_, answers) => {
  const [path = ''] = Object.keys(answers);
  const { images, done } = hum({ 'one /a': shared('/a'), ...answers }, { two: `${path.slice('two '.length)}/x.img` });
  await images.list(['one']);
  await expect(images.remove(x)).rejects.toMatchObject({ problem: { code: 'disk-in-use', host: 'two' } });
  expect(done).toEqual([]);
});

it.each([false, true])(
  'a host that has unmounted the share, or whose folder left the settings meanwhile (%s), still has what it had',
  async (left) => {
    const answers: Record<string, readonly string[] | HumError> = { 'one /a': shared('/a'), 'two /a': shared('/a') };
    const { images, done, settings } = hum(answers, { two: '/a/x.img' });
    await images.list(['one', 'two']);
    if (left) {
      settings.folders = ['/b'];
      await images.list(['one', 'two']);
      settings.folders = ['/a', '/b'];
    }
    answers['two /a'] = left ? gone : inFolder('/a');
    await images.list(['two']);
    await expect(images.remove(x)).rejects.toMatchObject({ problem: { code: 'disk-in-use', host: 'two' } });
    expect(done).toEqual([]);
  },
);

it('a host that cannot tell keeps an image on a share, by its name, and one that is no Xen host does not', async () => {
  const answers: Record<string, readonly string[] | HumError> = { 'one /a': shared('/a'), 'two /a': gone };
  const { images, done, hosts, xenHosts } = hum(answers);
  const refused = async (code: string, ...words: readonly string[]) => {
    const error: unknown = await images.remove(x).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ problem: { code, host: 'two', hint: expect.stringContaining('taken out of Hum') } });
    for (const word of ['x.img stays', 'xen-two', ...words])
      expect(error).toMatchObject({ problem: { message: expect.stringContaining(word) } });
  };
  await refused('request-timeout', 'did not answer in time');
  answers['two /a'] = shared('/a');
  answers['two disks'] = gone;
  await refused('request-timeout');
  answers['two disks'] = ['disk /c', 'on /c', 'open'];
  xenHosts.delete('two');
  await refused('connection-lost', 'does not know its VMs');
  const problem = { code: 'toolstack-hangs', message: 'xl hangs.', hint: 'Look there.' } as const;
  xenHosts.set('two', { host: 'two', problem } as XenHost);
  await refused('toolstack-hangs', 'xl hangs');
  xenHosts.set('two', { host: 'two' } as XenHost);
  hosts[1] = { id: 'two', name: 'xen-two', plain: true };
  xenHosts.delete('two');
  await images.remove(x);
  expect(done).toEqual(['remove one /a x.img']);
});

it('that it is used is said before that others cannot tell, and of those all are named', async () => {
  const answers: Record<string, readonly string[] | HumError> = {
    'one /a': shared('/a'),
    'two /a': gone,
    'three disks': gone,
    'four /a': shared('/a'),
  };
  const { images, hosts } = hum(answers, { four: '/a/x.img' });
  await expect(images.remove(x)).rejects.toMatchObject({ problem: { code: 'disk-in-use', host: 'four' } });
  hosts.pop();
  await expect(images.remove(x)).rejects.toMatchObject({ problem: { message: expect.stringMatching(/Nor can xen-(two|three) tell\.$/) } });
});

it('the host itself has to tell of its VMs, wherever the image lies', async () => {
  const { images, done, xenHosts } = hum({ 'one /a': inFolder('/a', 'x.img') });
  xenHosts.set('one', { host: 'one', problem: { code: 'toolstack-hangs', message: 'xl hangs.', hint: 'Look there.' } } as XenHost);
  await expect(images.remove(x)).rejects.toMatchObject({ problem: { code: 'toolstack-hangs', host: 'one' } });
  xenHosts.delete('one');
  await expect(images.remove(x)).rejects.toMatchObject({ problem: { code: 'connection-lost', host: 'one' } });
  expect(done).toEqual([]);
});

it('a folder of the same number on another server keeps no image that is another one, and hosts without the share keep none', async () => {
  const other = shared('/a', 'other:/images').map((record) => record.replace(/^5 1 512 1\n/, '6 1 512 1\n'));
  const { images, done } = hum(
    { 'one /a': shared('/a'), 'two /a': other, 'three /a': inFolder('/a', 'x.img') },
    { two: '/a/x.img', three: '/a/x.img' },
  );
  await images.remove(x);
  expect(done).toEqual(['remove one /a x.img']);
});

it('the same share under two paths of one host is looked at as a whole', async () => {
  const { images, done } = hum({ 'one /a': shared('/a'), 'one /b': shared('/b') }, { one: '/b/x.img' });
  await expect(images.remove(x)).rejects.toMatchObject({ problem: { code: 'disk-in-use' } });
  expect(done).toEqual([]);
});

it('an image stays that something in the trash lies on, on any host that shares it, or perhaps lies on, and while a disk cannot be followed', async () => {
  const answers: Record<string, readonly string[] | HumError> = { 'one /a': shared('/a'), 'two /a': shared('/a') };
  const { images, done } = hum(answers, { two: '/c' });
  const item = '/srv/.hum-trash/1-0/item';
  for (const on of ['/a/x.img', '../images/x.img']) {
    answers['two disks'] = [...plainDisks('/c\n'), `trash ${item}`, `on ${item}`, `on ${on}`];
    await expect(images.remove(x)).rejects.toMatchObject({
      problem: { code: 'disk-in-use', host: 'two', message: `A disk in the trash of xen-two lies on x.img: ${item}. It stays.` },
    });
  }
  answers['two disks'] = [...plainDisks('/c\n'), 'open', `trash ${item}`, 'on /a/y.img'];
  await expect(images.remove(x)).rejects.toMatchObject({ problem: { code: 'bad-answer', message: expect.stringContaining('/c lies on') } });
  answers['two disks'] = [...plainDisks('/c\n'), `trash ${item}`, 'on /a/y.img'];
  await images.remove(x);
  expect(done).toEqual(['remove one /a x.img']);
});

it('a folder that never answers keeps no other waiting, and is asked again only when it has', async () => {
  const never = Promise.withResolvers<RunResult>();
  const asked: string[] = [];
  const folders = Array.from({ length: 8 }, (_, at) => `/${at}`);
  const images = createImages({
    ...nothingElse,
    xen: { domains: () => [], configured: () => new Map(), host: () => undefined },
    hosts: () => [],
    folders: () => folders,
    runner: () =>
      runnerOf(async (_script, [, , folder = ''] = [], options) => {
        await inputOf(options);
        asked.push(folder);
        return folder === '/0' ? await never.promise : told('free 5');
      }),
  });
  const all = ['', ...folders];
  vi.useFakeTimers();
  try {
    const first = images.list(['one']);
    await vi.waitFor(() => expect(asked).toEqual(all), patience);
    const second = images.list(['one']);
    await vi.waitFor(() => expect(asked).toHaveLength(all.length * 2 - 1), patience);
    await vi.advanceTimersByTimeAsync(60_000);
    for (const list of [await first, await second, await images.list(['one'])]) {
      expect(list.filter(({ problem }) => problem === undefined)).toHaveLength(7);
      expect(list[0]?.problem).toMatchObject({ code: 'request-timeout', host: 'one' });
    }
    expect(asked.filter((folder) => folder === '/0')).toHaveLength(1);
    never.resolve(told('free 5'));
    await vi.advanceTimersByTimeAsync(1);
    expect((await images.list(['one']))[0]?.problem).toBeUndefined();
    expect(asked.filter((folder) => folder === '/0')).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

it('what the host has killed because it hung is told as such', async () => {
  const images = createImages({
    ...nothingElse,
    xen: { domains: () => [], configured: () => new Map(), host: () => undefined },
    hosts: () => [],
    folders: () => ['/a', '/b'],
    runner: () =>
      runnerOf(async (_script, [, , folder = ''] = []) =>
        folder === '/a' ? { ...told(), code: null, signal: 'KILL' } : { ...told('free 5'), code: folder === '/b' ? 137 : 0 },
      ),
  });
  expect((await images.list(['one'])).map(({ problem }) => problem?.code)).toEqual(['request-timeout', 'request-timeout']);
});

it('a password of sudo that is wrong is tried once, and asked for once', async () => {
  const prompts = createPrompts({
    vault: { get: () => undefined, set: () => undefined, delete: () => undefined, remembering: { where: 'memory', refusal: null } },
  });
  let [tried, asked] = [0, 0];
  const base = runnerOf(async (_script, args = [], options = {}) => {
    tried += 1;
    await new Promise((resolve) => setTimeout(resolve, 10));
    if (options.root?.by !== 'sudo' || options.root.password !== 'right') {
      throw new HumError({ code: 'no-shell', message: 'No shell.', hint: '', detail: 'Sorry, try again.' });
    }
    return told(...(args[1] === 'disks' ? plainDisks(await inputOf(options)) : [`free ${(await inputOf(options)).length}`]));
  });
  const stop = new AbortController();
  const answering = (async () => {
    for await (const open of prompts.watch(stop.signal)) {
      for (const { id } of open) {
        asked += 1;
        await prompts.answer(id, [asked === 1 ? 'typo' : 'right'], false);
      }
    }
  })();
  const images = createImages({
    ...nothingElse,
    xen: { domains: () => [], configured: () => new Map(), host: () => undefined },
    hosts: () => [],
    folders: () => Array.from({ length: 8 }, (_, at) => `/${at}`),
    runner: () => asRoot(base, { id: 'one', address: 'h', port: 22, user: 'me' }, 'sudo-password', prompts),
  });
  const first = await images.list(['one']);
  expect(first.map(({ problem }) => problem?.code)).toEqual(Array(8).fill('not-permitted'));
  expect([tried, asked]).toEqual([1, 1]);
  expect((await images.list(['one'])).every(({ problem }) => problem === undefined)).toBe(true);
  expect(asked).toBe(2);
  stop.abort();
  await answering;
});

it('a host is heard in no time, however long the chain that it claims and however many disks it has', async () => {
  const chain = Array.from({ length: 40_000 }, (_, at) => `on /c/${at}`);
  const unasked = Array.from({ length: 40_000 }, (_, at) => [`disk /u/${at}`, `on /a/i${at % 1000}`]).flat();
  const rows = Array.from({ length: 200 }, (_, at) => {
    const row = domainRow({ host: 'one', name: `vm${at}` });
    return {
      ...row,
      facts: { ...row.facts, disks: [{ device: 'xvda', target: '/c/0', format: 'raw', backend: null, writable: true, cdrom: false }] },
    };
  });
  const images = createImages({
    ...nothingElse,
    xen: { domains: () => rows, configured: () => new Map(), host: () => undefined },
    hosts: () => [],
    folders: () => ['/a'],
    runner: () =>
      runnerOf(async (_script, [, what] = []) =>
        what === 'disks'
          ? told('disk /c/0', ...chain, 'on /a/i1', ...unasked)
          : told(...inFolder('/a', ...Array.from({ length: 1000 }, (_, at) => `i${at}`))),
      ),
  });
  const began = performance.now();
  const [list] = await images.list(['one']);
  expect(performance.now() - began).toBeLessThan(2000);
  expect(list?.images).toHaveLength(1000);
  expect(list?.images.filter(({ usedBy }) => usedBy.length > 0)).toEqual([]);
});
