import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complaintsOf } from '../../src/main/xen/config-check.ts';
import { toolstackFailure } from '../../src/main/xen/failures.ts';

const folder = new URL('../fixtures/xen-4.17/', import.meta.url);
const read = (name: string) => (existsSync(new URL(name, folder)) ? readFileSync(new URL(name, folder), 'utf8') : '');

/** Every recorded command of the set `errors`, and the failed ones of `lifecycle`. */
const recorded = read('index.tsv')
  .split('\n')
  .map((line) => line.split('\t'))
  .filter(([name = '', code]) => name.startsWith('errors/') || (name.startsWith('lifecycle/') && code !== '0'))
  .map(([name = '', code, , command = '']) => ({ name, code: Number(code), command, output: read(`${name}.out`) + read(`${name}.err`) }));

const told = new Map<string, string>(
  Object.entries({
    'errors/create-missing-config': 'config-missing: The configuration /etc/xen/nowhere.cfg is not on the host.',
    'errors/create-no-argument': 'config-missing: No configuration was named.',
    'errors/create-syntax': 'config-invalid: The configuration cannot be read: line 1, near `"bad\': lexical error',
    'errors/create-empty': 'config-invalid: The configuration has no name for the domain.',
    'errors/create-no-name': 'config-invalid: The configuration has no name for the domain.',
    'errors/create-no-kernel': 'config-invalid: The configuration says neither which kernel to start nor which bootloader finds one.',
    'errors/create-kernel-missing': 'kernel-missing: The kernel /srv/xen/gone is not on the host.',
    'errors/create-kernel-invalid': 'kernel-missing: The file that the configuration names as kernel is none that Xen can start.',
    'errors/create-too-much-memory': 'memory-short: The host has not enough free memory for this domain.',
    'errors/create-a-bit-too-much-memory': 'memory-short: The host has not enough free memory for this domain.',
    'errors/create-name-in-use': 'name-taken: There is a domain called “guest1” on the host already.',
    'errors/create-unknown-bridge': 'bridge-missing: There is no bridge “nobridge” on the host.',
    'errors/create-disk-missing': 'disk-missing: The disk /srv/xen/gone.img is not on the host.',
    'errors/create-unknown-type': 'config-invalid: “nope” is no type of domain.',
    'errors/create-not-root': 'not-permitted: Only root may use the toolstack on this host.',
    'errors/list-not-root': 'not-permitted: Only root may use the toolstack on this host.',
    'errors/info-not-root': 'not-permitted: Only root may use the toolstack on this host.',
    'errors/xentop-not-root': 'not-permitted: Only root may use the toolstack on this host.',
    'errors/shutdown-unknown': 'domain-gone: The domain is not there any more.',
    'errors/shutdown-unknown-id': 'domain-gone: The domain is not there any more.',
    'errors/shutdown-no-argument': 'toolstack-failed: The toolstack of this host does not know this command.',
    'errors/destroy-unknown': 'domain-gone: The domain is not there any more.',
    'errors/destroy-dom0': 'control-domain: The host refused to destroy its control domain.',
    'errors/pause-unknown': 'domain-gone: The domain is not there any more.',
    'errors/list-unknown': 'domain-gone: The domain is not there any more.',
    'errors/console-unknown': 'domain-gone: The domain is not there any more.',
    'errors/reboot-unknown': 'domain-gone: The domain is not there any more.',
    'errors/mem-set-bad': 'bad-input: The host takes this for no amount of memory.',
    'errors/save-unknown': 'domain-gone: The domain is not there any more.',
    'errors/save-unwritable': 'file-unreadable: The host cannot write /nowhere/x.',
    'errors/restore-missing': 'not-found: There is no saved state in that file.',
    'errors/restore-garbage': 'bad-input: That file is no saved state of a domain.',
    'errors/block-attach-missing': 'disk-missing: The disk /nowhere.img is not on the host.',
    'errors/unknown-subcommand': 'toolstack-failed: The toolstack of this host does not know this command.',
    'lifecycle/mem-set-over-maxmem': 'bad-input: The domain was started with less room for memory than that.',
    'lifecycle/vcpu-set-over': 'bad-input: The host has fewer CPUs than that.',
  }),
);

test('the recordings are all here', () => {
  expect(recorded.length).toBeGreaterThanOrEqual(40);
});

