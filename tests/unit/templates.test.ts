import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../src/main/xen/config-parse.ts';
import type { Guest } from '../../src/main/xen/deploy/guest.ts';
import { parseDisk } from '../../src/main/xen/disk-spec.ts';
import { fillIn, literally, partsOf } from '../../src/main/xen/templates/expression.ts';
import { readTemplate } from '../../src/main/xen/templates/read-template.ts';
import { readBytes, writeBytes } from '../../src/main/xen/templates/readers.ts';
import { renderConfig } from '../../src/main/xen/templates/render-config.ts';
import { resolveTemplate } from '../../src/main/xen/templates/resolve.ts';
import { shippedTemplates } from '../../src/main/xen/templates/shipped.ts';
import { checkTemplate } from '../../src/main/xen/templates/summary.ts';
import type { Template } from '../../src/main/xen/templates/template.ts';
import { Unfit } from '../../src/main/xen/templates/unfit.ts';
import { parseVif } from '../../src/main/xen/vif-spec.ts';

/** The smallest template, with fields and parameters put in. */
function textOf({ fields = '', parameters = '', memory = '64 MiB', boot = 'kernel: /k' } = {}): string {
  return `version: 1\nname: T\ntype: pv\nmemory: ${memory}\nboot:\n  ${boot}\n${parameters === '' ? '' : `parameters:\n${parameters}\n`}${fields}\n`;
}
const complaintsOf = (text: string) =>
  readTemplate(text).complaints.map(({ line, column, severity, field, message }) => `${line}:${column} ${severity} ${field}: ${message}`);

function templateOf(text: string): Template {
  const { template, complaints } = readTemplate(text);
  if (template === null) throw new Error(JSON.stringify(complaints, null, 1));
  return template;
}
function guestOf(template: Template, values: Record<string, string>): Guest {
  const resolved = resolveTemplate(template, values);
  if (resolved.kind === 'errors') throw new Error(JSON.stringify(resolved.errors, null, 1));
  return resolved.guest;
}
const shipped = (id: string) => templateOf(shippedTemplates.get(`shipped/${id}`) ?? '');

describe('the templates that ship', () => {
  const folder = new URL('../../resources/templates/', import.meta.url);

  test('are those in resources/templates', () => {
    const files = readdirSync(folder).sort();
    expect([...shippedTemplates.keys()].map((id) => `${id.replace('shipped/', '')}.yaml`).sort()).toEqual(files);
    for (const file of files)
      expect(shippedTemplates.get(`shipped/${file.slice(0, -5)}`)).toBe(readFileSync(new URL(file, folder), 'utf8'));
  });

  test.each([...shippedTemplates])('%s needs nothing but a name, and is rendered without a complaint', (_id, text) => {
    expect(complaintsOf(text)).toEqual([]);
    const configuration = renderConfig(guestOf(templateOf(text), { name: 'web01' }), []);
    expect(parseConfig(configuration).complaints).toEqual([]);
    expect(checkTemplate(text)).toMatchObject({ configuration: configuration.replaceAll('web01', 'example') });
  });

  test('the tiny guest is the one of the lab, with a disk of its own', () => {
    const guest = guestOf(shipped('tiny-pv'), { name: 'web01', ip: '10.0.2.120' });
    expect(renderConfig(guest, ['00:16:3e:00:00:20'])).toBe(
      `name = "web01"
type = "pv"
kernel = "/srv/xen/guest.vmlinux"
ramdisk = "/srv/xen/guest.initrd"
cmdline = "console=hvc0 quiet ip4=10.0.2.120 name=web01"
memory = 128
vcpus = 1
vif = ["mac=00:16:3e:00:00:20, bridge=xenbr0"]
disk = ["format=raw, vdev=xvda, access=rw, target=/srv/xen/web01.img"]
on_poweroff = "destroy"
on_reboot = "restart"
on_crash = "destroy"
`,
    );
    expect(checkTemplate(shippedTemplates.get('shipped/tiny-pv') ?? '').summary?.outline).toBe(
      '128 MiB · 1 vCPU · copied from data1.img · xenbr0',
    );
  });

  test('the cloud image gets its seed, keys by lines and packages by blanks', () => {
    const guest = guestOf(shipped('debian-cloud'), {
      name: 'db_1',
      ip: '192.0.2.10/24',
      keys: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ a@b\nssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB',
      packages: 'nginx  rsync',
    });
    expect(guest.cloudInit).toMatchObject({
      path: '/srv/xen/db_1-seed.iso',
      hostname: 'db-1',
      user: 'debian',
      packages: ['nginx', 'rsync'],
    });
    expect(guest.cloudInit?.keys).toHaveLength(2);
    // Where its console is another one, nobody hears that cloud-init has ended.
    expect(guest.ready).toBe('cloud-init');
    expect(parseConfig(renderConfig(guest, [])).settings.get('bootloader_args')).toEqual(['--args=console=hvc0']);
    expect(guest.vifs[0]?.ip).toEqual({ kind: 'static', address: '192.0.2.10', prefix: 24, gateway: null, dns: [] });
    const named = guestOf(shipped('debian-cloud'), { name: 'a', ip: '192.0.2.10/24', gateway: '192.0.2.1', dns: '192.0.2.2 192.0.2.3' });
    expect(named.vifs[0]?.ip).toMatchObject({ gateway: '192.0.2.1', dns: ['192.0.2.2', '192.0.2.3'] });
    expect(parseConfig(renderConfig(guest, [])).settings.get('disk')).toHaveLength(2);
  });
});

