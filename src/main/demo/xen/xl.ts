import { type Answer, failed, printed, said } from './answer.ts';
import { create } from './create.ts';
import type { Domain } from './domain.ts';
import { type Dom0, dom0Name, listed, longListed, machineInfo } from './listing.ts';
import { type Machine, paused, takes } from './machine.ts';
import { listText, uptimeText, vmListText } from './print-list.ts';
import { longListText } from './print-list-long.ts';
import { restore, save } from './save.ts';

/** Who runs xl, and where. */
export interface XlContext {
  readonly machine: Machine;
  readonly dom0: Dom0;
  /** Not root: Xen lets nobody else in. */
  readonly permitted: boolean;
  /** Ms since the demo began. */
  readonly now: number;
}

/** Answers `xl ARGS…` in the words of xl 4.17 (tests/fixtures/xen-4.17), and does what it says. */
export function xl(context: XlContext, args: readonly string[]): Answer {
  const { global, rest } = globalOptions(args);
  const [command, ...words] = rest;
  if (command === undefined) return failed(1, 'Usage xl [-vfNtT] <subcommand> [args]');
  const run = commands[command];
  if (!run) return failed(1, 'command not implemented');
  if (!context.permitted) return notPermitted;
  const options = words.filter((word) => word.startsWith('-') && word !== '-');
  return run({ ...context, options: [...global, ...options], words: words.filter((word) => !options.includes(word)) });
}

const notPermitted = failed(
  1,
  'xencall: error: Could not obtain handle on privileged command interface: Permission denied',
  'libxl: error: libxl.c:102:libxl_ctx_alloc: cannot open libxc handle: Permission denied',
  'cannot init xl context',
);

function globalOptions(args: readonly string[]): { readonly global: readonly string[]; readonly rest: readonly string[] } {
  const first = args.findIndex((word) => !word.startsWith('-'));
  return { global: args.slice(0, Math.max(0, first)), rest: first < 0 ? [] : args.slice(first) };
}

interface Call extends XlContext {
  readonly options: readonly string[];
  readonly words: readonly string[];
}

type Command = (call: Call) => Answer;

const commands: Readonly<Record<string, Command>> = {
  info: ({ machine, dom0, now }) => printed(machineInfo(machine, dom0, now)),
  list,
  'vm-list': ({ machine, dom0, now }) => printed(vmListText(listed(machine, dom0, now))),
  uptime: ({ machine, dom0, now }) => printed(uptimeText(listed(machine, dom0, now))),
  domid: (call) => named(call, (id) => printed(`${id}\n`), 'name'),
  domname: (call) => named(call, (_id, name) => printed(`${name}\n`), 'id'),
  create: ({ machine, options, words, now }) =>
    create(
      machine,
      words[0],
      { dryRun: has(options, '-N', '-n', '--dryrun'), quiet: has(options, '-q', '--quiet'), paused: has(options, '-p') },
      now,
    ),
  pause: (call) => onDomain(call, (domain) => set(call, paused(domain, true, call.now))),
  unpause: (call) => onDomain(call, (domain) => set(call, paused(domain, false, call.now))),
  shutdown: (call) => ending(call, 'Shutting down', 'poweroff'),
  reboot: (call) => ending(call, 'Rebooting', 'reboot'),
  destroy,
  save: (call) => onDomain(call, (domain) => save(call.machine, domain, call.words[1], has(call.options, '-c', '--checkpoint'), call.now)),
  restore: ({ machine, words, now }) => restore(machine, words[0], now),
  'mem-set': setMemory,
  'vcpu-set': setVcpus,
  rename: (call) => onDomain(call, (domain) => rename(call, domain)),
  console: (call) => onDomain(call, () => failed(1, 'xenconsole: Could not open tty')),
};

function has(options: readonly string[], ...names: readonly string[]): boolean {
  return options.some((option) => names.includes(option));
}

function list({ machine, dom0, now, options, words }: Call): Answer {
  const wanted = words[0] === undefined ? undefined : find(machine, words[0], now);
  if (wanted === null) return invalid(words[0]);
  const only = <T extends { readonly id: number }>(all: readonly T[]) =>
    wanted === undefined ? all : all.filter(({ id }) => id === wanted);
  if (has(options, '-l', '--long')) return printed(longListText(only(longListed(machine, now))));
  return printed(listText(only(listed(machine, dom0, now)), has(options, '-v', '--verbose')));
}

/** A word of digits is an id, there or not; null for a name that nobody has (libxl_domain_qualifier_to_domid). */
function find(machine: Machine, word: string, now: number): number | null {
  if (/^\d+$/.test(word)) return Number(word);
  if (word === dom0Name) return 0;
  return machine.domains(now).find(({ name }) => name === word)?.id ?? null;
}

function invalid(word: string | undefined): Answer {
  return failed(1, `${word} is an invalid domain identifier (rc=-6)`);
}

function named({ machine, words, now }: Call, act: (id: number, name: string) => Answer, by: 'name' | 'id'): Answer {
  const [word = ''] = words;
  const id = by === 'name' ? find(machine, word, now) : Number(word);
  const domain = id === null ? undefined : machine.domain(id, now);
  if (id === 0) return act(0, dom0Name);
  if (domain) return act(domain.id, domain.name);
  return failed(
    1,
    by === 'name'
      ? `Can't get domid of domain name '${word}', maybe this domain does not exist.`
      : `Can't get domain name of domain id '${word}', maybe this domain does not exist.`,
  );
}

