import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandScript } from '../../src/main/commands/command-script.ts';
import { KeptOutput } from '../../src/main/commands/kept-output.ts';
import { runAsJson, runAsText } from '../../src/main/commands/run-export.ts';
import { openSnippets } from '../../src/main/commands/snippets.ts';
import type { Store } from '../../src/main/storage/store.ts';
import { groupResults } from '../../src/shared/command-groups.ts';
import { parametersOf } from '../../src/shared/command-parameters.ts';
import { type HostResult, mostSnippets, type RunView } from '../../src/shared/contract/commands.ts';
import { HumError } from '../../src/shared/errors.ts';
import { foldNames } from '../../src/shared/fold-names.ts';
import { expandNodeSet } from '../../src/shared/node-set.ts';

function result(name: string, change: Partial<HostResult> = {}): HostResult {
  return {
    host: `id-${name}`,
    name,
    state: 'exited',
    code: 0,
    signal: null,
    startedAt: 1,
    tookMs: 10,
    output: 'same',
    bytes: 5,
    cutBytes: 0,
    ...change,
  };
}

describe('names of hosts', () => {
  it('fold as ClusterShell writes them, in each number that differs', () => {
    expect(foldNames(['web02', 'db1', 'web01', 'web03', 'web12'])).toBe('db1,web[01-03,12]');
    expect(foldNames(['n8', 'n10', 'n9', 'n08'])).toBe('n[8,08,9-10]');
    expect(foldNames(['rack1n2', 'rack2n1', 'rack1n1', 'rack2n2'])).toBe('rack[1-2]n[1-2]');
    expect(foldNames(['10.0.0.7', '10.0.0.8', 'mail'])).toBe('10.0.0.[7-8],mail');
    expect(foldNames(['a[1]', 'web1', 'web2', 'web1'])).toBe('a[1],web[1-2]');
  });

  it('can be read back, whatever they are', () => {
    const piece = fc.oneof(
      fc.constantFrom('web', 'n', '-', '.example.org', ''),
      fc.nat(130).map(String),
      fc.constantFrom('00', '01', '007', '09'),
    );
    const name = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => `h${pieces.join('')}`);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 40 }), (names) => {
        const read = expandNodeSet(foldNames(names));
        expect(read.kind === 'names' && [...read.names].sort()).toEqual([...new Set(names)].sort());
      }),
    );
  });
});

describe('results', () => {
  it('are grouped by what they printed and how they ended: failures first, then what stands alone, the largest last', () => {
    const { groups, largest, silent, skipped } = groupResults([
      result('web1'),
      result('web2', { output: 'other' }),
      result('web3'),
      result('web4', { code: 2 }),
      result('web5', { state: 'unanswered', code: null, output: null }),
      result('web6', { state: 'skipped', code: null, output: null }),
      result('web7', { state: 'timed-out', code: null }),
      result('web8', { code: 2 }),
    ]);
    expect(groups.map(({ hosts }) => hosts.map(({ name }) => name))).toEqual([['web7'], ['web4', 'web8'], ['web2'], ['web1', 'web3']]);
    expect(groups.map(({ well }) => well)).toEqual([false, false, true, true]);
    expect(largest?.hosts[0].name).toBe('web1');
    expect([silent, skipped].map(([only]) => only?.name)).toEqual(['web5', 'web6']);
  });

  it('are exported with each output once, and nothing in it acts in a terminal', () => {
    const run: RunView = {
      ...{
        id: 'r',
        text: 'uptime\n',
        values: { dir: '/srv' },
        where: 'tag:web',
        as: 'root',
        timeLimitMs: 1,
        atOnce: 1,
        canary: 0,
        hosts: 4,
      },
      ...{ by: 'me', state: 'done', createdAt: 0, endedAt: 1, retryOf: null, well: 2, failed: 2 },
    };
    const gone = { code: 'connection-lost', message: 'It is gone.', hint: '' } as const;
    const results = [
      result('web1'),
      result('web2'),
      result('web3', { state: 'unanswered', code: null, output: null, problem: gone }),
      result('web4', { code: 3, output: 'bad' }),
    ];
    const outputOf = (name: string) => (name === 'same' ? 'a\tb\n' : '\u001b[2J\u202egone\n');
    expect(runAsText({ run, results }, outputOf)).toBe(
      [
        '# 4 hosts: tag:web',
        '# 1970-01-01T00:00:00.000Z by me, as root: done',
        '# uptime',
        '# ',
        '# dir = /srv',
        ...['-'.repeat(15), 'web4 (1): exit 3', '-'.repeat(15), '\\e[2J\\u{202e}gone'],
        ...['-'.repeat(15), 'web[1-2] (2): exit 0', '-'.repeat(15), 'a\tb'],
        ...['-'.repeat(15), 'web3: It is gone.', ''],
      ].join('\n'),
    );
    const json = JSON.parse(runAsJson({ run, results }, outputOf));
    expect(json).toMatchObject({ where: 'tag:web', groups: [{ code: 3 }, { code: 0, output: 'a\tb\n', results: [{ name: 'web1' }, {}] }] });
    expect(json.others).toMatchObject([{ name: 'web3', state: 'unanswered', problem: { code: 'connection-lost' } }]);
  });
});

