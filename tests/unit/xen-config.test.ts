import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareConfigs } from '../../src/main/xen/config-compare.ts';
import { settingsOfRunning } from '../../src/main/xen/config-of-running.ts';
import { type ConfigSettings, type ConfigValue, parseConfig } from '../../src/main/xen/config-parse.ts';
import { writeConfig } from '../../src/main/xen/config-write.ts';

const recorded = (name: string) => readFileSync(new URL(`../fixtures/xen-4.17/${name}`, import.meta.url), 'utf8');
const settingsOf = (text: string) => Object.fromEntries(parseConfig(text).settings);
const complaintsOf = (text: string) =>
  parseConfig(text).complaints.map(({ line, column, severity, message }) => `${line}:${column} ${severity} ${message}`);

const guest2 = recorded('host/etc-guest2.cfg.out');
const runningOf = (file: string, name: string) =>
  settingsOfRunning(
    JSON.parse(recorded(file)).find((domain: { config: { c_info: { name: string } } }) => domain.config.c_info.name === name),
  );

describe('reading a configuration', () => {
  test('reads the file of a real guest', () => {
    expect(parseConfig(guest2).complaints).toEqual([]);
    expect(settingsOf(guest2)).toEqual({
      name: 'guest2',
      type: 'pv',
      kernel: '/srv/xen/guest.vmlinux',
      ramdisk: '/srv/xen/guest.initrd',
      cmdline: 'console=hvc0 quiet ip4=10.0.2.102 name=guest2',
      memory: '128',
      maxmem: '192',
      vcpus: '1',
      vif: ['mac=00:16:3e:00:00:02, bridge=xenbr0'],
      disk: ['format=raw, vdev=xvda, access=rw, target=/srv/xen/data1.img'],
    });
  });

  test('reads either quote, semicolons, lists over several lines with a comma at the end, nested lists and comments', () => {
    const text = `# a comment\na = "it's"; b='say "hi"' # another\nlist = [\n  'one', # first\n\n  "two",\n]\nempty=[]\ndeep = [ [ "a", "b" ], "c" ]\nlast = 0x10`;
    expect(parseConfig(text).complaints).toEqual([]);
    expect(settingsOf(text)).toEqual({ a: "it's", b: 'say "hi"', list: ['one', 'two'], empty: [], deep: [['a', 'b'], 'c'], last: '0x10' });
  });

  test('adds with += to texts and lists', () => {
    expect(settingsOf('extra = "a"\nextra += " b"\nvif = ["x"]\nvif += ["y"]\n')).toEqual({ extra: 'a b', vif: ['x', 'y'] });
    expect(complaintsOf('extra = "a"\nextra += ["b"]\n')).toEqual(['2:1 error “extra” is a text, and a list cannot be added to it.']);
  });

  test('says line and column of what xl would stop at', () => {
    // The first is what the recorded `create-syntax` was given.
    expect(complaintsOf('name = "bad\nmemory 128\n')).toEqual([
      '1:8 error A value is a text in quotes, a number or a list, but here is a text whose quote does not end in its line.',
      '2:8 error After “memory” comes “=” and its value.',
    ]);
    expect(complaintsOf('type = pv\n')).toEqual(['1:8 error A value is a text in quotes, a number or a list, but here is “pv”.']);
    expect(complaintsOf('memory = 128 MB\n')).toEqual([
      '1:14 error The value of “memory” has ended; here is “M”, which nothing begins with still.',
    ]);
    expect(complaintsOf('vif = [ "a" "b" ]\n')[0]).toMatch(/^1:13 error In the list that begins in line 1, a comma or “]” comes next/);
    expect(complaintsOf('Name = "x"\n')).toEqual(['1:1 error A setting begins with its name, but here is “N”, which nothing begins with.']);
    expect(complaintsOf('memory = -5\n')).toHaveLength(1);
  });

  test('warns of a setting that is set twice, of dropped escapes, and of Windows line ends once', () => {
    expect(complaintsOf('name = "a"\nname = "b"\n')).toEqual(['2:1 warning “name” is set a second time: this value counts.']);
    expect(settingsOf('kernel = "C:\\\\d\\q"\n')).toEqual({ kernel: 'C:\\d' });
    expect(complaintsOf('kernel = "\\q"\n')).toEqual(['1:11 warning xl does not know \\q and drops it. Write \\\\ for a backslash.']);
    expect(complaintsOf('name = "a"\r\nmemory = 1\r\n')).toEqual([
      '1:11 error A line ends in a carriage return, as on Windows: xl stops at it.',
    ]);
    expect(complaintsOf('name = "a"\n# end')).toEqual(['2:1 error A comment in the last line needs a line end: xl stops at it.']);
  });

  test.each([
    ['import', 'import os\nname = "web"\n'],
    ['an expression', 'name = "web"\nmemory = 2 * 64\n'],
    ['a joined text', 'name = "web"\nvif = [ "mac=" + name ]\n'],
    ['a condition', 'name = "web"\nif vcpus > 2:\n  memory = 64\n'],
    ['a function', 'name = "web"\ndef f():\n  return 1\n'],
    ['formatting', 'name = "web"\ndisk = [ "phy:/dev/%s,xvda,w" % name ]\n'],
    ['a name as a value', 'name = "web"\nhostname = name\n'],
    ['True', 'name = "web"\nvnc = True\n'],
    ['a text over lines', 'name = "web"\nextra = """a\nb"""\n'],
  ])('knows a program of xm by %s, and evaluates nothing', (_what, text) => {
    const parsed = parseConfig(text);
    expect(parsed.isProgram).toBe(true);
    expect(parsed.complaints).toHaveLength(1);
    expect(parsed.settings.get('name')).toBe('web');
    expect(parsed.settings.has('memory')).toBe(false);
  });

  test('takes any text without throwing, and settings only as the lexer cuts them', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z=+[\]'"\\,;#\n 0-9]{0,60}$/)), (text) => {
        for (const name of parseConfig(text).settings.keys()) expect(name).toMatch(/^[a-z][_0-9a-z]*$/);
      }),
    );
  });

  test('reads a hostile text of 256 KiB in time that grows no faster than it', () => {
    for (const text of ['"'.repeat(262_144), '['.repeat(262_144), 'a=\\"'.repeat(65_536), "x='\\".repeat(52_000), 'a\n'.repeat(131_072)]) {
      expect(parseConfig(text).complaints.length).toBeLessThanOrEqual(50);
    }
  });
});

