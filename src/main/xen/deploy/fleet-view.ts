import type { DomainRow, XenHost } from '../../../shared/contract/xen.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { Json } from '../../plans/plan.ts';
import { addressesIn } from './addresses.ts';
import type { Others } from './checks.ts';
import type { HostLook } from './look.ts';
import type { PlacementHost } from './placement.ts';

/** What a VM that is not there yet has for itself: while its preview is open, and then until its plan has ended. */
export interface Holding {
  /** The inventory id; null while no host is chosen. */
  readonly host: string | null;
  readonly name: string;
  readonly macs: readonly string[];
  /** Fixed IPv4 addresses. */
  readonly addresses: readonly string[];
  /** Bytes that it will take of its host. */
  readonly memory: number;
  /** Of its template. */
  readonly tags: readonly string[];
}

/** The fleet as a deployment sees it at one moment. */
export interface FleetView {
  readonly hosts: readonly XenHost[];
  readonly domains: readonly DomainRow[];
  readonly hostName: (id: string) => string;
  /** Addresses of the hosts themselves. */
  readonly hostAddresses: readonly { readonly id: string; readonly name: string; readonly address: string; readonly asked: boolean }[];
  /** Of plans under way or undecided. */
  readonly planned: readonly Holding[];
  /**
   * Of plans that were left as they are, then of those that are done, the oldest of each first: what no host tells of a VM, which is the
   * address that only its cloud-init knows, and its tags.
   */
  readonly deployed: readonly Holding[];
  /** Of previews that have the first say. */
  readonly previewed: readonly Holding[];
}

/** Holdings as a plan carries them (`Plan.holds`). */
export function heldBy(holdings: readonly Holding[]): Json {
  return holdings.map(({ host, name, macs, addresses, memory, tags }) => ({ host, name, macs, addresses, memory, tags }));
}

/** Reads them back, from a journal that another Hum may have written: what is none is passed over. */
export function readHoldings(holds: Json): readonly Holding[] {
  return isList(holds) ? holds.flatMap((each) => readHolding(each) ?? []) : [];
}

function readHolding(held: Json): Holding | undefined {
  if (typeof held !== 'object' || held === null || isList(held)) return undefined;
  const { host = null, name, macs = [], addresses = [], memory, tags = [] } = held;
  if (typeof name !== 'string' || !(host === null || typeof host === 'string')) return undefined;
  const bytes = typeof memory === 'number' ? memory : 0;
  return { host, name, macs: texts(macs), addresses: texts(addresses), memory: bytes, tags: texts(tags) };
}

function texts(value: Json): readonly string[] {
  return isList(value) ? value.filter((each) => typeof each === 'string') : [];
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** What looks at hosts have found, by the ids of these; a host may be there twice. */
type Looks = Iterable<readonly [host: string, HostLook]>;

/** What is not to be had any more, and whose it is. */
export function othersOf(view: FleetView, looks: Looks): Others {
  const { hosts, domains, hostName, hostAddresses, planned, deployed, previewed } = view;
  const names = new Map<string, string>();
  const macs = new Map<string, string>();
  const addresses = new Map<string, string>();
  const madeAs = madeOf(deployed);
  for (const domain of domains) {
    const { host, name, facts, load } = domain;
    const on = visibleText(hostName(host), 60);
    // One that runs says more than one that is only configured elsewhere.
    if (load.id !== null) names.set(name, `runs on ${on}`);
    else if (!names.has(name)) names.set(name, `is configured on ${on}`);
    const whose = `${visibleText(name, 60)} on ${on}`;
    for (const { mac, ip } of facts.vifs) {
      if (mac !== null) macs.set(mac.toLowerCase(), whose);
      for (const address of addressesIn(ip ?? '')) addresses.set(address, whose);
    }
    for (const address of ownAddresses(facts.commandLine ?? '')) addresses.set(address, whose);
    for (const held of madeAs(domain)) for (const address of held.addresses) addresses.set(address, whose);
  }
  for (const { name, address } of hostAddresses) {
    const [plain] = addressesIn(address);
    if (plain === address) addresses.set(plain, `the host ${visibleText(name, 60)}`);
  }
  // Hosts that nobody has reached since Hum was started: what they have is known from what was deployed there, or not at all.
  const dark = hostAddresses.filter(({ id, asked }) => !asked && hosts.every(({ host }) => host !== id));
  for (const { host, name, macs: own, addresses: held } of deployed) {
    if (dark.every(({ id }) => id !== host)) continue;
    const whose = `${visibleText(name, 60)}, which was deployed on ${visibleText(hostName(host ?? ''), 60)}`;
    for (const mac of own) macs.set(mac.toLowerCase(), whose);
    for (const address of held) addresses.set(address, whose);
  }
  for (const holding of [...previewed, ...planned]) {
    const whose = `${visibleText(holding.name, 60)}, which is about to be deployed`;
    for (const mac of holding.macs) macs.set(mac, whose);
    for (const address of holding.addresses) addresses.set(address, whose);
  }
  for (const { name, host } of planned) {
    names.set(name, host === null ? 'is being deployed' : `is being deployed on ${visibleText(hostName(host), 60)}`);
  }
  return {
    names,
    found: namesFound(looks, hostName),
    previewed: new Set(previewed.map(({ name }) => name)),
    macs,
    addresses,
    outOfSight: [
      ...hosts.filter(({ problem }) => problem !== undefined).map(({ host }) => hostName(host)),
      ...dark.map(({ name }) => name),
    ],
  };
}

/** Names that are claimed where a look has asked: what another Hum does is known by that alone, before there is a domain. */
function namesFound(looks: Looks, hostName: (id: string) => string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [host, { findings }] of looks) {
    for (const [word, { kind }] of findings) {
      const name = kind === 'there' ? /^claim=(.*)$/s.exec(word)?.[1] : undefined;
      if (name !== undefined) names.set(name, `is being deployed on ${visibleText(hostName(host), 60)}`);
    }
  }
  return names;
}

