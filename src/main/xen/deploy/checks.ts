import type { CheckState, DeployCheck, FieldError } from '../../../shared/contract/deploy.ts';
import type { ConfigComplaint } from '../../../shared/contract/xen.ts';
import type { Problem } from '../../../shared/errors.ts';
import { formatBytes, formatDuration } from '../../../shared/units.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { configPath } from './deployment-plan.ts';
import type { Guest, GuestDisk } from './guest.ts';
import { autostartPathOf, type HostLook, programsOf, programWord, reachWord, sumWord, wordsOf } from './look.ts';
import { xenPrefix } from './macs.ts';
import { filesOf } from './obstacles.ts';
import type { Placed, PlacementHost } from './placement.ts';

/** What the fleet knows of names and addresses that others have, each with whose it is in words. */
export interface Others {
  /** "runs on xen-a", "is being deployed on xen-b". */
  readonly names: ReadonlyMap<string, string>;
  /** The same of names that looks at hosts have found, of which the fleet has not told yet. */
  readonly found: ReadonlyMap<string, string>;
  /** Names that another preview, which is open at this moment, is about. */
  readonly previewed: ReadonlySet<string>;
  /** In small letters: "web07 on xen-a". */
  readonly macs: ReadonlyMap<string, string>;
  readonly addresses: ReadonlyMap<string, string>;
  /** Names of hosts that cannot be asked now: of VMs there only what was known before counts. */
  readonly outOfSight: readonly string[];
}

/** One VM and what is known about it by now. */
export interface VmFacts {
  readonly guest: Guest;
  readonly macs: readonly string[];
  readonly placed: Placed;
  /** The host that it is placed on. */
  readonly host: PlacementHost | null;
  /** Why that host could not be looked at, or asked about the configuration. */
  readonly lookProblem: Problem | null;
  /** What the toolstack says of its configuration; null while it has not been asked. */
  readonly complaints: readonly ConfigComplaint[] | null;
}

type Outcome = readonly [state: CheckState, detail: string];
const running: Outcome = ['running', ''];

/** A clock that is further off than this is worth a word, ms. */
const clockToleranceMs = 60_000;

/** Every check of a request, with what has been found by now: those about the whole, then those of each VM. Pure. */
export function checksOf(vms: readonly VmFacts[], others: Others, errors: readonly FieldError[]): readonly DeployCheck[] {
  return [parameters(errors), ...clock(vms), ...vms.flatMap((vm) => checksOfVm(vm, others))];
}

function parameters(errors: readonly FieldError[]): DeployCheck {
  // That no host fits is no fault of a value.
  const [first] = errors.filter(({ field }) => field !== 'host');
  const detail = first === undefined ? 'Every value is one that the template takes.' : `${first.field}: ${visibleText(first.message)}`;
  return { id: 'parameters', vm: null, title: 'The values fit the template', state: first === undefined ? 'ok' : 'failed', detail };
}

/** One for all hosts that VMs are placed on. */
function clock(vms: readonly VmFacts[]): readonly DeployCheck[] {
  const hosts = [...new Map(vms.flatMap(({ host }) => (host === null ? [] : [[host.id, host] as const]))).values()];
  if (hosts.length === 0 || hosts.some(({ trouble }) => trouble !== null)) return [];
  const title = hosts.length === 1 ? `The clock of ${called(hosts[0]?.name ?? '')} is right` : 'The clocks of the hosts are right';
  return [{ id: 'clock', vm: null, title, ...outcome(judge()) }];

  function judge(): Outcome {
    if (vms.some(({ host, lookProblem }) => host?.look === null && lookProblem === null)) return running;
    const wrong = hosts.flatMap(({ name, look }) => {
      const ahead = look?.clockAheadMs ?? null;
      if (ahead === null || Math.abs(ahead) <= clockToleranceMs) return [];
      return [`The clock of ${called(name)} is ${formatDuration(Math.abs(ahead))} ${ahead > 0 ? 'ahead' : 'behind'}.`];
    });
    if (wrong.length === 0) return ['ok', 'To within a minute.'];
    return ['note', `${wrong.join(' ')} A guest begins with its host's time: set the clock, by NTP for instance.`];
  }
}