describe('reading a template', () => {
  test('says line, column and what was meant of an unknown field', () => {
    expect(complaintsOf(textOf({ fields: 'memmory: 1 GiB\ndisks:\n  - device: xvda\n    pth: /a/b\n    size: 1 GiB' }))).toEqual([
      '7:1 error memmory: There is no field “memmory” here, did you mean “memory”?',
      '10:5 error disks[0].pth: There is no field “pth” here, did you mean “path”?',
    ]);
  });

  test.each([
    ['512', '4:9 error memory: 512 has no unit: write 512 MiB, or 512 GiB.'],
    ['512 MB', '4:9 error memory: “MB” is no unit here: write 512 MiB.'],
    ['2 gib', '4:9 error memory: “gib” is no unit here: write 2 GiB.'],
    ['lots', '4:9 error memory: “lots” is no amount: write a number with its unit, as in 512 MiB or 2 GiB.'],
    ['1.3 KiB', '4:9 error memory: “1.3 KiB” is not a whole number of bytes.'],
    ['1 KiB', '4:9 error memory: Memory goes by whole MiB.'],
    ['1 MiB', '4:9 error memory: Memory is between 4 MiB and 16 TiB.'],
    ['{memory}', "4:9 error memory: Put it into quotes, '{memory}': without them YAML takes the braces for its own."],
    ["'{mem}'", '4:9 error memory: There is no parameter {mem}.'],
    ["'{nam} MiB'", '4:9 error memory: There is no parameter {nam}, did you mean “name”?'],
    ["'{a b}'", '4:9 error memory: “{a b}” is no parameter: its name in braces is one, as in {name}; a brace itself is written {{.'],
    ["'{'", '4:9 error memory: “{” is no parameter: its name in braces is one, as in {name}; a brace itself is written {{.'],
  ])('tells what is wrong with the memory %s', (memory, complaint) => {
    expect(complaintsOf(textOf({ memory }))).toEqual([complaint]);
  });

  test.each([
    ['runcmd: [', 'It is no YAML: '],
    ['- a list', 'It needs fields of a #cloud-config document'],
  ])('refuses the user data %j', (userData, why) => {
    const fields = `cloudInit: { device: xvdz, path: /srv/xen/seed.iso, userData: ${JSON.stringify(userData)} }`;
    expect(complaintsOf(textOf({ fields }))).toEqual([expect.stringContaining(why)]);
  });

  test('tells a cycle in defaults by its way', () => {
    const parameters = "  a: { default: '{b}' }\n  b: { default: 'x{c}' }\n  c: { default: '{a}' }";
    expect(complaintsOf(textOf({ parameters, fields: "tags: ['{a}']" }))).toEqual([
      '8:17 error parameters.a.default: The defaults go round in a circle: {a} → {b} → {c} → {a}.',
    ]);
    expect(complaintsOf(textOf({ parameters: "  a: { default: '{a}' }", fields: "tags: ['{a}']" }))[0]).toContain('{a} → {a}');
  });

  test.each([
    ['../../etc/shadow', 'is no path on the host'],
    ['/srv/xen/../../etc/{name}', 'The path leaves its folder'],
    ['/srv/xen/./x', 'empty or a single dot'],
    ['/srv//xen', 'empty or a single dot'],
    ['/srv/-rf', 'begins with -'],
    ['/srv/xen/a,', 'ends in a comma'],
    ['""', 'Either'],
  ])('refuses a disk at %s', (path, message) => {
    const complaints = complaintsOf(textOf({ fields: `disks:\n  - device: xvda\n    size: 1 GiB\n    path: '${path}'` }));
    if (path === '""') expect(complaints).not.toEqual([]);
    else expect(complaints).toEqual([expect.stringContaining(message)]);
    expect(complaints[0]).toMatch(/^10:11 error disks\[0\]\.path/);
  });

  test.each([
    ['another version', textOf().replace('version: 1', 'version: 2'), '1:10 error version: Write version: 1'],
    ['no boot', textOf().replace('boot:\n  kernel: /k\n', ''), '1:1 error boot: It is missing.'],
    ...(
      [
        ['mac: 00:16:3e:0a:00:ff-00:16:3e:0a:00:00', 'vifs[0].mac: The range “00:16:3e:0a:00:ff-00:16:3e:0a:00:00” runs backwards.'],
        ['mac: 00:16:3e:0a:00:00-02:00:00:00:00:00', 'vifs[0].mac: “00:16:3e:0a:00:00-02:00:00:00:00:00” is no range of one maker'],
        ['mac: 00:16:3e:0a:00:00-x', 'vifs[0].mac: “x” is no MAC address'],
        ['ip: 10.0.0.5, lastIp: 10.0.1.5', 'vifs[0].lastIp: 10.0.1.5 is not in the network of 10.0.0.5/24.'],
        ['lastIp: 10.0.1.5', 'vifs[0].lastIp: It goes with a fixed address only.'],
      ] as const
    ).map(([fields, message]): [string, string, string] => [
      `a range: ${fields}`,
      textOf({ fields: `vifs:\n  - { bridge: br0, ${fields} }` }),
      message,
    ]),
    [
      'the checksum of no ramdisk',
      textOf({ boot: `kernel: /k\n  ramdiskChecksum: ${'a'.repeat(64)}` }),
      'error boot.ramdiskChecksum: It is the checksum of a ramdisk, and there is none.',
    ],
    ['a checksum that is none', textOf({ boot: 'kernel: /k\n  kernelChecksum: abc' }), 'error boot.kernelChecksum: “abc” is no SHA-256'],
    [
      'a checksum without a kernel',
      textOf({ boot: `bootloader: pygrub\n  kernelChecksum: ${'a'.repeat(64)}` }),
      'error boot.kernelChecksum: It goes with a kernel only.',
    ],
    ['two ways to boot', textOf({ boot: 'kernel: /k\n  bootloader: pygrub' }), '5:1 error boot: Of kernel and bootloader only one'],
    ['firmware for pv', textOf({ boot: 'firmware: uefi' }), '6:13 error boot.firmware: A pv guest has no firmware'],
    [
      'an empty disk without a size',
      textOf({ fields: 'disks: [{ device: xvda, path: /d }]' }),
      'disks[0].size: An empty disk needs a size.',
    ],
    [
      'an overlay in raw',
      textOf({ fields: 'disks: [{ device: xvda, path: /d, image: /i, method: overlay }]' }),
      'An overlay is a file of the format qcow2.',
    ],
    [
      'a snapshot in another group',
      textOf({ fields: 'disks: [{ device: xvda, volume: a/b, image: c/d, method: snapshot }]' }),
      'A snapshot lies in the group of its volume: c.',
    ],
    [
      'a device twice',
      textOf({ fields: 'disks: [{ device: xvda, path: /d, size: 1 GiB }, { device: xvda, path: /e, size: 1 GiB }]' }),
      'The device xvda is used twice.',
    ],
    [
      'a gateway elsewhere',
      textOf({ fields: 'vifs: [{ bridge: b, ip: 10.0.0.5/24, gateway: 10.0.1.1 }]' }),
      '10.0.1.1 is not in the network of 10.0.0.5/24.',
    ],
    [
      'an address of a network',
      textOf({ fields: 'vifs: [{ bridge: b, ip: 10.0.0.0/24 }]' }),
      '10.0.0.0 is not an address of a single machine',
    ],
    ['a MAC of a group', textOf({ fields: 'vifs: [{ bridge: b, mac: 01:16:3e:00:00:01 }]' }), 'is an address of a group'],
    ['a bridge with a comma', textOf({ fields: "vifs: [{ bridge: 'b,script=x' }]" }), 'is no name of a bridge'],
    ['a setting of Hum in the raw lines', textOf({ fields: 'extra: memory = 4' }), '“memory” is written from memory: say it there.'],
    [
      'a uuid in the raw lines',
      textOf({ fields: 'extra: uuid = "6f2a0000-0000-4000-8000-000000000001"' }),
      'A template has no uuid: each VM gets its own when it is built.',
    ],
    ['raw lines that xl cannot read', textOf({ fields: 'extra: "cpus = ["' }), 'extra: Line 2'],
    ['Python in the raw lines', textOf({ fields: 'extra: import os' }), 'a program in Python'],
    ['a parameter without choices', textOf({ parameters: '  a: { type: choice }' }), 'A choice needs choices.'],
    [
      'a default out of its limits',
      textOf({ parameters: '  a: { type: bytes, default: 1 GiB, maximum: 512 MiB }', fields: "tags: ['{a}']" }),
      'It is more than 512 MiB.',
    ],
    ['a parameter in capitals', textOf({ parameters: '  Size: {}' }), '“Size” cannot be the name of a parameter'],
    ['a name that is no name', textOf({ parameters: '  name: { type: text }' }), 'its type is name'],
    ['an anchor', textOf({ fields: 'tags: &a [x]\nselinux: { booleans: *a }' }), 'Anchors and aliases are not for templates'],
    ['a field twice', textOf({ fields: 'memory: 1 GiB' }), 'unique'],
    ['a tab', textOf({ fields: 'vifs:\n\t- bridge: x' }), 'error'],
    ['no YAML', '{{{{', 'error'],
    ['nothing', '', 'Fields are expected here'],
    ['a binary tag', textOf({ fields: 'tags: !!binary aGVsbG8=' }), 'error'],
  ])('refuses %s', (_what, text, complaint) => {
    const { template, complaints } = readTemplate(text);
    expect(template).toBeNull();
    expect(complaintsOf(text).join('\n')).toContain(complaint);
    for (const { line, column } of complaints) expect(Math.min(line, column)).toBeGreaterThan(0);
  });

  test('warns of a parameter that nothing uses, an icon that is none, and an address that nobody tells the guest', () => {
    const text = textOf({ boot: 'bootloader: pygrub', parameters: '  a: {}', fields: 'icon: debain\nvifs: [{ bridge: b, ip: 10.0.0.5 }]' });
    expect(readTemplate(text).template).not.toBeNull();
    expect(complaintsOf(text)).toEqual(
      [
        '8:3 warning parameters.a: Nothing uses the parameter {a}.',
        '9:7 warning icon: There is no icon “debain”: a plain server is shown, did you mean “debian”?',
        '10:24 warning vifs[0].ip: Nothing tells the guest this address: it has no cloud-init, and no kernel with a command line.',
      ].map((line) => expect.stringContaining(line.replace(/^\d+:\d+ /, ''))),
    );
  });

  test('takes a number of 64 digits for the checksum that it is', () => {
    const checksum = '1'.repeat(64);
    const { disks } = guestOf(templateOf(textOf({ fields: `disks: [{ device: xvda, path: /d, image: /i, checksum: ${checksum} }]` })), {
      name: 'a',
    });
    expect(disks[0]?.source).toMatchObject({ checksum });
  });

  test('never throws, whatever the text is', () => {
    const pieces = fc.constantFrom(
      'memory: ',
      "'{name}'",
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      'boot:\n',
      '1 GiB',
      '&a ',
      '*a',
      '? ',
      '! ',
      '"',
      "'",
      'parameters:\n',
      '__proto__: x\n',
      ': ',
      '#',
      '|\n',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(pieces, { maxLength: 40 }).map((all) => `${textOf()}${all.join('')}`),
        ),
        (text) => {
          const { template, complaints } = readTemplate(text);
          expect(template === null).toBe(complaints.some(({ severity }) => severity === 'error'));
          checkTemplate(text);
        },
      ),
    );
  });

  test('reads hostile texts of 256 KiB in bounded time', () => {
    for (const unit of ['[', '{', '- ', '? ', '&a ', '"', '{a: ', '!', 'a: b\n', '\t', '|', '{{']) {
      const text = unit.repeat(Math.floor(262_144 / unit.length));
      expect(readTemplate(text).template, unit).toBeNull();
    }
    const many = (line: (at: number) => string) => Array.from({ length: 8000 }, (_, at) => line(at)).join('\n');
    const hostile = [
      textOf({ fields: many((at) => `x${at}: y`) }),
      textOf({ fields: `tags: ['${'{ a }{ b }'.repeat(20_000)}']` }),
      // Each is the default of the one before.
      textOf({ parameters: many((at) => `  p${at}: { default: '{p${at + 1}}' }`) }),
      textOf({ fields: `tags: [${many((at) => `'{q${at}}',`)}]` }),
    ];
    for (const text of hostile) expect(readTemplate(text).template).toBeNull();
    expect(complaintsOf(textOf({ fields: 'name: again' })).join()).toContain('This field is there twice');
    expect(readTemplate('x'.repeat(300_000)).complaints[0]?.message).toBe('It is longer than 256 KiB.');
    // What grows with the square of the length would take hours.
  }, 300_000);

  test('bounds what parameters can grow to', () => {
    const names = 'abcdefghijklmnop'.split('');
    const parameters = names
      .map((name, at) => `  ${name}: { default: '${names[at + 1] === undefined ? 'xxxxxxxxxx' : `{${names[at + 1]}}`.repeat(10)}' }`)
      .join('\n');
    expect(complaintsOf(textOf({ parameters, fields: "tags: ['{a}']" })).join()).toContain('longer than 16384 characters');
  });
});

