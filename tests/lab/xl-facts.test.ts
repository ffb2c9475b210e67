/** What tests/lab/README.md says under "What a console must know", each on the living host. The parsers and plans of Hum rest on these. */
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Lab, openLab } from '../support/lab.ts';
import { patience } from '../support/patience.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
  await lab.tidy();
});
afterAll(() => lab.close());

const soon = { ...patience, interval: 500 };

/** The state flags of each domain by name, as `xl list` prints them. */
async function flags(): Promise<Record<string, string>> {
  const lines = (await lab.sure('xl list')).trim().split('\n').slice(1);
  return Object.fromEntries(lines.map((line) => line.split(/\s+/)).map((fields) => [fields[0], fields[4]]));
}

/** A configuration like guest1's, changed by a script of sed(1). */
const changed = (script: string) => `sed "${script}" /etc/xen/guest1.cfg >/tmp/changed.cfg; xl create /tmp/changed.cfg`;

describe('xl create', () => {
  test.each(['xl create -n', 'xl -N create'])('as "%s" only reads a configuration, and prints it as JSON', async (command) => {
    const { code, stdout } = await lab.run(`${command} /etc/xen/guest2.cfg`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout.slice(stdout.search(/[[{]/)))).toMatchObject({ c_info: { name: 'guest2' }, disks: [{ vdev: 'xvda' }] });
    expect(Object.keys(await flags())).toEqual(['Domain-0']);
  });

  test.each([
    ['a missing configuration', 'xl create /etc/xen/nowhere.cfg', 3, 'No such file or directory'],
    ['too much memory', changed('s/^memory.*/memory = 65536/; /^maxmem/d'), 3, 'Out of memory'],
    ['an unknown bridge', changed('s/xenbr0/nobridge/'), 3, 'Could not find bridge device nobridge'],
    ['a missing kernel', changed('s/guest.vmlinux/gone/'), 3, "failed to open file '/srv/xen/gone'"],
    [
      'a missing disk',
      'sed s/data1/gone/ /etc/xen/guest2.cfg >/tmp/disk.cfg; xl create /tmp/disk.cfg',
      3,
      'failed to stat: /srv/xen/gone.img',
    ],
    ['a syntax error', changed("s/^name.*/name = 'bad/"), 1, 'lexical error'],
    ['no name', changed('/^name/d'), 1, 'Domain name must be specified.'],
    ['no kernel', changed('/^kernel/d'), 1, ''],
    ['an unknown type', changed('s/^type.*/type = \\"nope\\"/'), 1, 'Invalid domain type nope.'],
    ['no argument at all', 'xl create', 6, 'Config file not specified'],
  ])('fails for %s, with an exit status of its own', async (_what, command, code, words) => {
    const said = await lab.run(command);
    expect(said).toMatchObject({ code, stderr: expect.stringContaining(words) });
    expect(Object.keys(await flags())).toEqual(['Domain-0']);
  });
});

describe('xl, asked by the wrong person or about nobody,', () => {
  test('ends with 1 for who is not root, and is not in the PATH of one', async () => {
    const asOp = async (command: string) => {
      const { code, stderr } = await lab.op.run(command);
      return { code, stderr: stderr.toString() };
    };
    expect(await asOp('/usr/sbin/xl list')).toEqual({ code: 1, stderr: expect.stringContaining('Permission denied') });
    expect(await asOp('xl list')).toMatchObject({ code: 127 });
  });

  test.each(['shutdown', 'reboot', 'pause', 'destroy', 'list'])('ends with 1 when it is to %s an unknown domain', async (command) => {
    const { code, stderr } = await lab.run(`xl ${command} nobody`);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('nobody is an invalid domain identifier (rc=-6)') });
  });

  test('prints the header of network-list on stdout all the same', async () => {
    expect(await lab.run('xl network-list nobody')).toEqual({
      code: 1,
      stdout: expect.stringMatching(/^Idx BE Mac Addr\./),
      stderr: expect.stringContaining('invalid domain identifier'),
    });
  });

  test('refuses to destroy dom0', async () => {
    expect(await lab.run('xl destroy 0')).toMatchObject({ code: 1, stderr: expect.stringContaining('Not destroying domain 0') });
  });
});