test.each(recorded)('$name is told in one sentence', ({ name, code, command, output }) => {
  const problem = toolstackFailure({ code, output, shown: command });
  // An exit status of 0 is no failure, whatever is on stderr.
  if (code === 0) expect(problem).toBeUndefined();
  else {
    expect(`${problem?.code}: ${problem?.message}`).toBe(told.get(name));
    expect(problem?.detail).toBe(output.trim());
    expect(problem?.hint).toMatch(/\.$/);
  }
});

test.each([
  // Debian 12's Xen 4.17, xl migrate of a PV guest
  [
    'toolstack-failed',
    'xc: info: Saving domain 1, type x86 PV\nxc: error: Failed to enable logdirty: 95,22,0 (22 = Invalid argument): Internal error\n' +
      'migration sender: libxl_domain_suspend failed (rc=-8)\nMigration failed, resuming at sender.',
  ],
  // tools/hotplug/Linux/block, do_ebusy
  [
    'disk-in-use',
    'libxl: error: libxl_device.c:1337:device_hotplug_child_death_cb: script: Device /dev/vg/web is mounted in a guest domain,\nand so cannot be mounted now.',
  ],
  [
    'disk-in-use',
    'script: File /srv/a.img is loopback-mounted through /dev/loop0,\nwhich is mounted in the privileged domain,\nand so cannot be mounted read-only.',
  ],
  // QEMU, file-posix.c
  ['disk-in-use', 'qemu-system-i386: -drive file=/srv/a.img: Failed to get "write" lock\nIs another process using the image [/srv/a.img]?'],
  ['disk-full', 'xc: error: Failed to write page data to stream (28 = No space left on device): Internal error'],
  ['not-permitted', 'sudo: a password is required'],
  // Xen 4.17 on an overloaded host, and with a name of 300 characters
  [
    'toolstack-hangs',
    'libxl: error: libxl_aoutils.c:539:async_exec_timeout: killing execution of /etc/xen/scripts/vif-bridge online because of timeout\nlibxl: error: libxl_dom.c:37:libxl__domain_type: unable to get domain type for domid=1',
  ],
  [
    'config-invalid',
    'xl: fatal error: xl_utils.c:277: File name too long: logfile = open(fullname, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)',
  ],
  ['auth-failed', 'root@10.0.0.2: Permission denied (publickey).'],
  ['host-key-unknown', 'Host key verification failed.'],
])('says %s for what the sources of Xen, QEMU and OpenSSH print', (code, output) => {
  expect(toolstackFailure({ code: 1, output, shown: 'xl create web.cfg' })?.code).toBe(code);
});

test('says what ran and how it ended where the words are unknown, and keeps the words', () => {
  const problem = toolstackFailure({ code: 42, output: 'flux capacitor\n', shown: 'xl pause web01' });
  expect(problem).toMatchObject({ code: 'toolstack-failed', message: 'xl pause web01 ended with status 42.', detail: 'flux capacitor' });
  expect(toolstackFailure({ code: null, output: '', shown: 'xl pause web01' })?.message).toBe('xl pause web01 was ended by a signal.');
});

test('any output has a sentence without control characters, in time that grows no faster than it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 255 }), fc.string({ unit: 'binary' }), (code, noise) => {
      const output = `failed to stat: ${noise}: No such file\nCould not find bridge device ${noise}`;
      expect(toolstackFailure({ code, output, shown: 'xl create x' })?.message).toMatch(/^[^\p{Cc}\p{Cf}]+$/u);
    }),
  );
  for (const part of ["failed to open file '", 'ramdisk ', 'is mounted ', 'sudo: ', '/x:1: config parsing error near ', 'ssh: ']) {
    toolstackFailure({ code: 1, output: part.repeat(20_000), shown: 'xl create x' });
  }
});

test('complaints of xl about a configuration carry its line where it says one', () => {
  expect(complaintsOf(1, read('errors/create-syntax.err'))).toEqual([
    { line: 1, column: 0, severity: 'error', message: 'xl: config parsing error near `"bad\': lexical error' },
  ]);
  expect(complaintsOf(1, read('errors/create-no-kernel.err'))).toEqual([
    {
      line: 0,
      column: 0,
      severity: 'error',
      message: 'The configuration says neither which kernel to start nor which bootloader finds one.',
    },
  ]);
  expect(complaintsOf(0, 'Parsing config from /tmp/hum-check.a1b2c3\n')).toEqual([]);
});