function checksOfVm(vm: VmFacts, others: Others): readonly DeployCheck[] {
  const { guest, host, placed } = vm;
  const made = (id: string, title: string, judged: Outcome): DeployCheck => ({ id, vm: guest.name, title, ...outcome(judged) });
  const everywhere = [
    made('name', `The name ${called(guest.name)} is free on every host`, name(vm, others)),
    ...(guest.vifs.length === 0 ? [] : [made('mac', macTitle(vm), mac(vm, others))]),
  ];
  if (host === null) return [...everywhere, ...withoutHost(vm, made)];
  if (host.trouble !== null) {
    const detail = `${called(host.name)}: ${host.trouble}. Choose another host, or see on the fleet page what stands in the way.`;
    return [...everywhere, made('type', `${called(host.name)} can be asked`, ['failed', detail])];
  }
  if (vm.lookProblem !== null) {
    const { message, hint } = vm.lookProblem;
    return [...everywhere, made('config', `${called(host.name)} can be looked at`, ['failed', visibleText(`${message} ${hint}`)])];
  }
  const look = isLookedAt(vm) ? host.look : null;
  const after = (judge: (look: HostLook) => Outcome): Outcome => (look === null ? running : judge(look));
  const files = filesOf(guest);
  const checks = [
    ...everywhere,
    made(
      'type',
      `${called(host.name)} builds ${guest.type.toUpperCase()} guests`,
      obstacle(placed, 'type', typeHint) ?? ['ok', typeWords(host)],
    ),
    made('memory', `Xen has ${formatBytes(placed.verdict?.memoryNeed ?? guest.memory)} free for it`, memory(vm)),
  ];
  if (guest.vifs.length > 0) {
    const bridges = [...new Set(guest.vifs.map(({ bridge }) => bridge))].join(', ');
    const judge = () => obstacle(placed, 'bridge', 'Create it on the host, or name another one.') ?? (['ok', 'It is there.'] as const);
    checks.push(made('bridge', `${called(host.name)} has the bridge ${bridges}`, after(judge)));
  }
  if (guest.disks.length > 0 || guest.cloudInit !== null) {
    checks.push(
      made(
        'disk-space',
        'There is room for its disks',
        after((found) => diskSpace(vm, found)),
      ),
    );
  }
  for (const kind of ['image', 'kernel'] as const) {
    const paths = files.filter((file) => file.kind === kind).map(({ path }) => visibleText(path, 120));
    if (paths.length === 0) continue;
    const title = `${paths.join(', ')} ${paths.length === 1 ? 'is' : 'are'} there`;
    checks.push(
      made(
        kind,
        title,
        after((found) => (kind === 'image' ? image(vm, found) : kernel(vm, found))),
      ),
    );
  }
  const programs = programsOf(guest);
  if (programs.length > 0) {
    const title = `${called(host.name)} has ${programs.join(' and ')}`;
    checks.push(
      made(
        'program',
        title,
        after((found) => program(vm, found)),
      ),
    );
  }
  const addresses = fixedAddresses(guest);
  if (addresses.length > 0) {
    const title = `The address ${addresses.map(({ address }) => address).join(', ')} is free`;
    const taken = takenAddress(vm, others);
    checks.push(made('ip', title, taken ?? after((found) => ip(vm, found))));
  }
  checks.push(made('config', `${host.toolstack} accepts the configuration`, config(vm)));
  if (guest.selinux.booleans.length === 0 && look !== null && look.selinux !== 'off') {
    checks.push(made('selinux', `SELinux is ${look.selinux} on ${called(host.name)}`, ['ok', 'The template sets no boolean of it.']));
  }
  if (guest.selinux.booleans.length > 0) {
    checks.push(
      made(
        'selinux',
        `SELinux lets it: ${guest.selinux.booleans.join(', ')}`,
        after((found) => selinux(vm, found)),
      ),
    );
  }
  if (guest.autostart)
    checks.push(
      made(
        'autostart',
        'It can be started with its host',
        after((found) => autostart(vm, found)),
      ),
    );
  return checks;
}

