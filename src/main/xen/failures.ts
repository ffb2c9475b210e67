import type { Problem, ProblemCode } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** How a command of the toolstack ended. */
export interface ToolstackEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** Both streams. */
  readonly output: string;
  /** What was run, as a person would type it. */
  readonly shown: string;
}

type Said = readonly [pattern: RegExp, code: ProblemCode, message: string, hint: string];

/**
 * What xl, libxl, libxc, their scripts and ssh say, with what it means; the first that matches counts, so causes stand before their
 * consequences. $1 is what the pattern caught. The words are those that Xen 4.17 printed (tests/fixtures/xen-4.17/errors) and those of its
 * sources: tools/xl, tools/libs/light, tools/hotplug/Linux/block.
 */
const said: readonly Said[] = [
  [
    /sudo: .*(?:password is required|a terminal is required|not in the sudoers)/,
    'not-permitted',
    'The account may not run xl on this host.',
    'Log in as root, or allow the account to use sudo without a password.',
  ],
  [
    /privileged command interface: Permission denied|cannot open libxc handle: Permission denied|xc_interface_open: Permission denied/,
    'not-permitted',
    'Only root may use the toolstack on this host.',
    'Log in as root, or allow the account to use sudo without a password.',
  ],
  [
    /(?:privileged command interface|libxc handle|xc_interface_open): No such file or directory/,
    'no-toolstack',
    'The host is not running on Xen: its kernel has no door to the hypervisor.',
    'Boot the host with Xen.',
  ],
  [
    /xenstore(?:d)?\b.*(?:Connection refused|No such file or directory)|(?:xs_open|cannot connect to xenstore|failed to connect to xenstore|xs_daemon_open)|cannot open xenstore/i,
    'xenstore-dead',
    'xenstored does not answer on this host, and nothing can be done to a domain without it.',
    'Look at its service on the host. It cannot be restarted without restarting the host.',
  ],
  [
    /Not destroying domain 0/,
    'control-domain',
    'The host refused to destroy its control domain.',
    'Leave domain 0 alone: it runs the host.',
  ],
  [
    /Domain with name "([^"]*)" already exists|already exists with the name|Domain '([^']*)' already exists/,
    'name-taken',
    'There is a domain called “$1” on the host already.',
    'It may be what is left of it: destroy that, or choose another name.',
  ],
  [
    /Failed to read config file: ([^:\n]+): No such file|Unable to open config file: (\S+)/,
    'config-missing',
    'The configuration $1 is not on the host.',
    'Look for it in /etc/xen; it may have been moved or renamed.',
  ],
  [/Config file not specified/, 'config-missing', 'No configuration was named.', 'Name a file in /etc/xen.'],
  [
    /killing execution of (\S+) [^\n]*because of timeout/,
    'toolstack-hangs',
    'The host was too slow: its script $1 did not end in time.',
    'Look at what keeps the host busy, and try again.',
  ],
  [
    /File name too long/,
    'config-invalid',
    'The name of the domain is too long for the files that the toolstack names after it.',
    'Choose a name of at most 200 characters.',
  ],
  [
    /:(\d+): config parsing error near ([^\n]{1,120})/,
    'config-invalid',
    'The configuration cannot be read: line $1, near $2',
    'Correct that line. Texts stand in quotes, lists in brackets.',
  ],
  [/Failed to parse config/, 'config-invalid', 'The configuration cannot be read.', 'Check it in the editor.'],
  [
    /Domain name must be specified/,
    'config-invalid',
    'The configuration has no name for the domain.',
    'Add a line such as name = "web01".',
  ],
  [
    /Neither kernel nor bootloader specified/,
    'config-invalid',
    'The configuration says neither which kernel to start nor which bootloader finds one.',
    'Add a line kernel = "…", or bootloader = "pygrub".',
  ],
  [/Invalid domain type ([^\n]{0,60}?)\.?(?:\n|$)/, 'config-invalid', '“$1” is no type of domain.', 'Write type = "pv", "pvh" or "hvm".'],
  [
    /Could not find bridge (?:device )?(\S+)/,
    'bridge-missing',
    'There is no bridge “$1” on the host.',
    'Create it, or name another one in the vif.',
  ],
  [
    /which\s+is mounted|is mounted .*(?:guest|privileged) domain|cannot be mounted (?:read|now)|already in use by|is in use by|Failed to get "?(?:write|consistent read|shared "?write"?)"? lock|Device or resource busy/s,
    'disk-in-use',
    'A disk of the domain is in use already, by the host itself or by another domain.',
    'Find who uses it: two writers would destroy what is on it.',
  ],
  [
    /failed to stat: ([^:\n]+): No such file|(?:fatal|error): (\/\S+) does not exist|Could not open '([^']+)': No such file/,
    'disk-missing',
    'The disk $1 is not on the host.',
    'Create it or bring it back, or take it out of the configuration.',
  ],
  [
    /(?:xc_dom_ramdisk\w*|ramdisk).*failed: No such file|failed to open file '([^']*(?:initrd|initramfs|ramdisk)[^']*)': No such file/,
    'kernel-missing',
    'The ramdisk of the domain is not on the host.',
    'Copy it there, or change ramdisk in the configuration.',
  ],
  [
    /failed to open file '([^']*)': No such file|xc_dom_kernel_file failed: No such file/,
    'kernel-missing',
    'The kernel $1 is not on the host.',
    'Copy it there, or change kernel in the configuration.',
  ],
  [
    /no loader found: Invalid kernel|xc_dom_parse_image failed/,
    'kernel-missing',
    'The file that the configuration names as kernel is none that Xen can start.',
    'Name another one. A PV guest needs a kernel with Xen’s note in it.',
  ],
  [
    /bootloader .*(?:failed|error|exited)|Bootloader isn't executable/i,
    'kernel-missing',
    'The bootloader found nothing to start.',
    'Look at the boot menu on the disk of the domain.',
  ],
  [
    /Out of memory|Cannot allocate memory|failed to free memory|not enough memory|Failed to reserve memory/i,
    'memory-short',
    'The host has not enough free memory for this domain.',
    'Shut a domain down or give one less memory, or lower memory in the configuration.',
  ],
  [
    /No space left on device|Disk quota exceeded/,
    'disk-full',
    'The disk of the host is full.',
    'Make room on it, or choose another folder.',
  ],
  [
    /memory_dynamic_max must be less than or equal to memory_static_max/,
    'bad-input',
    'The domain was started with less room for memory than that.',
    'Raise maxmem in its configuration, and start it anew.',
  ],
  [/invalid memory size/, 'bad-input', 'The host takes this for no amount of memory.', 'Give it in MiB.'],
  [
    /You are overcommmi?tt?ing|You are overcommitting/,
    'bad-input',
    'The host has fewer CPUs than that.',
    'Choose at most as many virtual CPUs as the host has CPUs.',
  ],
  [
    /Failed to open temp file (\S+) for writing/,
    'file-unreadable',
    'The host cannot write $1.',
    'Choose a folder that is there and may be written to.',
  ],
  [/Can't open restore file/, 'not-found', 'There is no saved state in that file.', 'Choose the file that the domain was saved to.'],
  [/wrong magic number/, 'bad-input', 'That file is no saved state of a domain.', 'Choose the file that the domain was saved to.'],
  [
    /You must specify -a or a domain id|requires? at least .* argument|command not implemented|Usage: xl|unrecognized option|invalid option/,
    'toolstack-failed',
    'The toolstack of this host does not know this command.',
    'It may be older than Hum expects. Its own words are below.',
  ],
  [
    /is an invalid domain identifier|unable to get domain type for domid=|domain identifier.*does not exist|Domain .* does not exist/,
    'domain-gone',
    'The domain is not there any more.',
    'It has ended, or somebody else took it away. Nothing was done.',
  ],
  [
    /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'host-key-unknown',
    'The other host’s key is not known, or not the one that is known, on this host.',
    'Log in to it once by ssh as root from this host.',
  ],
  [
    /Permission denied \(/,
    'auth-failed',
    'This host may not log in to the other one.',
    'Put its root key into the authorized_keys of the other host.',
  ],
  [
    /ssh: .*(?:Connection refused|timed out|No route|Could not resolve)/,
    'network-unreachable',
    'This host does not reach the other one by ssh.',
    'Look at the network between them, and at the address.',
  ],
  [
    /Domain state is now undefined/,
    'toolstack-failed',
    'The migration broke off in its last moment: the domain may be on both hosts.',
    'Look on both hosts before anything is started: two instances of it would destroy its disks.',
  ],
  [
    // Without shadow paging (CONFIG_SHADOW_PAGING, off in Debian's Xen) the hypervisor cannot note which pages of a PV guest were written.
    /Failed to enable logdirty/,
    'toolstack-failed',
    'The hypervisor of this host cannot move this domain while it runs: it goes on where it was. A PV guest needs a Xen with shadow paging for it.',
    'Shut it down and start it on the other host. PVH and HVM guests can move while they run.',
  ],
  [/Migration failed/, 'toolstack-failed', 'The migration failed, and the domain goes on where it was.', 'What the hosts said is below.'],
  [
    /(?:^|\s)(?:xl|xm|sh): (?:\d+: )?(?:(?:xl|xm|ssh): )?(?:command )?not found/,
    'no-toolstack',
    'The toolstack is not installed on this host.',
    'Install it (xen-utils), or look at the PATH of the account.',
  ],
];

/** Exit statuses that scripts/toolstack.sh and those after it choose. */
const own: Readonly<Record<number, readonly [ProblemCode, string, string]>> = {
  81: ['domain-gone', 'The domain is not there any more.', 'It has ended, or somebody else took it away. Nothing was done.'],
  82: ['control-domain', 'That is the control domain, and it was left alone.', 'Use a shell on the host if you mean it.'],
  83: ['name-taken', 'It is there already: nothing was done.', 'Somebody may have been faster, or left a file. Look at it first.'],
  84: ['disk-full', 'There is not enough room on that disk of the host.', 'Make room on it, or choose another folder.'],
  85: ['wrong-state', 'The host is not as it was expected to be, and nothing was done.', 'Look at it; what it said is below.'],
  86: [
    'xenstore-dead',
    'xenstore does not answer on this host, and nothing was begun.',
    'Look whether xenstored runs. Where it has died, only a reboot of the host brings it back.',
  ],
  88: [
    'not-permitted',
    'The account has no root’s rights on this host, and nothing was done.',
    'Log in as root, or let the account run sudo without a password.',
  ],
  124: [
    'toolstack-hangs',
    'The toolstack did not answer in time.',
    'Something on the host holds it up: look at /var/log/xen, or at other xl that run.',
  ],
  127: [
    'no-toolstack',
    'The toolstack is not installed on this host, or not in the PATH of the account.',
    'Install it (xen-utils), or log in as root.',
  ],
};

/**
 * Why a command of the toolstack failed, in one sentence, with what to do; its own words are the detail. Undefined for the exit status 0,
 * whatever was printed: xl tells its progress on stderr.
 */
export function toolstackFailure({ code, output, shown }: ToolstackEnd): Problem | undefined {
  if (code === 0) return undefined;
  const words = telling(output);
  const detail = words === '' ? {} : { detail: words };
  const ours = code === null ? undefined : own[code];
  if (ours !== undefined && code !== 127) return { code: ours[0], message: ours[1], hint: ours[2], ...detail };
  for (const [pattern, problemCode, message, hint] of said) {
    const match = pattern.exec(words);
    if (match === null) continue;
    const groups = match.slice(1).filter((group) => group !== undefined);
    const told = message.replace(/ ?\$(\d)/g, (whole, at: string) => {
      const caught = groups[Number(at) - 1];
      return caught === undefined ? '' : whole.replace(/\$\d/, () => visibleText(caught, 120));
    });
    return { code: problemCode, message: told, hint, ...detail };
  }
  if (ours !== undefined) return { code: ours[0], message: ours[1], hint: ours[2], ...detail };
  const how = code === null ? 'was ended by a signal' : `ended with status ${code}`;
  const hint =
    words === ''
      ? 'It said nothing. /var/log/xen on the host may say more.'
      : 'What it said is below; /var/log/xen on the host may say more.';
  return { code: 'toolstack-failed', message: `${visibleText(shown, 120)} ${how}.`, hint, ...detail };
}

/** No failure needs more words than this, and a pattern's time must not grow with what a host prints. */
const mostWords = 8192;

/** What was printed, without the progress of a save. */
function telling(output: string): string {
  const end = output.slice(-8 * mostWords);
  return end
    .replace(/^xc: progress: [^\n]*(?:\n|$)/gm, '')
    .trim()
    .slice(-mostWords);
}