function onDomain({ machine, words, now }: Call, act: (domain: Domain) => Answer): Answer {
  const [word] = words;
  if (word === undefined) return failed(2, 'This command requires at least 1 argument.');
  const id = find(machine, word, now);
  if (id === null) return invalid(word);
  const domain = machine.domain(id, now);
  return domain ? act(domain) : failed(1, `libxl: error: libxl_domain.c:37:libxl__domain_type: unable to get domain type for domid=${id}`);
}

function set({ machine }: Call, domain: Domain): Answer {
  machine.replace(domain);
  return printed('');
}

function ending(call: Call, verb: string, reason: 'poweroff' | 'reboot'): Answer {
  const { machine, words, options, now } = call;
  const [word] = words;
  if (word === undefined) return failed(1, 'You must specify -a or a domain id.', '');
  const id = find(machine, word, now);
  if (id === null) return invalid(word);
  if (!machine.domain(id, now)) {
    // Of the control domain xl would ask the machine itself to end; a simulated one stays.
    const why = `libxl: error: libxl_dom.c:37:libxl__domain_type: unable to get domain type for domid=${id}`;
    return failed(1, `${verb} domain ${id}`, why, `${reason === 'poweroff' ? 'shutdown' : 'reboot'} failed (rc=-3)`);
  }
  machine.askToEnd(id, reason, now);
  if (!has(options, '-w', '--wait')) return said(100, `${verb} domain ${id}`);
  const over = `Domain ${id} has been shut down, reason code ${reason === 'poweroff' ? 0 : 1}`;
  return said(takes.shutdown, `${verb} domain ${id}`, 'Waiting for 1 domains', over);
}

function destroy(call: Call): Answer {
  const { machine, words, now } = call;
  if (words[0] !== undefined && find(machine, words[0], now) === 0) {
    const hint = 'This can only be done when using a disaggregated hardware domain and toolstack.';
    return failed(1, 'Not destroying domain 0; use -f to force.', hint, '');
  }
  return onDomain(call, (domain) => {
    machine.remove(domain.id);
    return said(takes.destroy);
  });
}

/** Sizes are MiB unless they say otherwise (parse_mem_size_kb of tools/xl/xl_parse.c). */
function setMemory(call: Call): Answer {
  const [, text = ''] = call.words;
  const size = /^(\d+)([bkmgt]?)$/i.exec(text);
  if (!size) return failed(1, `invalid memory size: ${text}`);
  const unit = { b: 1 / 1024, k: 1, m: 1024, g: 2 ** 20, t: 2 ** 30 }[size[2]?.toLowerCase() || 'm'] ?? 1024;
  return onDomain(call, (domain) => {
    const { machine, now } = call;
    const targetKb = Math.floor(Number(size[1]) * unit);
    if (targetKb > domain.maxKb) {
      const why = 'memory_dynamic_max must be less than or equal to memory_static_max';
      return failed(
        1,
        `libxl: error: libxl_mem.c:278:libxl_set_memory_target: Domain ${domain.id}:${why}`,
        '',
        `cannot set domid ${domain.id} dynamic max memory to : ${text}`,
      );
    }
    machine.replace({ ...domain, targetKb });
    // The guest's balloon driver follows, if it runs.
    for (const part of [0.5, 1]) {
      machine.later(now + 1500 * part, () => {
        const follower = machine.domain(domain.id, now + 1500 * part);
        if (follower?.state !== 'alive' || follower.targetKb !== targetKb) return;
        machine.replace({ ...follower, memoryKb: Math.round(domain.memoryKb + (targetKb - domain.memoryKb) * part) });
      });
    }
    return said(150);
  });
}

function setVcpus(call: Call): Answer {
  const [, text = ''] = call.words;
  const wanted = Number(text);
  if (!/^\d+$/.test(text) || wanted < 1) return failed(1, 'Error: Invalid argument.');
  const { cpus } = call.machine.parts;
  if (wanted > cpus && !has(call.options, '-i', '--ignore-host')) {
    return failed(
      1,
      `You are overcommmitting! You have ${cpus} physical CPUs and want ${wanted} vCPUs! Aborting, use --ignore-host to continue`,
    );
  }
  return onDomain(call, (domain) => {
    const most = domain.guest.maxVcpus;
    if (wanted > most) {
      return failed(
        1,
        `libxl: error: libxl_sched.c:224:libxl_set_vcpuonline: Domain ${domain.id}:Requested ${wanted} VCPUs, however maxcpus is ${most}!`,
        `libxl_set_vcpuonline failed domid=${domain.id} max_vcpus=${wanted}, rc: -6`,
      );
    }
    return set(call, { ...domain, vcpus: wanted });
  });
}

function rename(call: Call, domain: Domain): Answer {
  const [, name] = call.words;
  if (name === undefined) return failed(2, "'xl rename' requires at least 2 arguments.");
  if (name === domain.name) return printed('');
  if (name === dom0Name || call.machine.domains(call.now).some((each) => each.name === name)) {
    return failed(
      1,
      `libxl: error: libxl_domain.c:81:libxl__domain_rename: Domain ${domain.id}:Domain with name "${name}" already exists.`,
      `Can't rename domain '${domain.name}'.`,
    );
  }
  return set(call, { ...domain, name });
}
