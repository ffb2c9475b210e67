import { expect, test, vi } from 'vitest';
import { type Keychain, keychainVault } from '../../src/main/desktop/keychain.ts';
import { createPrompts } from '../../src/main/prompts/prompts.ts';
import { memoryVault } from '../../src/main/prompts/vault.ts';
import type { Question } from '../../src/main/ssh/ask.ts';
import type { PromptView } from '../../src/shared/contract/prompts.ts';
import { patience } from '../support/patience.ts';

const waiting = { signal: new AbortController().signal, byPerson: false };

function question(over: Partial<Question> = {}): Question {
  return {
    key: 'passphrase /key',
    kind: 'passphrase',
    title: 'Passphrase of /key',
    reason: 'It is encrypted.',
    instructions: '',
    fields: [{ text: 'Passphrase', echo: false }],
    asker: { id: 'a', place: 'a:22', user: 'root', hop: undefined },
    reusable: true,
    ...over,
  };
}

function clocked() {
  let time = 0;
  return {
    prompts: createPrompts({ vault: memoryVault(), now: () => time }),
    pass: (ms: number) => {
      time += ms;
    },
  };
}

test('what was answered serves who asks the same within two minutes, and is then asked for again', async () => {
  const { prompts, pass } = clocked();
  const first = prompts.ask(question(), waiting);
  await vi.waitFor(() => expect(prompts.open).toHaveLength(1), patience);
  await prompts.answer(prompts.open[0]?.id ?? '', ['open'], false);
  expect(await first).toEqual(['open']);
  pass(119_000);
  expect(await prompts.ask(question(), waiting)).toEqual(['open']);
  pass(2_000);
  void prompts.ask(question(), waiting);
  await vi.waitFor(() => expect(prompts.open).toHaveLength(1), patience);
});

test('who asks silently has what was answered before, and opens nothing', async () => {
  const { prompts } = clocked();
  const silent = { ...waiting, silent: true };
  expect(await prompts.ask(question(), silent)).toBeUndefined();
  expect(prompts.open).toEqual([]);
  const asked = prompts.ask(question(), waiting);
  await vi.waitFor(() => expect(prompts.open).toHaveLength(1), patience);
  expect(await prompts.ask(question(), silent)).toBeUndefined();
  await prompts.answer(prompts.open[0]?.id ?? '', ['open'], false);
  await asked;
  expect(await prompts.ask(question(), silent)).toEqual(['open']);
});

test('what was remembered serves for ever, until it proves wrong', async () => {
  const { prompts, pass } = clocked();
  void prompts.ask(question(), waiting);
  await vi.waitFor(() => expect(prompts.open).toHaveLength(1), patience);
  await prompts.answer(prompts.open[0]?.id ?? '', ['open'], true);
  pass(1e9);
  expect(await prompts.ask(question(), waiting)).toEqual(['open']);
  prompts.wrong(question().key, 'The host refused it.');
  void prompts.ask(question(), waiting);
  await vi.waitFor(() => expect(prompts.open).toHaveLength(1), patience);
  expect(prompts.open[0]).toMatchObject({ mistake: 'The host refused it.', remember: { where: 'memory', refusal: null } });
});

test('who cancels is left alone by the rest of the fleet, until they themselves want another try', async () => {
  const { prompts } = clocked();
  const first = prompts.ask(question(), waiting);
  await vi.waitFor(() => expect(prompts.open).toHaveLength(1), patience);
  prompts.cancel(prompts.open[0]?.id ?? '');
  expect(await first).toBeUndefined();
  expect(await prompts.ask(question(), waiting)).toBeUndefined();
  void prompts.ask(question(), { ...waiting, byPerson: true });
  await vi.waitFor(() => expect(prompts.open).toHaveLength(1), patience);
});

test('a code is asked for each time, by each host, and is never remembered', async () => {
  const { prompts } = clocked();
  const code = question({ key: 'questions a', kind: 'questions', reusable: false });
  const both = [prompts.ask(code, waiting), prompts.ask(code, waiting)];
  await vi.waitFor(() => expect(prompts.open).toHaveLength(2), patience);
  expect(prompts.open.map((prompt) => prompt.remember)).toEqual([null, null]);
  for (const [index, { id }] of prompts.open.entries()) await prompts.answer(id, [String(index)], true);
  expect(await Promise.all(both)).toEqual([['0'], ['1']]);
});

