import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareConfigs } from '../../src/main/xen/config-compare.ts';
import { type ConfigValue, parseConfig } from '../../src/main/xen/config-parse.ts';
import { writeConfig } from '../../src/main/xen/config-write.ts';
import { fromConfig, fromDomain } from '../../src/main/xen/templates/from-config.ts';
import { readTemplate } from '../../src/main/xen/templates/read-template.ts';
import { renderConfig } from '../../src/main/xen/templates/render-config.ts';
import { resolveTemplate } from '../../src/main/xen/templates/resolve.ts';
import { shippedTemplates } from '../../src/main/xen/templates/shipped.ts';
import { checkTemplate } from '../../src/main/xen/templates/summary.ts';
import { domainRow } from '../support/domain-row.ts';

const guest2 = `name = "guest2"
type = "pv"
kernel = "/srv/xen/guest.vmlinux"
ramdisk = "/srv/xen/guest.initrd"
cmdline = "console=hvc0 quiet ip4=10.0.2.102 name=guest2"
memory = 128
maxmem = 192
vcpus = 1
vif = ['mac=00:16:3e:00:00:02, bridge=xenbr0']
disk = ['format=raw, vdev=xvda, access=rw, target=/srv/xen/guest2.img']
cpu_weight = 512
uuid = "11111111-2222-3333-4444-555555555555"
vncpasswd = "secret"
`;

function read(text: string, fileName = 'guest2.cfg') {
  const result = fromConfig(text, fileName);
  if (result.kind === 'refused') throw new Error(JSON.stringify(result));
  return result;
}

function rendered(text: string, values: Record<string, string>): string {
  const { template, complaints } = readTemplate(text);
  if (template === null) throw new Error(`${text}\n${JSON.stringify(complaints)}`);
  const resolved = resolveTemplate(template, values);
  if (resolved.kind === 'errors') throw new Error(JSON.stringify(resolved.errors));
  return renderConfig(resolved.guest, []);
}