describe('an output', () => {
  it('is kept by its beginning and its end, in whole lines, and says how much is left out', () => {
    const output = new KeptOutput();
    const line = (number: number) => `line ${number}\n`;
    for (let number = 0; number < 20_000; number += 1) output.add(Buffer.from(line(number)));
    const { text, cutBytes } = output.whole();
    const [before = '', after = ''] = text.split(/… [\d,]+ bytes are left out here …\n/);
    expect(before.startsWith(line(0)) && before.endsWith('\n') && after.startsWith('line ') && after.endsWith(line(19_999))).toBe(true);
    expect(Buffer.byteLength(before + after)).toBeLessThanOrEqual(64 * 1024);
    expect(cutBytes + before.length + after.length).toBe(output.bytes);
  });

  it('is whole while it is short, in whatever pieces it comes, and bounded without any line end', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20_000 }), { maxLength: 8 }), (chunks) => {
        const output = new KeptOutput();
        for (const chunk of chunks) output.add(Buffer.from(chunk));
        const all = Buffer.concat(chunks);
        const { text, cutBytes } = output.whole();
        if (all.length <= 64 * 1024) expect([text, cutBytes]).toEqual([all.toString(), 0]);
        else expect(cutBytes).toBeGreaterThan(0);
      }),
      { numRuns: 50 },
    );
    const endless = new KeptOutput();
    for (let megabyte = 0; megabyte < 5; megabyte += 1) endless.add(Buffer.alloc(2 ** 20, 'y'));
    expect(endless.whole().text.length).toBeLessThan(66 * 1024);
  });
});

describe('a parameter', () => {
  it('is found once, by its name', () => {
    expect(parametersOf('grep {{what}} {{ no }} {{file}} {{what}} {{.Names}} {{9}} \\{{not}} # {{neither}}')).toEqual(['what', 'file']);
  });

  it('needs a value, and a value needs it', () => {
    for (const values of [{}, { what: 'x', other: 'y' }]) {
      expect(() => commandScript('echo {{what}}', values)).toThrow(HumError);
    }
    expect(() => commandScript('echo {{what}}', { what: 'a\0b' })).toThrow(HumError);
  });

  it.each(['dash', 'bash'])('is one word of a real %s, whatever its value is and whatever quotes it stands between', (shell) => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.string({ unit: fc.constantFrom(...'\'"$`\\;&|(){}<>*?~#! \n\t-=a'), maxLength: 30 }),
      fc.constantFrom('{{x}}', "'; touch /tmp/owned; '", '$(id)', '-n', '"$hum_x"'),
    );
    /** Where it stands, and what is around it then. */
    const places = [
      ['{{x}}', '', ''],
      ['"{{x}}"', '', ''],
      ["'{{x}}'", '', ''],
      ['a"b {{x}}"', 'ab ', ''],
      ["'don'\\''t {{x}}'", "don't ", ''],
      ['\\"{{x}}', '"', ''],
      ['"\'{{x}}\'"', "'", "'"],
    ] as const;
    const text = `# it's {{y}}\n${places.map(([place]) => `printf '%s\\0' ${place}`).join('\n')}`;
    fc.assert(
      fc.property(
        value.filter((each) => !each.includes('\0') && each.isWellFormed()),
        (x) => {
          const { stdout } = spawnSync(shell, ['-c', commandScript(text, { x })]);
          expect(stdout.toString().split('\0')).toEqual([...places.map(([, before, after]) => `${before}${x}${after}`), '']);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('snippets', () => {
  const store = (saved: unknown): Store => {
    let kept = saved;
    return {
      get: () => kept,
      set: (_, value) => {
        kept = value;
      },
      path: '',
    };
  };
  const snippet = (name: string, id: string = crypto.randomUUID()) => ({ id, name, text: 'uptime' });

  it('are kept in the order of their names, each name once, and one that is no snippet is left out', () => {
    const file = store([snippet('b10'), { id: 'x', name: '', text: 1 }, 'no']);
    const snippets = openSnippets(file);
    const added = snippet('b9');
    expect(snippets.save(added).map(({ name }) => name)).toEqual(['b9', 'b10']);
    expect(() => snippets.save(snippet('B9'))).toThrow('already');
    expect(snippets.save({ ...added, name: 'c' }).map(({ name }) => name)).toEqual(['b10', 'c']);
    expect(snippets.remove(added.id)).toHaveLength(1);
    expect(
      openSnippets(file)
        .list()
        .map(({ name }) => name),
    ).toEqual(['b10']);
  });

  it('are so many and no more, whatever the file says', () => {
    const snippets = openSnippets(store(Array.from({ length: mostSnippets + 50 }, (_, at) => snippet(`s${at}`))));
    expect(snippets.list()).toHaveLength(mostSnippets);
    expect(() => snippets.save(snippet('one more'))).toThrow(HumError);
  });
});