describe('a domain', () => {
  beforeEach(() => lab.tidy());

  test('is created by an xl that says on stderr that it parses the configuration, and has succeeded', async () => {
    expect(await lab.run('xl create /etc/xen/guest1.cfg')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'Parsing config from /etc/xen/guest1.cfg\n',
    });
    expect(await lab.run('xl shutdown guest1')).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Shutting down domain \d+\n$/) });
  });

  test('whose name is in use is not made: exit status 3, and a domain id is used up', async () => {
    const id = async () => Number(await lab.sure('xl domid guest1'));
    await lab.startGuest('guest1');
    const first = await id();
    expect(await lab.run('xl create /etc/xen/guest1.cfg')).toMatchObject({ code: 3, stderr: expect.stringContaining('already exists') });
    await lab.sure('xl destroy guest1; xl create -q /etc/xen/guest1.cfg');
    expect(await id()).toBe(first + 2);
  });

  test('that reboots comes back with another id and the same uuid, after xl has long returned', async () => {
    await lab.startGuest('guest1');
    const identity = async () => {
      const { domid, config } =
        (JSON.parse(await lab.sure('xl list -l guest1')) as { domid: number; config: { c_info: { uuid: string } } }[])[0] ?? {};
      return { domid, uuid: config?.c_info.uuid };
    };
    const before = await identity();
    await lab.sure('xl reboot guest1');
    expect((await identity()).domid).toBe(before.domid);
    await vi.waitFor(async () => expect((await identity()).domid).toBeGreaterThan(before.domid ?? 0), soon);
    expect((await identity()).uuid).toBe(before.uuid);
  });

  test('has an xl that waits for its end, with the uuid in its command line where that was given', async () => {
    const uuid = '6d2a1c54-0f5e-4a57-9d6b-1c9b1f0f7a11';
    const waits = () => lab.sure('pgrep -cf "[u]uid=.$1" || true', [uuid]);
    await lab.sure(`xl create -q /etc/xen/guest1.cfg "uuid='$1'"`, [uuid]);
    expect(await waits()).toBe('1\n');
    await lab.sure('xl reboot guest1');
    await vi.waitFor(async () => expect(await lab.sure('xl vm-list')).not.toContain(uuid), soon);
    expect(await waits()).toBe('1\n');
    await vi.waitFor(async () => expect(await lab.sure('xl vm-list')).toContain(`${uuid}  `), soon);
    await lab.sure('xl destroy guest1');
    await vi.waitFor(async () => expect(await waits()).toBe('0\n'), soon);
  });

  test('that was saved with -c stays as ---s-- when it shuts down, its name taken, until it is destroyed', async () => {
    await lab.startGuest('guest1');
    await lab.sure('xl save -c guest1 /srv/xen/guest1.save');
    await lab.sure('xl shutdown guest1');
    await vi.waitFor(async () => expect(await flags()).toMatchObject({ guest1: '---s--' }), soon);
    expect(await lab.run('xl create -q /etc/xen/guest1.cfg')).toMatchObject({ code: 3 });
    await lab.sure('xl destroy guest1');
    expect(await flags()).not.toHaveProperty('guest1');
  });

  test('that has crashed and is kept is ---sc- for xl, and ---c-- for xentop', async () => {
    await lab.sure('echo \'on_crash = "preserve"\' >>/etc/xen/guest1.cfg');
    // Debian's kernel leaves this key to who has asked for it.
    await lab.sure('sed -i s/quiet/sysrq_always_enabled/ /etc/xen/guest1.cfg');
    await lab.startGuest('guest1');
    await lab.sure('xl sysrq guest1 c');
    await vi.waitFor(async () => expect(await flags()).toMatchObject({ guest1: '---sc-' }), soon);
    expect(await lab.sure('xentop -b -i 1')).toMatch(/^ *guest1 ---c-- /m);
  });

  test('is not where its id would have it in what xentop prints', async () => {
    await lab.sure('xl create -q /etc/xen/guest2.cfg; xl create -q /etc/xen/guest1.cfg');
    const names = [...(await lab.sure('xentop -b -i 1')).matchAll(/^ *(guest\d) /gm)].map((match) => match[1]);
    expect(names).toEqual(['guest1', 'guest2']);
    expect(Number(await lab.sure('xl domid guest2'))).toBeLessThan(Number(await lab.sure('xl domid guest1')));
  });

  test('whose console is read without a terminal shows what it prints, and xl does not end by itself', async () => {
    await lab.startGuest('guest1');
    const { code, stdout, stderr } = await lab.run('sleep 6 | timeout 5 xl console guest1');
    expect({ code, stderr }).toEqual({ code: 124, stderr: '' });
    expect(stdout).toContain('xenlab guest guest1 is up');
  });
});