/** What Hum has made a domain as: by its host and name, and by its MAC addresses, which stay when it is renamed or migrated. */
function madeOf(deployed: readonly Holding[]): (domain: DomainRow) => readonly Holding[] {
  const named = new Map(deployed.map((held) => [`${held.host}/${held.name}`, held]));
  const drawn = new Map(deployed.flatMap((held) => held.macs.map((mac) => [mac.toLowerCase(), held] as const)));
  return ({ host, name, facts }) => {
    const found = facts.vifs.map(({ mac }) => drawn.get(mac?.toLowerCase() ?? ''));
    return [...new Set([...found, named.get(`${host}/${name}`)])].filter((held) => held !== undefined);
  };
}

/** The address that a command line gives the guest itself: `ip=10.0.2.7::10.0.2.2:…` and the like. */
function ownAddresses(commandLine: string): readonly string[] {
  return commandLine.split(/\s+/).flatMap((word) => {
    const [, own = ''] = /^ip\w*=([^:]*)/.exec(word) ?? [];
    return addressesIn(own);
  });
}

/** The hosts as placement has them; `looks` by their ids. */
export function placementHosts(view: FleetView, looks: ReadonlyMap<string, HostLook>): readonly PlacementHost[] {
  const byHost = Map.groupBy(view.domains, ({ host }) => host);
  const heldOn = Map.groupBy(view.planned, ({ host }) => host);
  const madeAs = madeOf([...view.deployed, ...view.planned]);
  return view.hosts.map((xen) => {
    const { host, memoryTotal, toolstack, version, capabilities, cpus, problem, at } = xen;
    const there = (byHost.get(host) ?? []).filter(({ load }) => load.id !== null);
    const names = new Set(there.map(({ name }) => name));
    const coming = (heldOn.get(host) ?? []).filter(({ name }) => !names.has(name));
    const look = looks.get(host) ?? null;
    // Whichever was told last.
    const free = look !== null && look.memoryFree !== null && look.at > at ? look.memoryFree : xen.memoryFree;
    const busy = there.reduce((sum, { load }) => sum + (load.cpuUsed ?? 0) * load.vcpus, 0);
    return {
      id: host,
      name: view.hostName(host),
      trouble: problem === undefined ? null : troubleOf(problem.code, problem.message),
      toolstack,
      version,
      capabilities,
      memoryTotal,
      memoryFree: Math.max(0, free - coming.reduce((sum, { memory }) => sum + memory, 0)),
      load: cpus > 0 ? busy / cpus : 0,
      vms: [
        ...there.flatMap((domain) =>
          domain.facts.control ? [] : [{ name: domain.name, tags: madeAs(domain).flatMap(({ tags }) => tags) }],
        ),
        ...coming,
      ],
      look,
    };
  });
}

function troubleOf(code: string, message: string): string {
  return code === 'connection-lost' ? 'not connected' : visibleText(message, 120).replace(/\.$/, '');
}