describe('writing a configuration', () => {
  const value = fc.letrec<{ value: ConfigValue; list: ConfigValue[] }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 2 },
      fc.string({ unit: 'grapheme' }).filter((text) => !/\p{Cc}/u.test(text)),
      tie('list'),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }),
  })).value;
  const settings = fc.array(fc.tuple(fc.stringMatching(/^[a-z][_0-9a-z]{0,9}$/), value)).map((entries): ConfigSettings => new Map(entries));

  test('is read back as it was, whatever the values are', () => {
    fc.assert(
      fc.property(settings, (written) => {
        const parsed = parseConfig(writeConfig(written));
        expect(parsed.complaints).toEqual([]);
        expect([...parsed.settings]).toEqual([...written]);
      }),
    );
  });

  test.each(['$(reboot)', 'a b\'"', '\\', 'x"; kernel = "/evil', '\\"', '# no comment', '\u202egnp', 'x'.repeat(300)])(
    'keeps %j within its quotes',
    (name) => {
      const text = writeConfig(new Map([['name', name]]));
      expect(text.split('\n')).toHaveLength(2);
      expect([...parseConfig(text).settings]).toEqual([['name', name]]);
    },
  );

  test('refuses what no line can hold, and names that are none', () => {
    for (const text of ['a\nb', 'a\0', '\x1b[2J', '\r']) expect(() => writeConfig(new Map([['name', text]]))).toThrow('control character');
    for (const name of ['', 'Name', 'a b', 'a=1\nb']) expect(() => writeConfig(new Map([[name, 'x']]))).toThrow('name of a setting');
  });

  test('writes numbers plainly where xl.cfg has numbers, and a list with one item a line', () => {
    const text = writeConfig(
      new Map<string, ConfigValue>([
        ['name', '7'],
        ['memory', '128'],
        ['vif', ['mac=a']],
        ['disk', ['a', 'b']],
      ]),
    );
    expect(text).toBe('name = "7"\nmemory = 128\nvif = ["mac=a"]\ndisk = [\n  "a",\n  "b",\n]\n');
  });
});