describe('what is printed of dom0', () => {
  test('has no uuid, and a memory target is a KiB below its maximum', async () => {
    const [dom0] = JSON.parse(await lab.sure('xl list -l')) as { config: { c_info: object; b_info: object } }[];
    expect(dom0?.config.c_info).not.toHaveProperty('uuid');
    expect(dom0?.config.b_info).toMatchObject({ max_memkb: 1_048_576, target_memkb: 1_048_575 });
  });

  test('by xentop has a CPU use of 0.0 in the first iteration, and no network of dom0', async () => {
    const output = await lab.sure('xentop -b -i 2 -d 1');
    const rows = output.split('\n').flatMap((line) => (line.trim().startsWith('Domain-0') ? [line.trim().split(/\s+/)] : []));
    const [first, second] = rows.map((fields) => ({ cpu: Number(fields[3]), nets: fields[9] }));
    expect(first).toEqual({ cpu: 0, nets: '0' });
    expect(second?.cpu).toBeGreaterThan(0);
  });
});

describe('rsync', () => {
  beforeAll(async () => {
    await lab.sure('mkdir -p /tmp/from; head -c 3000000 /dev/urandom >/tmp/from/file');
  });

  test('ends its lines of progress with a carriage return, and separates thousands', async () => {
    const output = await lab.sure('rm -rf /tmp/to; rsync -a --info=progress2 --outbuf=L /tmp/from/ /tmp/to/');
    expect(output).toMatch(/\r +3,000,000 +\d+% /);
  });

  test.each([
    ['a source that is missing', 'rsync -a /tmp/nowhere/ /tmp/to/', [23]],
    [
      'no space',
      'mkdir -p /tmp/small; mount -t tmpfs -o size=1m small /tmp/small; rsync -a /tmp/from/ /tmp/small/; e=$?; umount /tmp/small; exit $e',
      [11],
    ],
    ['no permission', 'runuser -u op -- rsync -a /tmp/from/ /root/to/', [3]],
    // The same failure of ssh came as either.
    ['a host that ssh does not reach', 'rsync -a -e "ssh -o BatchMode=yes" /tmp/from/ root@127.0.0.2:/tmp/to/', [12, 255]],
  ])('says %s by its exit status', async (_what, command, codes) => {
    expect(codes).toContain((await lab.run(command)).code);
  });
});

test('xl shutdown 0 powers the host off without asking', async () => {
  const before = await lab.sure('cat /proc/sys/kernel/random/boot_id');
  await lab.run('xl shutdown 0');
  await vi.waitFor(() => expect(lab.root.status.state).toBe('unreachable'), patience);
  await lab.reset();
  expect(await lab.sure('cat /proc/sys/kernel/random/boot_id')).toBe(before);
});