/** Everything that this VM needs was looked at on its host. */
export function isLookedAt({ guest, host }: VmFacts): boolean {
  return host?.look != null && wordsOf(guest, { slow: true }).every((word) => host.look?.findings.has(word));
}

function name({ guest, host, lookProblem }: VmFacts, others: Others): Outcome {
  const shown = called(guest.name);
  const taken = others.names.get(guest.name);
  if (taken !== undefined) return ['failed', `${shown} ${taken}. Choose another name.`];
  const look = host?.look;
  const config = look?.findings.get(`target=${configPath(guest.name)}`)?.kind;
  const claim = look?.findings.get(`claim=${guest.name}`)?.kind;
  const where = called(host?.name ?? '');
  if (config === 'there')
    return ['failed', `${where} has a file ${configPath(guest.name)} already. Choose another name, or remove the file.`];
  if (claim === 'there') {
    return ['failed', `Somebody else's Hum deploys a VM of this name on ${where} at this moment. Choose another name, or wait for it.`];
  }
  const elsewhere = others.found.get(guest.name);
  if (elsewhere !== undefined) return ['failed', `${shown} ${elsewhere}. Choose another name.`];
  if (host !== null && host.trouble === null && lookProblem === null && (config === undefined || claim === undefined)) return running;
  if (others.previewed.has(guest.name)) {
    return ['note', 'Another window is about to deploy a VM of this name: whoever starts first gets it.'];
  }
  return asFarAsSeen(others) ?? ['ok', 'Nobody has it, running, configured or being deployed.'];
}

function asFarAsSeen({ outOfSight }: Others): Outcome | undefined {
  if (outOfSight.length === 0) return undefined;
  const hosts = outOfSight.slice(0, 3).map(called).join(', ');
  const more = outOfSight.length > 3 ? ` and ${outOfSight.length - 3} more` : '';
  return ['note', `As far as can be seen: ${hosts}${more} cannot be asked now: of VMs there only what was known before counts.`];
}

function macTitle({ macs }: VmFacts): string {
  return macs.length === 1 ? `Its MAC address ${macs[0]} is nobody else's` : `Its ${macs.length} MAC addresses are nobody else's`;
}

function mac({ guest, macs }: VmFacts, others: Others): Outcome {
  for (const each of macs) {
    const taken = others.macs.get(each);
    if (taken !== undefined)
      return ['failed', `${each} is that of ${visibleText(taken, 120)}. Give it another one, or none: then one is generated.`];
  }
  const own = guest.vifs.flatMap((vif) => vif.mac ?? []);
  const foreign = macs.filter((each) => !each.startsWith(xenPrefix));
  if (foreign.length > 0) return ['note', `${foreign.join(', ')} is not in the range of Xen (${xenPrefix}); somebody else may have it.`];
  // What was generated, of sixteen millions, nobody else has.
  const sure = own.length === 0 && guest.vifs.every((vif) => vif.macs === undefined);
  const unsure = sure ? undefined : asFarAsSeen(others);
  return unsure ?? ['ok', own.length === macs.length ? 'As the template says.' : `${macs.join(', ')}: generated, and kept for it.`];
}

const typeHint = 'Choose a host that does, or another type in the template.';

function typeWords({ version, capabilities }: PlacementHost): string {
  if (capabilities.length === 0) return 'It has not told what it can; most do.';
  return version === '' ? 'As its capabilities say.' : `Xen ${visibleText(version, 20)}.`;
}

