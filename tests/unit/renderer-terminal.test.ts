import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowWater } from '../../src/main/terminals/flow.ts';
import { dragsOut, listingWords, matchingFiles } from '../../src/renderer/files/file-list.ts';
import { whyNotFiles } from '../../src/renderer/files/file-names.ts';
import { Acknowledgements, mostUndrawn } from '../../src/renderer/terminals/acknowledgements.ts';
import { clipboardText, linkTarget } from '../../src/renderer/terminals/guest-requests.ts';
import { Keyboard } from '../../src/renderer/terminals/keyboard.ts';
import { cleanPaste, fileWord, whyLook } from '../../src/renderer/terminals/paste.ts';
import { longestPayload, SequenceCap } from '../../src/renderer/terminals/sequence-cap.ts';
import { vncWay } from '../../src/renderer/terminals/vnc.ts';
import { localName } from '../../src/shared/local-name.ts';

describe('what a terminal acknowledges', () => {
  it('is never more than came, leaves no more undrawn than is foreseen, and in the end lets the host go on', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 130_000 }), { maxLength: 60 }), fc.infiniteStream(fc.boolean()), (pieces, turns) => {
        const acknowledgements = new Acknowledgements();
        const undrawn: number[] = [];
        let came = 0;
        let drawn = 0;
        let told = 0;
        const take = () => {
          told += acknowledgements.take();
          expect(told).toBeLessThanOrEqual(came);
          expect(told - drawn).toBeLessThanOrEqual(mostUndrawn);
        };
        const draw = () => {
          const length = undrawn.shift() ?? 0;
          drawn += length;
          acknowledgements.drawn(length);
          take();
        };
        for (const length of pieces) {
          came += length;
          undrawn.push(length);
          acknowledgements.came(length);
          take();
          while (undrawn.length > 0 && turns.next().value === true) draw();
        }
        while (undrawn.length > 0) draw();
        expect(came - told).toBeLessThan(lowWater);
      }),
    );
  });
});

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

describe('the screen of a guest', () => {
  const host = { address: '10.0.0.7', port: 22, user: 'root' };

  it('is reached through a tunnel to where its host has it, whatever the host says', () => {
    expect(vncWay('127.0.0.1:5901', host)).toEqual({
      open: 'to-host',
      tunnel: 'ssh -N -L 5901:127.0.0.1:5901 root@10.0.0.7',
      viewer: 'localhost:5901',
    });
    expect(vncWay('0.0.0.0:5900', { ...host, port: 2222 })).toMatchObject({
      open: 'to-all',
      tunnel: 'ssh -N -L 5900:127.0.0.1:5900 -p 2222 root@10.0.0.7',
    });
    expect(vncWay('[::1]:5902', { ...host, sshAlias: "it's" })).toMatchObject({
      open: 'to-host',
      tunnel: "ssh -N -L '5902:[::1]:5902' 'it'\\''s'",
    });
    for (const odd of ['', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:70000', '$(reboot):5900', 'a b:5900', '-oProxyCommand=x:5900\n']) {
      expect(vncWay(odd, host)).toBeNull();
    }
  });
});

describe('the name of a file', () => {
  it('is one word and no option for a shell, whatever it is', () => {
    const name = fc.string({
      unit: fc.constantFrom(...'ab -~*$`\'"\\;|&<>()#!{}[]?=ü🐚') as fc.Arbitrary<string>,
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(name, (given) => {
        const printed = execFileSync('/bin/sh', ['-c', `printf '%s.' ${fileWord(given)}`], { encoding: 'utf8' });
        expect(printed).toBe(`${given.startsWith('-') ? './' : ''}${given}.`);
      }),
      { numRuns: 60 },
    );
    expect(fileWord('debian-12.img')).toBe('debian-12.img');
    expect(fileWord('a\n\u001b[201~b\u202e')).toBe("'a[201~b'");
  });

  it('of a host holds nothing here that deceives, leads elsewhere or is hidden altogether', () => {
    expect(localName('/var/log/app.log')).toBe('app.log');
    expect(localName('evil\u202egnp.exe:x\\y\n')).toBe('evil_gnp.exe_x_y_');
    for (const path of ['/', '/tmp/..', '.', '/etc/']) expect(localName(path)).toBe('file');
  });

  it('of a listing are narrowed by what is typed, and what is not in the list is told', () => {
    const files = ['b10.log', 'b2.log', 'Core'].map((name) => ({ name, bytes: 1, modifiedAt: 0 }));
    const names = (typed: string) => matchingFiles(files, typed).map(({ name }) => name);
    expect(names('')).toEqual(['b2.log', 'b10.log', 'Core']);
    expect(names(' LOG ')).toEqual(['b2.log', 'b10.log']);
    expect(names('/var/log/syslog')).toHaveLength(3);
    expect(listingWords({ files: [], more: false, unnamed: 2 }, 0, true)).toBe(
      'There are no files in this directory. 2 names are no UTF-8: rename them first.',
    );
    expect(listingWords({ files, more: false, unnamed: 0 }, 2, true)).toMatch(
      /^Drag one .* 2 of 3 are shown: type a part of a name below.$/,
    );
    expect(listingWords({ files, more: true, unnamed: 1 }, 3, false)).toMatch(/^Of more than 2000 entries .* One name is no UTF-8/);
  });

  it('of a host are dragged out where the browser can, and nowhere else', () => {
    const agent = (system: string, rest: string) => `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) ${rest}`;
    const chrome = 'Chrome/156.0.0.0 Safari/537.36';
    expect(dragsOut(agent('Windows NT 10.0; Win64; x64', `${chrome} Edg/156.0.0.0`))).toBe(true);
    expect(dragsOut(agent('Macintosh; Intel Mac OS X 10_15_7', chrome))).toBe(true);
    expect(dragsOut(agent('X11; Linux x86_64', chrome))).toBe(false);
    expect(dragsOut(agent('Macintosh; Intel Mac OS X 10_15_7', 'Version/19.0 Safari/605.1.15'))).toBe(false);
    expect(dragsOut('Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0')).toBe(false);
  });

  it('that no host takes, and more files than anybody means, are refused before anything is sent', () => {
    expect(whyNotFiles([{ name: '-rf $(x)' }])).toBeNull();
    for (const name of ['a/b', '..', 'a\nb', 'ü'.repeat(128), '']) expect(whyNotFiles([{ name: 'ok' }, { name }])?.code).toBe('bad-input');
    expect(whyNotFiles(Array.from({ length: 1000 }, () => ({ name: 'x' })))?.code).toBe('conflict');
  });
});