test('an answer to nobody, a second one, and one line too few are refused', async () => {
  const { prompts } = clocked();
  let checked = (_mistake: string | undefined) => {};
  const check = () =>
    new Promise<string | undefined>((resolve) => {
      checked = resolve;
    });
  const asked = prompts.ask(question(), { ...waiting, check });
  await vi.waitFor(() => expect(prompts.open).toHaveLength(1), patience);
  const id = prompts.open[0]?.id ?? '';
  await expect(prompts.answer(id, [], false)).rejects.toMatchObject({ problem: { code: 'bad-input' } });
  const trying = prompts.answer(id, ['a'], false);
  await expect(prompts.answer(id, ['b'], false)).rejects.toMatchObject({ problem: { code: 'conflict' } });
  checked('It does not open.');
  await trying;
  expect(prompts.open[0]?.mistake).toBe('It does not open.');
  const again = prompts.answer(id, ['c'], false);
  checked(undefined);
  await again;
  expect(await asked).toEqual(['c']);
  await expect(prompts.answer(id, ['d'], false)).rejects.toMatchObject({ problem: { code: 'not-found' } });
});

test('the stream tells each change to who reads it, names who waits, and shows hostile words as text', async () => {
  const { prompts } = clocked();
  const reading = new AbortController();
  const seen: (readonly PromptView[])[] = [];
  const read = (async () => {
    for await (const open of prompts.watch(reading.signal)) seen.push(open);
  })();
  await vi.waitFor(() => expect(seen).toEqual([[]]), patience);
  const gone = new AbortController();
  const hostile = question({
    kind: 'questions',
    key: 'q',
    reusable: false,
    instructions: 'Log\u202e in\n\u001b]0;x',
    fields: [{ text: 'a\rb', echo: true }],
  });
  const asked = prompts.ask(hostile, { ...waiting, signal: gone.signal });
  await vi.waitFor(() => expect(seen).toHaveLength(2), patience);
  expect(seen[1]).toMatchObject([
    { instructions: 'Log\\u{202e} in\n\\e]0;x', fields: [{ text: 'a\\rb' }], hosts: [{ place: 'a:22', hop: null }] },
  ]);
  gone.abort(new Error('gone'));
  await expect(asked).rejects.toThrow('gone');
  await vi.waitFor(() => expect(seen.at(-1)).toEqual([]), patience);
  prompts.stop();
  await read;
  expect(await prompts.ask(question(), waiting)).toBeUndefined();
});

function keychain(over: Partial<Keychain> = {}): Keychain {
  // A double of safeStorage: what it keeps is not what it was given.
  return {
    isEncryptionAvailable: () => true,
    encryptString: (text) => Buffer.from([...Buffer.from(text)].map((byte) => byte ^ 0x5a)),
    decryptString: (data) => Buffer.from([...data].map((byte) => byte ^ 0x5a)).toString(),
    ...over,
  };
}

function store() {
  const values = new Map<string, unknown>();
  return {
    values,
    path: '/secrets.json',
    get: (key: string) => values.get(key),
    set: (key: string, value: unknown) => void values.set(key, value),
  };
}

test('the desktop keeps answers in the keychain, and only there', () => {
  const file = store();
  const vault = keychainVault(keychain({ getSelectedStorageBackend: () => 'gnome_libsecret' }), file);
  expect(vault.remembering).toEqual({ where: 'keychain', refusal: null });
  vault.set('password root@a', ['s3cret words']);
  expect(JSON.stringify([...file.values])).not.toContain('s3cret');
  expect(keychainVault(keychain(), file).get('password root@a')).toEqual(['s3cret words']);
  vault.delete('password root@a');
  expect(vault.get('password root@a')).toBeUndefined();
});

test('without a keychain nothing is kept, and the reason is told', () => {
  const file = store();
  const basic = keychainVault(keychain({ getSelectedStorageBackend: () => 'basic_text' }), file);
  basic.set('password root@a', ['s3cret']);
  expect(basic.remembering.refusal).toContain('GNOME Keyring');
  expect(keychainVault(keychain({ isEncryptionAvailable: () => false }), file).remembering.refusal).toContain('locked');
  expect(file.values.size).toBe(0);
});

test('a damaged secret, and a disk that is full, cost nobody their login', () => {
  const file = store();
  file.values.set('secrets', { 'password root@a': 'AAAA', other: 7 });
  const vault = keychainVault(keychain(), file);
  expect(vault.get('password root@a')).toBeUndefined();
  const full = {
    ...store(),
    get: () => ({ k: keychain().encryptString('["x"]').toString('base64') }),
    set: () => void expect.fail('ENOSPC'),
  };
  const stuck = keychainVault(keychain(), full);
  expect(stuck.get('k')).toEqual(['x']);
  stuck.delete('k');
  expect(stuck.get('k')).toBeUndefined();
  expect(() => stuck.set('k', ['y'])).toThrow('could not be remembered');
});