/** That something of this kind is in the way on the host it is placed on. */
function obstacle({ verdict }: Placed, kind: string, hint: string): Outcome | undefined {
  const found = (verdict?.obstacles ?? []).filter((each) => each.kind === kind || (kind === 'type' && each.kind === 'host'));
  return found.length === 0 ? undefined : ['failed', `${sentence(found.map(({ reason }) => reason).join('; '))} ${hint}`];
}

function memory({ guest, placed: { verdict } }: VmFacts): Outcome {
  if (verdict === null) return running;
  const own = `${formatBytes(guest.memory)} and ${formatBytes(verdict.memoryNeed - guest.memory)} that Xen needs to keep it`;
  if (verdict.obstacles.some(({ kind }) => kind === 'memory')) {
    const short = formatBytes(verdict.memoryNeed - verdict.memoryAvailable);
    const detail = `It takes ${own}; ${formatBytes(verdict.memoryAvailable)} may be used: ${short} short.`;
    return ['failed', `${detail} Choose another host, give it less memory, or leave less free.`];
  }
  return ['ok', `${own}; ${formatBytes(Math.max(0, verdict.memoryLeft))} are left after it.`];
}

function diskSpace({ guest, placed }: VmFacts, look: HostLook): Outcome {
  const there = guest.disks.flatMap((disk) => (look.findings.get(targetWord(disk))?.kind === 'there' ? [targetOf(disk)] : []));
  if (guest.cloudInit !== null && look.findings.get(`target=${guest.cloudInit.path}`)?.kind === 'there') there.push(guest.cloudInit.path);
  if (there.length > 0) {
    const paths = there.map((path) => visibleText(path, 120)).join(', ');
    return [
      'failed',
      `${paths} ${there.length === 1 ? 'is' : 'are'} there already, and Hum overwrites nothing. Choose another name or folder.`,
    ];
  }
  const short = obstacle(placed, 'disk-space', 'Make room on the host, or choose another host or folder.');
  if (short !== undefined) return short;
  const rooms = placed.verdict?.rooms ?? [];
  const words = rooms.map(({ where, need, free }) =>
    free === null ? `${where}: takes ${formatBytes(need)}` : `${where}: takes ${formatBytes(need)} of ${formatBytes(free)}`,
  );
  const full = guest.disks.reduce((sum, { place, size }) => sum + (place.kind === 'file' ? (size ?? 0) : 0), 0);
  const free = Math.min(...rooms.flatMap((room) => (room.where.startsWith('/') && room.free !== null ? [room.free] : [])));
  if (full > free) return ['note', `${words.join('; ')}. Its disks may grow to ${formatBytes(full)}, more than is free now.`];
  return ['ok', `${words.join('; ')}.`];
}

function targetOf({ place }: GuestDisk): string {
  return place.kind === 'file' ? place.path : `/dev/${place.group}/${place.volume}`;
}

function targetWord({ place }: GuestDisk): string {
  return place.kind === 'file' ? `target=${place.path}` : `volume=${place.group}/${place.volume}`;
}

function image({ guest, placed }: VmFacts, look: HostLook): Outcome {
  const missing = obstacle(placed, 'image', 'Bring the right one to the host (Images), or name another one.');
  if (missing !== undefined) return missing;
  const words: string[] = [];
  for (const { source, format, size } of guest.disks) {
    if (source.kind !== 'image') continue;
    const shown = visibleText(source.image, 120);
    const found = look.findings.get(`${source.method === 'snapshot' ? 'origin' : 'file'}=${source.image}`);
    if (found?.kind === 'bytes') words.push(`${shown}: ${formatBytes(found.bytes)}`);
    if (found?.kind !== 'file') continue;
    const wanted = source.method === 'overlay' ? 'qcow2' : format;
    if (found.format !== wanted) {
      return [
        'failed',
        `${shown} is ${found.format}, and a ${wanted} one is needed. Name another image, or change the format of the disk.`,
      ];
    }
    if (size !== null && found.holds !== null && size < found.holds) {
      const hint = `the disk would be ${formatBytes(size)}: its end would be cut off. Make the disk larger.`;
      return ['failed', `${shown} holds a disk of ${formatBytes(found.holds)}, and ${hint}`];
    }
    const known = source.checksum ?? found.checksum;
    const when = source.method === 'overlay' ? 'before a disk is laid over it' : 'after the copy';
    words.push(`${shown}: ${formatBytes(found.bytes)}, ${known === null ? noChecksum : `its checksum is compared ${when}`}`);
  }
  return ['ok', words.length === 0 ? 'It is there.' : `${words.join('; ')}.`];
}

