import { newHostKeys } from '../keys.ts';
import { randomOf } from '../random.ts';
import type { Wave } from '../wave.ts';
import { type CastMember, uuidOf } from './cast.ts';
import { type Domain, halted, type Load, loadOf, newDomain, reasons, resumed } from './domain.ts';
import { type Good, goods, goodsNoted, sharedFolder } from './goods.ts';
import { type Guest, guestText } from './guest.ts';
import { ImageStore } from './image-store.ts';

/** What a Xen host of the demo is made of. */
export interface MachineParts {
  readonly seed: number;
  readonly cast: readonly CastMember[];
  readonly activity: Wave;
  readonly memoryMb: number;
  readonly dom0Mb: number;
  readonly dom0Vcpus: number;
  readonly cpus: number;
  /** Ms since the demo began; negative. */
  readonly bootedAt: number;
  /** What it has mounted of a server, where it does. */
  readonly shared: ImageStore | null;
}

/** How long things take on a simulated host, ms: those of the recorded one (tests/fixtures/xen-4.17/index.tsv). */
export const takes = { shutdown: 2600, rebootGap: 1300, create: 1800, save: 2800, destroy: 700, perGiBToSave: 900 } as const;

/** A guest that is not known to the cast: somebody wrote its configuration while the demo ran. */
const ordinary = { busy: 0.05, networkPerSecond: 20_000, diskPerSecond: 40_000, deaf: false };

/** A disk or a seed that a deployment has made. */
export interface MadeDisk {
  readonly mark: string;
  /** The device that it will be. */
  readonly key: string;
  readonly bytes: number;
  /** Ms since the demo began. */
  readonly since: number;
  /** How many bytes of an image are copied into it; 0 for none. */
  readonly copied: number;
  /** A file system of the label CIDATA, from which cloud-init sets a guest up. */
  readonly isSeed: boolean;
}

/** What lies in the trash: a configuration, a link, or a disk. */
export interface Removed {
  readonly path: string;
  readonly text: string | undefined;
  readonly link: string | undefined;
  readonly made: MadeDisk | undefined;
}

/** What Xen keeps for itself. */
const overheadMb = 64;

/**
 * The state of a simulated Xen host: its domains and its files. Nothing runs: what is due happens when somebody asks, in order.
 * Times are ms since the demo began.
 */
export class Machine {
  readonly parts: MachineParts;
  /** Configurations and whatever else was written, by path. */
  readonly files = new Map<string, string>();
  /** Symbolic links, by path. */
  readonly links = new Map<string, string>();
  /** Domains whose console somebody holds: xenconsole lets only one in. */
  readonly consoles = new Set<number>();
  /** What main/xen/scripts/start.sh leaves in xenstore of a domain it built. */
  readonly marks = new Map<number, string>();
  /** Which plan deploys a VM of this name: main/xen/scripts/claim.sh. */
  readonly claims = new Map<string, string>();
  /** What deployments have made, by path. */
  readonly made = new Map<string, MadeDisk>();
  /** What removals have moved away, by its entry: main/xen/scripts/removal.sh. */
  readonly trash = new Map<string, Removed>();
  /** What VMs are made from on its own disks; disks of the cast that are not there any more are gone from it. */
  readonly #own = new ImageStore(goods, goodsNoted);
  /** What was saved, by path. */
  readonly images = new Map<string, Domain>();
  /** By the uuid of the guest. */
  readonly #hostKeys = new Map<string, readonly string[]>();
  #domains: readonly Domain[] = [];
  #due: { readonly at: number; readonly act: () => void }[] = [];
  #nextId = 1;
  #made = 0;

  constructor(parts: MachineParts) {
    this.parts = parts;
    for (const member of parts.cast) this.#write(member);
    parts.cast.forEach((member, index) => {
      if (member.role === 'off' || member.role === 'off-autostart') return;
      // Those that start with the host have been up as long as it, the others were started later.
      const at = member.autostart ? parts.bootedAt + 20_000 + index * 4000 : parts.bootedAt * (0.2 + 0.6 * ((index * 0.381) % 1));
      this.#begin(member, at);
    });
  }

  /** By rising id, the control domain not among them. */
  domains(now: number): readonly Domain[] {
    this.settle(now);
    return this.#domains;
  }

  domain(id: number, now: number): Domain | undefined {
    return this.domains(now).find((domain) => domain.id === id);
  }

  /** Free for domains, MiB. */
  freeMb(now: number): number {
    const used = this.domains(now).reduce((sum, domain) => sum + Math.ceil(domain.memoryKb / 1024) + 1, 0);
    return this.parts.memoryMb - overheadMb - this.parts.dom0Mb - used;
  }

  /** Does what was due by now. */
  settle(now: number): void {
    while (true) {
      const next = this.#due.reduce((first, each) => (each.at < first.at ? each : first), this.#due[0] ?? { at: Infinity, act: () => {} });
      if (next.at > now) return;
      this.#due = this.#due.filter((each) => each !== next);
      next.act();
    }
  }

  later(at: number, act: () => void): void {
    this.#due.push({ at, act });
  }

  /** An id of its own, as Xen gives one to each domain that is begun, even if it comes to nothing. */
  takeId(): number {
    this.#nextId += 1;
    return this.#nextId - 1;
  }

