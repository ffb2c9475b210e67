import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quote, setArguments, shownWord } from '../../src/main/ssh/quote.ts';

const argument = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom("'", '"', '$', '`', '\\', '\n', '!', '*', ' ', '-', ';', '(', '~'),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
  })
  .map((text) => text.replaceAll('\0', ''));

// macOS has no mksh; what Linux has is installed by npm test.
test.each(['/bin/sh', '/bin/dash', '/bin/bash', '/bin/mksh', '/bin/zsh'].filter((shell) => existsSync(shell)))(
  'whatever the arguments are, %s receives them unchanged',
  (shell) => {
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 20 }), (args) => {
        const script = `${setArguments(args)}\nfor each; do printf '%s\\0' "$each"; done`;
        const out = execFileSync(shell, ['-c', script], { encoding: 'utf8' });
        expect(out.split('\0').slice(0, -1)).toEqual(args.map((arg) => Buffer.from(arg).toString()));
      }),
      { numRuns: 40 },
    );
  },
);

test('a NUL character is refused, for no argument can hold one', () => {
  expect(() => quote('a\0b')).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code: 'bad-input' }) }));
});

test('a word in a hint is quoted where a shell would see more than a word, and shows what is invisible', () => {
  expect(shownWord('root@web1.example.org')).toBe('root@web1.example.org');
  expect(shownWord('~/.ssh/id_ed25519')).toBe('~/.ssh/id_ed25519');
  expect(shownWord('$(reboot)@web1')).toBe("'$(reboot)@web1'");
  expect(shownWord('[web1]:2222')).toBe("'[web1]:2222'");
  expect(shownWord('a\u202eb')).toBe("'a\\u{202e}b'");
});