const noChecksum = 'no checksum is known, so a damaged one would not be noticed';

/** Kernel and ramdisk are read where they are: their checksums are compared before. */
function kernel({ guest, placed }: VmFacts, look: HostLook): Outcome {
  const missing = obstacle(placed, 'kernel', 'Copy the right one to the host, or name another one.');
  if (missing !== undefined) return missing;
  if (guest.boot.kind !== 'kernel') return ['ok', 'It can be read.'];
  let state: CheckState = 'ok';
  const words = filesOf(guest).flatMap(({ path, kind, word, checksum }) => {
    if (kind !== 'kernel') return [];
    const found = look.findings.get(word);
    const known = checksum ?? (found?.kind === 'file' ? found.checksum : null);
    if (known === null) return [`${visibleText(path, 120)}: ${noChecksum}`];
    if (look.findings.get(sumWord(path))?.kind === 'sum') return [`${visibleText(path, 120)}: its checksum is right`];
    state = 'note';
    return [`${visibleText(path, 120)}: the host could not tell its checksum, so it is not compared`];
  });
  return [state, `${words.join('; ')}.`];
}

function program({ guest, placed }: VmFacts, look: HostLook): Outcome {
  const missing = obstacle(
    placed,
    'program',
    'Install it on the host (package qemu-utils or qemu-img), or choose another format in the template.',
  );
  if (missing !== undefined) return missing;
  const unseen = programsOf(guest).filter((name) => look.findings.get(programWord(name))?.kind === 'absent');
  if (unseen.length === 0) return ['ok', 'It is there.'];
  return ['note', `${unseen.join(', ')} is not where Xen usually keeps it. If xl does not find it either, the start fails and is undone.`];
}

function fixedAddresses(guest: Guest): readonly { readonly address: string; readonly bridge: string }[] {
  return guest.vifs.flatMap(({ ip: wanted, bridge }) => (wanted.kind === 'static' ? [{ address: wanted.address, bridge }] : []));
}

function takenAddress({ guest }: VmFacts, others: Others): Outcome | undefined {
  for (const { address } of fixedAddresses(guest)) {
    const taken = others.addresses.get(address);
    if (taken !== undefined) return ['failed', `${address} is that of ${visibleText(taken, 120)}. Choose another address.`];
  }
  return undefined;
}

function ip({ guest }: VmFacts, look: HostLook): Outcome {
  const found = fixedAddresses(guest).map((each) => ({ ...each, kind: look.findings.get(reachWord(each.address, each.bridge))?.kind }));
  const answering = found.filter(({ kind }) => kind === 'answers').map(({ address }) => address);
  if (answering.length > 0) return ['failed', `A machine answers at ${answering.join(', ')} already. Choose another address.`];
  if (found.some(({ kind }) => kind === 'untold'))
    return ['note', 'No VM that Hum knows has it; the host has no ping to ask the others with.'];
  return ['ok', 'No VM that Hum knows has it, and nothing answers there.'];
}

function config({ complaints, host }: VmFacts): Outcome {
  if (complaints === null) return running;
  const worst = complaints.find(({ severity }) => severity === 'error') ?? complaints[0];
  if (worst === undefined) return ['ok', `${host?.toolstack ?? 'xl'} has read it and found nothing wrong.`];
  const where = worst.line > 0 ? `Line ${worst.line}: ` : '';
  const detail = visibleText(`${where}${worst.message}`);
  return worst.severity === 'error' ? ['failed', `${detail} Correct it in the template.`] : ['note', detail];
}