describe('a template from a configuration', () => {
  test('turns what is particular into parameters, and says so', () => {
    const { text, notes } = read(guest2);
    expect(text).toContain('commandLine: console=hvc0 quiet ip4={ip} name={name}');
    expect(text).not.toMatch(/secret|11111111|00:16:3e/);
    expect(notes).toEqual([
      'xvda is copied from /srv/xen/guest2.img, the disk of this VM: shut it down before, or name a golden image instead.',
      'The address 10.0.2.102 became a parameter without a default; a network of /24 was taken.',
      'The MAC address 00:16:3e:00:00:02 was left out: each VM gets its own.',
      'The uuid was left out: each VM gets its own.',
      'vncpasswd was left out: a template is no place for a password.',
    ]);
    const again = rendered(text, { name: 'web01', ip: '10.0.2.110', memory: '256 MiB', 'maximum-memory': '256 MiB' });
    expect(Object.fromEntries(parseConfig(again).settings)).toEqual({
      name: 'web01',
      type: 'pv',
      kernel: '/srv/xen/guest.vmlinux',
      ramdisk: '/srv/xen/guest.initrd',
      cmdline: 'console=hvc0 quiet ip4=10.0.2.110 name=web01',
      memory: '256',
      vcpus: '1',
      vif: ['bridge=xenbr0'],
      disk: ['format=raw, vdev=xvda, access=rw, target=/srv/xen/web01.img'],
      on_poweroff: 'destroy',
      on_reboot: 'restart',
      on_crash: 'destroy',
      cpu_weight: '512',
    });
  });

  test('says nothing that its editor would complain of', () => {
    expect(checkTemplate(read(guest2).text)).toMatchObject({ complaints: [], summary: { name: 'guest2' } });
    expect(checkTemplate(read(guest2).text).configuration).toContain('name = "example"');
  });

  test('with the same name and address it makes the same VM again, with a MAC and a disk of its own', () => {
    const again = rendered(read(guest2.replace('/srv/xen/guest2.img', '/srv/xen/images/../guest2.img')).text, {
      name: 'guest2',
      ip: '10.0.2.102',
    });
    expect(again).not.toMatch(/^disk/m);
    // The disk must be another file than the one that it is copied from.
    const differences = compareConfigs(
      parseConfig(guest2).settings,
      parseConfig(rendered(read(guest2).text, { name: 'other', ip: '10.0.2.102' })).settings,
    );
    expect(differences.map(({ setting }) => setting)).toEqual(['name', 'cmdline', 'uuid', 'vif', 'disk']);
  });

  test('leaves the files alone that nobody makes, and has the seed for cloud-init made anew', () => {
    const text = guest2
      .replace('/srv/xen/guest.vmlinux', '/srv/guest2/vmlinux')
      .replace(
        "guest2.img']",
        "guest2.img', 'vdev=xvdb, access=ro, target=/srv/xen/guest2.iso', 'vdev=xvdz, access=ro, target=/srv/xen/guest2-seed.iso']",
      );
    const made = read(text);
    expect(made.notes).toContain('Its seed for cloud-init is made anew: write under cloudInit what is to be in it.');
    const again = rendered(made.text, { name: 'web01', ip: '10.0.2.110' });
    expect(again).toContain('kernel = "/srv/guest2/vmlinux"');
    expect(again).toMatch(/xvdb, .*target=\/srv\/xen\/guest2\.iso/);
    expect(again).toMatch(/xvdz, .*web01/);
  });

  test('reads a HVM guest of xm, its volume, its medium and its screen', () => {
    const text = `kernel = "/usr/lib/xen/boot/hvmloader"\nbuilder = 'hvm'\nname = "win"\nmemory = 4096\ndisk = ['phy:/dev/vg0/win-root,hda,w', 'file:/srv/iso/w.iso,hdc:cdrom,r', 'iscsi:x,hdb,w']\nvif = ['type=ioemu,bridge=br1']\nvnc = 1\non_crash = 'restart'\n`;
    const made = read(text, 'win');
    expect(made.notes.join('\n')).toMatch(/iscsi/);
    const settings = parseConfig(rendered(made.text, { name: 'win2' })).settings;
    expect(settings.get('disk')).toEqual([
      'format=raw, vdev=hda, access=rw, target=/dev/vg0/win2-root',
      'format=raw, vdev=hdc, access=ro, devtype=cdrom, target=/srv/iso/w.iso',
    ]);
    expect(settings.get('vif')).toEqual(['bridge=br1']);
    expect([settings.get('type'), settings.get('firmware'), settings.get('vnc'), settings.get('on_crash')]).toEqual([
      'hvm',
      'bios',
      '1',
      'restart',
    ]);
  });

  test('knows pvgrub, which xl takes for a firmware', () => {
    for (const type of ['pv', 'pvh']) {
      const text = `name = "web"\ntype = "${type}"\nmemory = 64\nfirmware = "pvgrub64"\n`;
      const made = read(text);
      expect(made.text).toContain('bootloader: pvgrub64');
      const { settings } = parseConfig(rendered(made.text, { name: 'web2' }));
      expect([settings.get('firmware'), settings.get('bootloader')]).toEqual(['pvgrub64', undefined]);
    }
    const other = rendered(read('name = "web"\nmemory = 64\nbootloader = "pygrub"\n').text, { name: 'web2' });
    expect(other).toContain('bootloader = "pygrub"');
  });

  test.each([
    ['a program', 'import os\nname = "web"\n', 'a program in Python'],
    ['what xl cannot read', 'name = "a\nmemory = 1\n', 'line 1'],
    ['something else', 'autoballoon = "off"\n', 'no configuration of a VM'],
    ['nothing', '', 'no configuration of a VM'],
  ])('refuses %s', (_what, text, message) => {
    expect(fromConfig(text, 'x.cfg')).toMatchObject({
      kind: 'refused',
      problem: { code: 'config-invalid', message: expect.stringContaining(message) },
    });
  });

  test('whatever a host says, the result is a template or its notes say what to correct', () => {
    const word = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.constantFrom(
        '{name}',
        '{',
        '$(reboot)',
        "'",
        '"',
        '# x',
        '- a',
        '&a',
        '!!x',
        'null',
        'true',
        '~',
        ': ',
        'a: b',
        '\u202e',
        '\u2028',
      ),
    );
    const value: fc.Arbitrary<ConfigValue> = fc.oneof(word, fc.array(word, { maxLength: 3 }));
    const name = fc.oneof(
      fc.constantFrom(
        'name',
        'type',
        'kernel',
        'ramdisk',
        'cmdline',
        'memory',
        'maxmem',
        'vcpus',
        'vif',
        'disk',
        'on_crash',
        'bootloader',
        'vfb',
        'firmware',
      ),
      fc.stringMatching(/^[a-z][a-z_]{0,8}$/),
    );
    let sound = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 8 }), (entries) => {
        const usable = entries.filter(([, held]) => ![held].flat().some((text) => /\p{Cc}/u.test(String(text))));
        const result = fromConfig(writeConfig(new Map<string, ConfigValue>([['kernel', '/k'], ...usable])), 'x.cfg');
        if (result.kind === 'refused') return;
        const { template } = readTemplate(result.text);
        if (template === null) expect(result.notes.join()).toContain('needs a look');
        else sound += 1;
      }),
      { numRuns: 300 },
    );
    expect(sound).toBeGreaterThan(100);
  });

  test('raw settings come through as they are, whatever is in them', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !/\p{Cc}/u.test(text)),
        (text) => {
          const { text: made } = read(
            writeConfig(
              new Map<string, ConfigValue>([
                ['kernel', '/k'],
                ['cpus', text],
                ['device_model_args', [text, 'x']],
              ]),
            ),
          );
          const { settings } = parseConfig(rendered(made, { name: 'a' }));
          expect([settings.get('cpus'), settings.get('device_model_args')]).toEqual([text, [text, 'x']]);
        },
      ),
    );
  });
});

describe('a template from a VM', () => {
  test('is made of its file, of what runs where that is a program, and refused without either', () => {
    const row = domainRow({ host: 'x', name: 'guest2' });
    const disk = (text: string) => ({ path: '/etc/xen/guest2.cfg', text, version: '' });
    expect(fromDomain(row, { disk: disk(guest2), running: null }).text).toContain('ip4={ip}');
    const made = fromDomain(row, { disk: disk('import os\n'), running: guest2 });
    expect(made.notes[0]).toContain('this is what runs');
    expect(() => fromDomain(row, { disk: disk('import os\n'), running: null })).toThrow('has no configuration that Hum can read');
  });

  test.each([...shippedTemplates])('of a VM made from %s is like that VM', (_id, shipped) => {
    const first = rendered(shipped, { name: 'web01' });
    const made = read(first).text;
    const { template } = readTemplate(made);
    const values = template?.parameters.some(({ name }) => name === 'ip') ? { name: 'web02', ip: '10.0.2.111' } : { name: 'web02' };
    const differences = compareConfigs(parseConfig(first).settings, parseConfig(rendered(made, values)).settings);
    expect(differences.map(({ setting }) => setting).filter((setting) => !['name', 'cmdline', 'disk'].includes(setting))).toEqual([]);
  });
});
