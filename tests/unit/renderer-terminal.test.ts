import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipboardText, linkTarget } from '../../src/renderer/terminals/guest-requests.ts';
import { Keyboard } from '../../src/renderer/terminals/keyboard.ts';
import { cleanPaste, whyLook } from '../../src/renderer/terminals/paste.ts';
import { longestPayload, SequenceCap } from '../../src/renderer/terminals/sequence-cap.ts';

describe('what is pasted', () => {
  it('keeps tabs and line breaks and no other control character, whatever is pasted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const paste = cleanPaste(raw);
        expect(paste.text.replace(/[\t\n]/g, '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
        expect(paste.lines.join('\n')).toBe(paste.text);
        expect(whyLook(paste) === 'lines').toBe(paste.lines.length > 1);
      }),
    );
  });

  it('cannot end the bracket that it is pasted in, and tells what was left out', () => {
    const paste = cleanPaste('ls\u001b[201~\r\nreboot\u0003\rü🐚\tend');
    expect(paste.text).toBe('ls[201~\nreboot\nü🐚\tend');
    expect(paste.removed).toBe(2);
    expect(whyLook(paste)).toBe('lines');
    expect(whyLook(cleanPaste('uptime'))).toBeNull();
  });
});

describe('a paste of one line', () => {
  it('is shown first when it wants root’s rights or removes files', () => {
    for (const line of ['sudo reboot', 'x; doas ls', 'a && sudo -u b c']) expect(whyLook(cleanPaste(line))).toBe('root');
    for (const line of ['rm -rf /', 'rm -fr x', 'rm x -r', 'sudo rm -f x', '/bin/rm --recursive x', 'rm\t-R x'])
      expect(whyLook(cleanPaste(line))).toBe('removes');
    for (const line of ['farm -r', 'rm x', 'echo sudoers', 'perform -f', 'ls -rf']) expect(whyLook(cleanPaste(line))).toBeNull();
  });
});

describe('long sequences', () => {
  const opener = fc.constantFrom('\u001b]52;c;', '\u001bP1$r', '\u001b_', '\u001b^', '\u001bX', '\u009d8;;', '\u0090q');
  const closer = fc.constantFrom('\u0007', '\u001b\\', '\u009c', '\u0018', '\u001b[31m', '\u001b]0;t\u0007', '\u001b\u001b\\', '');
  const payload = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('x'.repeat(longestPayload + 1000)));
  const text = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constant('\u001b[1;31mred\u001b[0m'),
        fc.tuple(opener, payload, closer).map((part) => part.join('')),
      ),
    )
    .map((parts) => parts.join(''));

  it('are cut to the same text however the stream is cut into pieces, and no payload is longer than the cap', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(1_000_000), { maxLength: 6 }), (whole, cuts) => {
        const once = new SequenceCap().pass(whole);
        const cap = new SequenceCap();
        const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((to, index) => cap.pass(whole.slice(places[index], to)));
        expect(pieces.join('')).toBe(once);
        // No other part of the text has so many of them.
        expect(Math.max(0, ...[...once.matchAll(/x+/g)].map(([run]) => run.length))).toBeLessThanOrEqual(longestPayload);
      }),
      { numRuns: 60 },
    );
  });

  it('are cancelled and left out, and what follows is the guest’s text again', () => {
    const long = 'x'.repeat(longestPayload * 3);
    const cut = `\u001b]0;${'x'.repeat(longestPayload - 2)}\u0018`;
    for (const end of ['\u0007', '\u001b\\', '\u009c']) expect(new SequenceCap().pass(`a\u001b]0;${long}${end}b`)).toBe(`a${cut}b`);
    expect(new SequenceCap().pass(`a\u001b]0;${long}\u001b[31mb`)).toBe(`a${cut}\u001b[31mb`);
    // BEL ends no DCS (ECMA-48 §8.3.27): a payload cannot grow past it.
    expect(new SequenceCap().pass(`\u001bPq${`${long}\u0007`.repeat(3)}\u001b\\b`).length).toBeLessThan(longestPayload + 20);
  });

  it('that are short pass as they are, as all other text does', () => {
    for (const fine of [
      'plain ünïcödé 🐚',
      '\u001b]0;title\u0007after',
      '\u001b]8;;https://example.org\u001b\\link\u001b]8;;\u001b\\',
      '\u001b[?1049h\u001b(B\u001b=',
    ]) {
      expect(new SequenceCap().pass(fine)).toBe(fine);
    }
  });
});

describe('what a guest asks for', () => {
  it('may be to put text on the clipboard, never to read it', () => {
    expect(clipboardText('c;w7xuaXg=')).toBe('ünix');
    for (const refused of ['c;?', '?', 'c;', ';', 'c;!!!!', 'c;/w==', 'x;dGV4dA==', `c;${'QUJD'.repeat(40_000)}`])
      expect(clipboardText(refused)).toBeNull();
  });

  it('may be to open a web page, and nothing else', () => {
    expect(linkTarget('https://example.org/a?b#c')).toBe('https://example.org/a?b#c');
    expect(linkTarget('http://EXAMPLE.org')).toBe('http://example.org/');
    // What looks like another site is shown as what it is.
    expect(linkTarget('https://bank.example\u202e@evil.example/')).toBeNull();
    expect(linkTarget('https://еxample.org/')).toBe('https://xn--xample-2of.org/');
    for (const refused of [
      'file:///etc/passwd',
      'javascript:alert(1)',
      'ssh://host',
      'data:text/html,x',
      'vbscript:x',
      'nothing',
      `https://x/${'y'.repeat(3000)}`,
    ]) {
      expect(linkTarget(refused)).toBeNull();
    }
  });
});

describe('the keyboard', () => {
  it('sends everything in order, one call at a time, and Ctrl-] by itself', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.string({ minLength: 1 }), fc.constant('\u001d'), fc.constant('🐚'.repeat(20_000))), { maxLength: 10 }),
        async (typed) => {
          const sent: string[] = [];
          let busy = 0;
          let wake = () => {};
          const idle = new Promise<void>((resolve) => {
            wake = resolve;
          });
          const all = typed.join('');
          const keyboard = new Keyboard(async (text) => {
            busy += 1;
            expect(busy).toBe(1);
            await Promise.resolve();
            sent.push(text);
            busy -= 1;
            if (sent.join('').length === all.length) wake();
          });
          for (const text of typed) keyboard.type(text);
          if (all !== '') await idle;
          expect(sent.join('')).toBe(all);
          for (const text of sent) {
            if (text.includes('\u001d')) expect(text).toBe('\u001d');
            expect(text.length).toBeLessThanOrEqual(16 * 1024);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('drops what waits once nothing can be typed any more, and types again after', async () => {
    let broken = true;
    const sent: string[] = [];
    const keyboard = new Keyboard((text) => {
      if (broken) return Promise.reject(new Error('gone'));
      sent.push(text);
      return Promise.resolve();
    });
    keyboard.type('lost');
    keyboard.type(' too');
    await Promise.resolve();
    await Promise.resolve();
    broken = false;
    keyboard.type('kept');
    expect(sent).toEqual(['kept']);
  });
});