function selinux({ guest, host }: VmFacts, look: HostLook): Outcome {
  const { booleans, whenAbsent } = guest.selinux;
  const lacking: CheckState = whenAbsent === 'error' ? 'failed' : 'note';
  if (look.selinux === 'off') {
    const words = `SELinux is off on ${called(host?.name ?? '')}`;
    return [lacking, lacking === 'failed' ? `${words}, and the template insists on it. Switch it on.` : `${words}: nothing is set.`];
  }
  const absent = booleans.filter((each) => look.findings.get(`boolean=${each}`)?.kind === 'absent');
  if (absent.length > 0)
    return [lacking, `Its policy has no boolean ${absent.join(', ')}${lacking === 'failed' ? ': install what brings it.' : ': left out.'}`];
  const set = booleans.filter((each) => look.findings.get(`boolean=${each}`)?.kind === 'off');
  return ['ok', set.length === 0 ? 'All are on already.' : `${set.join(', ')} ${set.length === 1 ? 'is' : 'are'} switched on.`];
}

function autostart({ guest }: VmFacts, look: HostLook): Outcome {
  const path = autostartPathOf(guest.name);
  if (look.findings.get(`target=${path}`)?.kind === 'there')
    return ['failed', `${path} is there already. Remove it, or choose another name.`];
  return look.autostart
    ? ['ok', `A link in /etc/xen/auto.`]
    : ['note', 'The host has no /etc/xen/auto: it is made. See whether its xendomains service is on.'];
}

/** A VM that fits nowhere: each kind of reason, with the hosts that come nearest. */
function withoutHost({ guest, placed }: VmFacts, made: (id: string, title: string, judged: Outcome) => DeployCheck): DeployCheck[] {
  const words = {
    host: ['type', 'A host can be asked', 'See on the fleet page what stands in the way'],
    type: ['type', `A host builds ${guest.type.toUpperCase()} guests`, 'Choose another type in the template'],
    memory: ['memory', 'A host has memory free for it', 'Give it less memory, or leave less free'],
    bridge: ['bridge', 'A host has its bridges', 'Create them on a host, or name others'],
    'disk-space': ['disk-space', 'A host has room for its disks', 'Make room on a host, or name another folder'],
    image: ['image', 'A host has its image', 'Bring the right one to a host (Images), or name another one'],
    program: ['program', 'A host has the program for its disks', 'Install it on a host, or choose another format in the template'],
    kernel: ['kernel', 'A host has its kernel', 'Copy the right one to a host, or name another one'],
  } as const;
  const found = new Map<string, { readonly title: string; readonly hint: string; readonly details: string[] }>();
  const canBeAsked = placed.refusals.filter(({ obstacles }) => obstacles.every(({ kind }) => kind !== 'host'));
  for (const { host, obstacles } of canBeAsked.length > 0 ? canBeAsked : placed.refusals) {
    for (const { kind, reason } of obstacles) {
      const [id, title, hint] = words[kind];
      const entry = found.get(id) ?? { title, hint, details: [] };
      entry.details.push(`${called(host)}: ${reason.replace(/^no: /, '')}`);
      found.set(id, entry);
    }
  }
  return [...found].map(([id, { title, hint, details }]) => made(id, title, ['failed', `${details.join('; ')}. No host fits. ${hint}.`]));
}

function outcome([state, detail]: Outcome): Pick<DeployCheck, 'state' | 'detail'> {
  return { state, detail };
}

function called(text: string): string {
  return visibleText(text, 60);
}

/** A reason as a sentence: a full stop behind, and a capital in front, but not of a name. */
function sentence(text: string): string {
  return `${text.replace(/^(?:no|disk|a|its|the|volume)\b/, (word) => word.charAt(0).toUpperCase() + word.slice(1))}.`;
}