  /** A uuid and a MAC for a guest whose configuration has none. */
  spare(): { readonly uuid: string; readonly mac: string } {
    this.#made += 1;
    const random = randomOf(this.parts.seed, 90_000 + this.#made);
    const byte = () =>
      Math.floor(random() * 256)
        .toString(16)
        .padStart(2, '0');
    return { uuid: uuidOf(random), mac: `00:16:3e:${byte()}:${byte()}:${byte()}` };
  }

  /** The SSH host keys that cloud-init has made in a guest, at its first start, each as `TYPE BASE64`. */
  hostKeysOf({ uuid }: Guest): readonly string[] {
    const keys = this.#hostKeys.get(uuid) ?? newHostKeys();
    this.#hostKeys.set(uuid, keys);
    return keys;
  }

  /** What this guest is busy with when it runs. */
  loadFor({ uuid }: Guest): Load {
    const member = this.parts.cast.find((each) => each.guest.uuid === uuid);
    return member ? loadOf(member, this.parts.activity) : { ...ordinary, activity: this.parts.activity };
  }

  /** The text of a file, through a link if it is one. */
  readFile(path: string): string | undefined {
    return this.files.get(this.realPath(path));
  }

  /** Where a link leads; links are in /etc/xen/auto alone. */
  realPath(path: string): string {
    const link = this.links.get(path);
    return link?.startsWith('../') ? `/etc/xen/${link.slice(3)}` : (link ?? path);
  }

  /** Where what has this path lies. */
  storeOf(path: string): ImageStore {
    const { shared } = this.parts;
    return shared !== null && (path === sharedFolder || path.startsWith(`${sharedFolder}/`)) ? shared : this.#own;
  }

  /** What is there for VMs to be made from, by its path. */
  goodOf(path: string): Good | undefined {
    return this.storeOf(path).goodOf(path);
  }

  /** The checksum that stands beside it. */
  noteOf(path: string): string | undefined {
    return this.storeOf(path).noteOf(path);
  }

  /** Whether a disk or a kernel of this name is there: those of the cast, what is there for new ones, and what was made since. */
  hasDisk(path: string): boolean {
    if (this.made.has(path) || this.goodOf(path) !== undefined) return true;
    return !this.storeOf(path).gone.has(path) && this.parts.cast.some(({ guest }) => guest.disks.some(({ target }) => target === path));
  }

  build(guest: Guest, at: number): Domain {
    return this.add(newDomain(this.takeId(), guest, this.loadFor(guest), at));
  }

  add(domain: Domain): Domain {
    this.#domains = [...this.#domains, domain].sort((a, b) => a.id - b.id);
    return domain;
  }

  remove(id: number): void {
    this.#domains = this.#domains.filter((domain) => domain.id !== id);
  }

  replace(domain: Domain): void {
    this.#domains = this.#domains.map((each) => (each.id === domain.id ? domain : each));
  }

  /** Asks the guest to end; it does so in a moment, if it listens and runs. */
  askToEnd(id: number, reason: 'poweroff' | 'reboot', now: number): void {
    if (this.domain(id, now)?.load.deaf !== false) return;
    this.later(now + takes.shutdown, () => {
      const domain = this.#domains.find((each) => each.id === id);
      // A paused guest hears of it once it runs again.
      if (domain?.state === 'paused')
        this.later(now + takes.shutdown + 60_000, () => this.askToEnd(id, reason, now + takes.shutdown + 60_000));
      else if (domain?.state === 'alive') this.end(domain, reasons[reason], now + takes.shutdown);
    });
  }

  /** It has ended. Whoever waits for it does what its configuration says. */
  end(domain: Domain, reason: number, at: number): void {
    const ended = halted(domain, at, { state: 'shut-down', reason });
    this.replace(ended);
    if (domain.unattended) return;
    const { guest } = domain;
    const action = reason === reasons.reboot ? guest.onReboot : reason === reasons.crash ? guest.onCrash : guest.onPoweroff;
    if (action.startsWith('preserve')) return;
    this.remove(domain.id);
    // The domain is away for a moment and comes back with a new id (tests/fixtures/xen-4.17/lifecycle/list-rebooting.out).
    if (action.startsWith('restart')) this.later(at + takes.rebootGap, () => this.build(domain.guest, at + takes.rebootGap));
  }

  /** The host itself starts anew: what is not started with it is off. */
  reboot(bootedAt: number): void {
    this.#domains = [];
    this.#due = [];
    this.#nextId = 1;
    this.marks.clear();
    this.consoles.clear();
    this.parts.cast.forEach((member, index) => {
      if (this.links.has(`/etc/xen/auto/${member.guest.name}.cfg`))
        this.#begin({ ...member, role: 'steady' }, bootedAt + 5000 + index * 400);
    });
  }

  #write({ guest, role, autostart }: CastMember): void {
    if (role === 'no-file') return;
    const path = `/etc/xen/${guest.name}.cfg`;
    const written =
      role === 'edited'
        ? { ...guest, memoryMb: guest.memoryMb * 2, maxMemoryMb: guest.memoryMb * 2, vcpus: guest.vcpus + 1, maxVcpus: guest.maxVcpus + 1 }
        : guest;
    this.files.set(path, guestText(written));
    if (autostart) this.links.set(`/etc/xen/auto/${guest.name}.cfg`, `../${guest.name}.cfg`);
  }

  #begin(member: CastMember, at: number): void {
    const domain = this.build(member.guest, at);
    if (member.role === 'paused') this.replace(halted(domain, at / 4, { state: 'paused' }));
    if (member.role === 'crashed') this.replace(halted(domain, at / 8, { state: 'shut-down', reason: reasons.crash }));
  }
}

/** Pauses or goes on; a domain that has ended stays as it is. */
export function paused(domain: Domain, on: boolean, now: number): Domain {
  if (domain.state === 'shut-down' || (domain.state === 'paused') === on) return domain;
  return on ? halted(domain, now, { state: 'paused' }) : resumed(domain, now, { state: 'alive' });
}