describe('comparing the file with what runs', () => {
  const differing = (text: string, running: ConfigSettings) =>
    compareConfigs(parseConfig(text).settings, running).map(({ setting, disk, running: now }) => [setting, disk, now]);

  test('finds no difference in a guest that was just started from its file', () => {
    expect(differing(guest2, runningOf('guests-1/xl-list-l.out', 'guest2'))).toEqual([]);
  });

  test('what runs, written by Hum, is that guest again', () => {
    const running = runningOf('guests-1/xl-list-l.out', 'guest2');
    expect(compareConfigs(parseConfig(writeConfig(running)).settings, running)).toEqual([]);
  });

  test('names what was changed by hand: memory after mem-set and mem-max', () => {
    const file = guest2
      .replaceAll('guest2', 'guest1')
      .replace('10.0.2.102', '10.0.2.101')
      .replace('00:02', '00:01')
      .replace(/^disk.*$/m, '');
    expect(differing(file, runningOf('lifecycle/list-l-after-that.out', 'guest1'))).toEqual([
      ['memory', '128', '100'],
      ['maxmem', '192', '256'],
    ]);
  });

  test.each([
    ['raw:/srv/xen/data1.img,xvda,w'],
    ['/srv/xen/data1.img,raw,xvda,rw'],
    ['/srv/xen/data1.img,,xvda'],
    ['file:/srv/xen/data1.img,xvda,w'],
    ['tap:aio:/srv/xen/data1.img,xvda,w'],
    ['phy:/srv/xen/data1.img,xvda,w'],
    ['vdev=xvda,backendtype=phy,target=/srv/xen/data1.img'],
  ])('takes the disk “%s” for the same', (spec) => {
    const file = guest2.replace(/^disk.*$/m, `disk = ['${spec}']`);
    expect(differing(file, runningOf('guests-1/xl-list-l.out', 'guest2'))).toEqual([]);
  });

  test.each([
    ['another file', 'file:/srv/xen/data2.img,xvda,w'],
    ['another device', 'file:/srv/xen/data1.img,xvdb,w'],
    ['read only', 'file:/srv/xen/data1.img,xvda,r'],
    ['another format', 'format=qcow2,vdev=xvda,target=/srv/xen/data1.img'],
  ])('tells a disk apart by %s', (_what, spec) => {
    const file = guest2.replace(/^disk.*$/m, `disk = ['${spec}']`);
    expect(differing(file, runningOf('guests-1/xl-list-l.out', 'guest2')).map(([setting]) => setting)).toEqual(['disk']);
  });

  test('does not mind the order of a vif’s keys, a MAC that xl made up or in capitals; minds another bridge and another count', () => {
    const vif = (spec: string) =>
      differing(guest2.replace(/^vif.*$/m, `vif = [${spec}]`), runningOf('guests-1/xl-list-l.out', 'guest2')).map(([setting]) => setting);
    expect(vif("'bridge=xenbr0,mac=00:16:3E:00:00:02'")).toEqual([]);
    expect(vif("''")).toEqual([]);
    expect(vif("'bridge=xenbr1'")).toEqual(['vif']);
    expect(vif("'', ''")).toEqual(['vif']);
    expect(vif('')).toEqual(['vif']);
  });

  test('takes root and extra for the cmdline, and hexadecimal for a number', () => {
    const file = guest2.replace(/^cmdline.*$/m, 'root = "/dev/xvda1"\nextra = "quiet"').replace('memory = 128', 'memory = 0x80');
    expect(differing(file, runningOf('guests-1/xl-list-l.out', 'guest2'))).toEqual([
      ['cmdline', 'root=/dev/xvda1 quiet', 'console=hvc0 quiet ip4=10.0.2.102 name=guest2'],
    ]);
  });

  test('reads anything as what runs without throwing', () => {
    fc.assert(fc.property(fc.jsonValue(), (json) => void settingsOfRunning(json)));
  });
});
