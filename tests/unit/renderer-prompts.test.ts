import { expect, test } from 'vitest';
import { promptToShow } from '../../src/renderer/prompts/prompts-state.ts';
import { whoWaits } from '../../src/renderer/prompts/words.ts';
import type { PromptView } from '../../src/shared/contract/prompts.ts';

type Waiting = PromptView['hosts'][number];

const host = (id: string, hop: string | null = null): Waiting => ({ id, place: `${id}:22`, user: 'root', hop });

function prompt(id: string, hosts: readonly Waiting[], hostCount = hosts.length): PromptView {
  return {
    id,
    kind: 'passphrase',
    title: 'Passphrase of /key',
    reason: 'It is encrypted.',
    instructions: '',
    fields: [{ text: 'Passphrase', echo: false }],
    askedAt: 0,
    mistake: null,
    remember: null,
    hosts,
    hostCount,
  };
}

test('who waits is named with the account, a jump host with what it is for, and a fleet by three of it', () => {
  expect(whoWaits(prompt('p', [host('web01')]))).toBe('root on web01:22 waits.');
  expect(whoWaits(prompt('p', [host('gate', 'web01:22')]))).toBe('root on gate:22, the jump host for web01:22, waits.');
  expect(whoWaits(prompt('p', [host('a'), host('b')]))).toBe('root on a:22 and root on b:22 wait.');
  expect(
    whoWaits(
      prompt(
        'p',
        ['a', 'b', 'c', 'd'].map((id) => host(id)),
        500,
      ),
    ),
  ).toBe('root on a:22, root on b:22, root on c:22 and 497 more wait.');
  expect(whoWaits(prompt('p', [{ ...host('a'), user: 'x\u202ey' }]))).not.toMatch(/\p{Cf}/u);
});

test('the oldest question that was not put aside is shown, and none under the hands of who types into another dialog', () => {
  const [first, second, ofTest] = [prompt('1', [host('a')]), prompt('2', [host('b')]), prompt('3', [host('test')])];
  const open = [first, second, ofTest];
  expect(promptToShow({ open, later: new Set() }, false)).toBe(first);
  expect(promptToShow({ open, later: new Set(['1']) }, false)).toBe(second);
  expect(promptToShow({ open, later: new Set() }, true)).toBe(ofTest);
  expect(promptToShow({ open: [first], later: new Set() }, true)).toBeUndefined();
});