describe('expressions', () => {
  test('any text stands for itself once its braces are doubled', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fillIn(literally(text), new Map())).toBe(text);
      }),
    );
  });

  test('any text is an expression or refused, and loses nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[{}a-z ]{0,20}$/)), (text) => {
        try {
          const again = partsOf(text).map((part) => (part.kind === 'text' ? literally(part.text) : `{${part.name}}`));
          expect(again.join('')).toBe(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Unfit);
        }
      }),
    );
  });

  test('amounts are read back as they were', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.integer({ min: 0, max: 20 }), (number, shift) => {
        expect(readBytes(writeBytes(number * 2 ** shift))).toBe(number * 2 ** shift);
      }),
    );
  });
});

describe('values of parameters', () => {
  const every = templateOf(
    textOf({
      memory: "'{ram}'",
      boot: "kernel: '{kernel}'\n  commandLine: 'console=hvc0 x={text} n={count}'",
      parameters: `  ram: { type: bytes, default: 64 MiB, minimum: 32 MiB, maximum: 1 GiB }
  kernel: { default: '/boot/{name}' }
  text: { default: '' }
  count: { type: integer, default: 3, minimum: -5, maximum: 10 }
  on: { type: boolean, default: 'false' }
  how: { type: choice, choices: [restart, preserve], default: restart }
  mac: { type: mac, default: 00:16:3E:00:00:01 }
  ip: { type: ipv4, default: 192.0.2.10 }
  bridge: { default: xenbr0 }
  sub: { default: '{name}-data' }`,
      fields: `disks:
  - { device: xvda, path: '/srv/xen/{sub}.img', size: 1 GiB }
vifs:
  - { bridge: '{bridge}', mac: '{mac}', ip: '{ip}' }
onReboot: '{how}'
autostart: '{on}'
extra: |
  cpus = "{text}"
  cap = {count}
  # {{ as it is }
  list = ['a', "b {text}"]`,
    }),
  );

  test('take their defaults, which refer to others', () => {
    const guest = guestOf(every, { name: 'web01' });
    expect(guest.disks[0]?.place).toEqual({ kind: 'file', path: '/srv/xen/web01-data.img' });
    expect(guest.vifs[0]?.mac).toBe('00:16:3e:00:00:01');
    expect(guest.boot).toMatchObject({
      kernel: '/boot/web01',
      commandLine: 'console=hvc0 x= n=3 ip=192.0.2.10:::255.255.255.0:web01:eth0:off',
    });
    expect(guest.extra).toContain('# { as it is }');
  });

  test.each([
    [{}, 'name', 'It is needed.'],
    [{ name: 'a b' }, 'name', 'begins with a letter'],
    [{ name: '-rf' }, 'name', 'begins with a letter'],
    [{ name: '$(reboot)' }, 'name', 'begins with a letter'],
    [{ name: 'a\nmemory = 9' }, 'name', 'begins with a letter'],
    [{ name: '../../etc/passwd' }, 'name', 'begins with a letter'],
    [{ name: 'x'.repeat(10_000) }, 'name', 'begins with a letter'],
    [{ name: 'a', ram: '512' }, 'ram', 'has no unit'],
    [{ name: 'a', ram: '2 GiB' }, 'ram', 'It is more than 1 GiB.'],
    [{ name: 'a', ram: '16 MiB' }, 'ram', 'It is less than 32 MiB.'],
    [{ name: 'a', ram: '40000 KiB' }, 'ram', 'In memory: Memory goes by whole MiB.'],
    [{ name: 'a', count: '11' }, 'count', 'more than 10'],
    [{ name: 'a', count: '1.5' }, 'count', 'no whole number'],
    [{ name: 'a', on: 'yes' }, 'on', 'neither true nor false'],
    [{ name: 'a', how: 'restrat' }, 'how', 'did you mean “restart”?'],
    [{ name: 'a', mac: '00:16:3e:0:0:1' }, 'mac', 'no MAC address'],
    [{ name: 'a', ip: '10.0.0.256' }, 'ip', 'no IPv4 address'],
    [{ name: 'a', ip: '10.0.0.010' }, 'ip', 'no IPv4 address'],
    [{ name: 'a', text: 'a\nkernel = "/evil"' }, 'text', 'line end'],
    [{ name: 'a', text: '\u001b[2J' }, 'text', 'control character'],
    [{ name: 'a', text: 'x'.repeat(10_000) }, 'text', 'longer than 4096'],
    [{ name: 'a', sub: '../../../etc/cron.d/x' }, 'sub', 'leaves its folder'],
    [{ name: 'a', sub: '-rf' }, 'sub', 'begins with -'],
    [{ name: 'a', bridge: 'br0,script=/tmp/x' }, 'bridge', 'no name of a bridge'],
    [{ name: 'a', nmae: 'b' }, 'nmae', 'did you mean “name”?'],
    [{ name: 'a', constructor: 'b' }, 'constructor', 'no parameter of this name'],
  ])('%j is refused at %s: %s', (values, field, message) => {
    const resolved = resolveTemplate(every, values as Record<string, string>);
    expect(resolved).toMatchObject({ kind: 'errors' });
    expect(resolved.kind === 'errors' && resolved.errors).toContainEqual({ field, message: expect.stringContaining(message) });
  });

  const nasty = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc
      .array(
        fc.constantFrom(
          '"',
          "'",
          '\\',
          ']',
          '[',
          '#',
          '\n',
          '\r',
          ';',
          ',',
          '=',
          '{',
          '}',
          '-',
          ' ',
          '..',
          '/',
          'a',
          'kernel = "/x"',
          '$(reboot)',
          '\u202e',
        ),
        { maxLength: 12 },
      )
      .map((all) => all.join('')),
  );

  test('whatever they are, the configuration that is rendered reads back as the guest, and nothing leaves its quotes', () => {
    let guests = 0;
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.+-]{0,63}$/), nasty, nasty, nasty, nasty, (name, text, sub, kernel, bridge) => {
        for (const values of [
          { name, text },
          { name, sub: `x${sub}` },
          { name, kernel: `/${kernel}` },
          { name, bridge },
          { name, text, sub, kernel, bridge },
        ]) {
          const resolved = resolveTemplate(every, values);
          if (resolved.kind === 'errors') {
            expect(resolved.errors.length).toBeGreaterThan(0);
            continue;
          }
          guests += 1;
          const { guest } = resolved;
          const { settings, complaints, isProgram } = parseConfig(renderConfig(guest, []));
          expect({ complaints, isProgram }).toEqual({ complaints: [], isProgram: false });
          expect([...settings.keys()]).toEqual([
            'name',
            'type',
            'kernel',
            'cmdline',
            'memory',
            'vcpus',
            'vif',
            'disk',
            'on_poweroff',
            'on_reboot',
            'on_crash',
            'cpus',
            'cap',
            'list',
          ]);
          const given = 'text' in values ? values.text : '';
          expect(settings.get('name')).toBe(name);
          expect(settings.get('kernel')).toBe(guest.boot.kind === 'kernel' && guest.boot.kernel);
          expect(settings.get('cmdline')).toBe(`console=hvc0 x=${given} n=3 ip=192.0.2.10:::255.255.255.0:${name}:eth0:off`);
          expect(settings.get('cpus')).toBe(given);
          expect(settings.get('list')).toEqual(['a', `b ${given}`]);
          const [disk] = settings.get('disk') ?? [];
          const place = guest.disks[0]?.place;
          expect(parseDisk(String(disk))).toMatchObject({
            device: 'xvda',
            target: place?.kind === 'file' ? place.path : '',
            format: 'raw',
            writable: true,
            others: [],
          });
          expect(place?.kind === 'file' && place.path.startsWith('/srv/xen/')).toBe(true);
          const [vif] = settings.get('vif') ?? [];
          expect([...parseVif(String(vif))]).toEqual([
            ['mac', '00:16:3e:00:00:01'],
            ['bridge', guest.vifs[0]?.bridge],
          ]);
        }
      }),
      { numRuns: 500 },
    );
    expect(guests).toBeGreaterThan(300);
  });

  test('a value stays where it is in the raw lines', () => {
    const lines = (extra: string, value: string) =>
      resolveTemplate(templateOf(textOf({ parameters: '  p: { default: "1" }', fields: `extra: '${extra}'` })), { name: 'a', p: value });
    for (const value of ['1; uuid = 5', '1 # x', '"x"', '[1]', '', 'x', '1\ncap = 2'])
      expect(lines('cpu_weight = {p}', value).kind, value).toBe('errors');
    expect(lines('cpu_weight = {p}', '256')).toMatchObject({ guest: { extra: 'cpu_weight = 256\n' } });
    expect(readTemplate(textOf({ parameters: '  p: { default: "1" }', fields: `extra: 'cpu_{p} = "a"'` })).template).toBeNull();
    expect(lines('cpus = "{p}"', 'a"; kernel = "/x')).toMatchObject({ guest: { extra: 'cpus = "a\\"; kernel = \\"/x"\n' } });
  });

  test('are texts to a configuration that is made by hand, too', () => {
    const guest = guestOf(every, { name: 'a' });
    expect(() => renderConfig({ ...guest, name: 'a\nmemory = 1' }, [])).toThrow('line end');
  });
});
