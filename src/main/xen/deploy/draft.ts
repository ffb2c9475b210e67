import type { DeployRequest, DeployVm, FieldError, HostFit, SeedFile } from '../../../shared/contract/deploy.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { versionOf } from '../../plans/file-step.ts';
import type { Step } from '../../plans/plan.ts';
import { parametersIn } from '../templates/expression.ts';
import { parameterValues } from '../templates/parameters.ts';
import { renderConfig } from '../templates/render-config.ts';
import { resolveTemplate } from '../templates/resolve.ts';
import type { Template } from '../templates/template.ts';
import { Unfit } from '../templates/unfit.ts';
import { drawAddresses } from './addresses.ts';
import type { Others } from './checks.ts';
import { type Deployment, deploymentPlan } from './deployment-plan.ts';
import type { Holding } from './fleet-view.ts';
import type { Guest, GuestVif } from './guest.ts';
import type { HostLook } from './look.ts';
import { freeMac, isInMacRange, ofXen } from './macs.ts';
import { namesOf } from './names.ts';
import { memoryOverhead, type Placed, type PlacementHost, place } from './placement.ts';

/** What a draft is made from. */
export interface DraftSource {
  readonly request: DeployRequest;
  readonly template: Template;
  /** Of the template's text. */
  readonly version: string;
  readonly hosts: readonly PlacementHost[];
  readonly others: Others;
  /** What the same preview had drafted before: what is still good of it stays. */
  readonly before: Draft | null;
  /** Answers so many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

/** One VM of a draft. */
export interface DraftVm {
  readonly guest: Guest;
  readonly macs: readonly string[];
  /** What its plan will be told by: 16 hex digits. */
  readonly mark: string;
  readonly placed: Placed;
  /** Null where it has no host. */
  readonly deployment: Deployment | null;
  /** As a person sees it. */
  readonly shown: DeployVm;
}

/** What would be deployed, as far as it is known. Without a VM where the request cannot be read. */
export interface Draft {
  readonly errors: readonly FieldError[];
  readonly vms: readonly DraftVm[];
  readonly fits: readonly HostFit[];
  /** What the addresses of each card were counted up from: those of another range are not kept. */
  readonly ranges: readonly string[];
  /** Stands for exactly these VMs of this request. */
  readonly digest: string;
}

/** Drafts a request. Pure, but for the random bytes. */
export function draftOf(source: DraftSource): Draft {
  const { request, template, before } = source;
  const names = namesOf(request.names);
  if (names.kind === 'invalid') return nothing([{ field: 'names', message: names.message }]);
  const resolved = guestsOf(source, names.names);
  if (resolved.guests.length === 0) return nothing(resolved.errors);
  const { guests } = resolved;
  const errors = [...resolved.errors, ...clashes(guests)];
  const known = new Map(before?.vms.map((vm) => [vm.guest.name, vm] as const));

  const used = new Set(source.others.macs.keys());
  const taken = { has: (mac: string) => used.has(mac) };
  for (const { vifs } of guests) for (const { mac } of vifs) if (mac !== null) used.add(mac);
  const held = guests.map(({ name, vifs }) =>
    vifs.map(({ mac, macs: range = ofXen }, at) => {
      const before = mac === null ? known.get(name)?.macs[at] : undefined;
      if (before === undefined || used.has(before) || !isInMacRange(before, range)) return mac;
      used.add(before);
      return before;
    }),
  );
  const full = new Set<string>();
  const macs = guests.map(({ vifs }, index) =>
    vifs.map(({ macs: range = ofXen }, at) => {
      const stays = held[index]?.[at] ?? null;
      if (stays !== null) return stays;
      const chosen = freeMac(taken, source.random, range);
      if (chosen === undefined) full.add(`${range.first} to ${range.last}`);
      else used.add(chosen);
      return chosen ?? '';
    }),
  );

  if (full.size > 0)
    return nothing([
      { field: 'names', message: `From ${[...full].join(', ')} too few MAC addresses are free: widen the range in the template.` },
    ]);

  const only = request.host === 'best' ? null : request.host;
  const keep = new Map([...known].flatMap(([name, vm]) => (vm.placed.host === null ? [] : [[name, vm.placed.host] as const])));
  const placement = place(guests, source.hosts, { headroom: request.headroom, only, keep });
  errors.push(...hostErrors(source, guests, placement.vms));
  const hosts = new Map(source.hosts.map((host) => [host.id, host]));
  const vms = guests.map((guest, index): DraftVm => {
    const placed = placement.vms[index] ?? { host: null, verdict: null, refusals: [] };
    const mark = known.get(guest.name)?.mark ?? Buffer.from(source.random(8)).toString('hex');
    const own = macs[index] ?? [];
    const deployment = deploymentOf(guest, own, mark, placed.host === null ? undefined : hosts.get(placed.host));
    return { guest, macs: own, mark, placed, deployment, shown: shownVm(guest, own, placed, deployment) };
  });
  return { errors, vms, fits: placement.fits, ranges: resolved.ranges, digest: digestOf(request, source.version, template, vms) };

  function nothing(wrong: readonly FieldError[]): Draft {
    return { errors: wrong, vms: [], fits: place([], source.hosts, { headroom: 0, only: null }).fits, ranges: [], digest: '' };
  }
}

/** What the VMs of a draft have for themselves. */
export function holdingsOf({ vms }: Pick<Draft, 'vms'>): readonly Holding[] {
  return vms.map(({ guest, macs, placed }) => ({
    host: placed.host,
    name: guest.name,
    macs,
    addresses: guest.vifs.flatMap(({ ip }) => (ip.kind === 'static' ? [ip.address] : [])),
    memory: guest.memory + memoryOverhead(guest),
    tags: guest.tags,
  }));
}

interface Resolved {
  readonly guests: readonly Guest[];
  readonly errors: readonly FieldError[];
  readonly ranges: readonly string[];
}

/** The VMs, each with addresses of its own. None where a value is wrong: it would be wrong in all of them. */
function guestsOf(source: DraftSource, names: readonly string[]): Resolved {
  const { request, template } = source;
  const fill = (name: string, more: Readonly<Record<string, string>>) => resolveTemplate(template, { ...request.values, ...more, name });
  const plain: Guest[] = [];
  for (const name of names) {
    const resolved = fill(name, {});
    if (resolved.kind === 'errors') return { guests: [], errors: resolved.errors.map(asField), ranges: [] };
    plain.push(resolved.guest);
  }
  const drawn = draw(source, plain);
  if (drawn.errors.length > 0) return { guests: plain, errors: drawn.errors, ranges: [] };
  const guests: Guest[] = [];
  for (const [index, name] of names.entries()) {
    const more = drawn.values[index] ?? {};
    const resolved = Object.keys(more).length === 0 ? undefined : fill(name, more);
    if (resolved?.kind === 'errors') return { guests: [], errors: resolved.errors.map(asField), ranges: [] };
    guests.push(resolved?.guest ?? (plain[index] as Guest));
  }
  return { guests, errors: [], ranges: drawn.ranges };
}

/** The name of a VM is typed into the field of the names. */
function asField({ field, message }: FieldError): FieldError {
  return { field: field === 'name' ? 'names' : field, message };
}

/** Values of parameters for each VM, by which its fixed addresses are its own. */
function draw(
  source: DraftSource,
  guests: readonly Guest[],
): { readonly values: readonly Record<string, string>[]; readonly errors: FieldError[]; readonly ranges: string[] } {
  const { request, template, others, before } = source;
  const values = guests.map((): Record<string, string> => ({}));
  const errors: FieldError[] = [];
  const ranges: string[] = [];
  const answering = new Set(
    source.hosts.flatMap(({ look }) =>
      [...(look?.findings ?? [])].flatMap(([word, { kind }]) => (kind === 'answers' ? (/^reach=([\d.]+)\//.exec(word)?.[1] ?? []) : [])),
    ),
  );
  const [first] = guests;
  const used = new Set<string>();
  const known = new Map(before?.vms.map(({ guest }) => [guest.name, guest] as const));
  first?.vifs.forEach(({ ip }, at) => {
    if (ip.kind !== 'static') return;
    const all = guests.map(({ vifs }) => addressOf(vifs[at]));
    // The template may work a VM's address out from its name or number.
    if (guests.length > 1 && new Set(all).size === guests.length) return;
    const parameter = addressParameter(template, request.values, at);
    if (parameter === undefined) {
      if (guests.length > 1) {
        errors.push({ field: 'names', message: `The template gives every VM the address ${ip.address}: it makes one VM at a time.` });
      }
      return;
    }
    // An address that somebody typed for one VM is meant; where it cannot be had, a check says so.
    if (guests.length === 1 && Object.hasOwn(request.values, parameter.name)) return;
    const taken = { has: (address: string) => others.addresses.has(address) || answering.has(address) || used.has(address) };
    const range = `${ip.address}-${ip.last ?? ''}/${ip.prefix} ${ip.gateway ?? ''}`;
    ranges[at] = range;
    const same = before?.ranges[at] === range;
    const held = guests.map(({ name }) => {
      const address = same ? addressOf(known.get(name)?.vifs[at]) : null;
      if (address === null || taken.has(address)) return null;
      used.add(address);
      return address;
    });
    const fresh = drawAddresses({ ...ip, first: ip.address }, held.filter((address) => address === null).length, taken);
    const mine = held.map((address) => address ?? fresh.shift() ?? null);
    const short = mine.filter((address) => address === null).length;
    if (short > 0) {
      const room = guests.length - short;
      const where =
        ip.last === undefined ? `From ${ip.address} on, its network of /${ip.prefix}` : `The range from ${ip.address} to ${ip.last}`;
      const message = `${where} has ${room} of ${guests.length} addresses free. Begin with another one.`;
      errors.push({ field: parameter.name, message });
    }
    for (const [index, address] of mine.entries()) {
      const own = values[index];
      if (address === null || own === undefined) continue;
      used.add(address);
      own[parameter.name] = address + parameter.suffix;
    }
  });
  return { values, errors, ranges };
}

function addressOf(vif: GuestVif | undefined): string | null {
  return vif?.ip.kind === 'static' ? vif.ip.address : null;
}

/** The parameter that a vif's address is written with, when its value is an address and nothing else; `suffix` is the prefix behind it, "/24". */
function addressParameter(
  template: Template,
  given: Readonly<Record<string, string>>,
  vif: number,
): { readonly name: string; readonly suffix: string } | undefined {
  const written = template.file.vifs?.[vif]?.ip ?? '';
  try {
    const [name, ...more] = parametersIn(written);
    if (name === undefined || name === 'name' || more.length > 0) return undefined;
    const value = parameterValues(template.parameters, { ...given, name: 'x' }).values.get(name) ?? '';
    const [, suffix] = /^(?:\d{1,3}\.){3}\d{1,3}(\/\d{1,2})?$/.exec(value.trim()) ?? [];
    return /^(?:\d{1,3}\.){3}\d{1,3}/.test(value.trim()) ? { name, suffix: suffix ?? '' } : undefined;
  } catch (error) {
    if (error instanceof Unfit) return undefined;
    throw error;
  }
}

/** Two VMs of one request that would have the same disk, seed or MAC address. */
function clashes(guests: readonly Guest[]): readonly FieldError[] {
  const owners = new Map<string, string>();
  for (const { name, disks, cloudInit, vifs } of guests) {
    const things = [
      ...disks.map(({ place }) => (place.kind === 'file' ? `file ${place.path}` : `volume ${place.group}/${place.volume}`)),
      ...(cloudInit === null ? [] : [`file ${cloudInit.path}`]),
      ...vifs.flatMap(({ mac }) => (mac === null ? [] : [`MAC address ${mac}`])),
    ];
    for (const thing of things) {
      const owner = owners.get(thing);
      if (owner !== undefined && owner !== name) {
        const message = `${owner} and ${name} would have the same ${visibleText(thing, 160)}: the template needs {name} in it.`;
        return [{ field: 'names', message }];
      }
      owners.set(thing, name);
    }
  }
  return [];
}

function hostErrors({ request, hosts }: DraftSource, guests: readonly Guest[], placed: readonly Placed[]): readonly FieldError[] {
  if (request.host !== 'best') {
    if (hosts.some(({ id }) => id === request.host)) return [];
    return [{ field: 'host', message: 'This host is not known as a Xen host. Choose another one, or wait until it is connected.' }];
  }
  if (hosts.length === 0) return [{ field: 'host', message: 'There is no Xen host yet. Add one, or wait until it is connected.' }];
  const homeless = guests.filter((_, at) => placed[at]?.host == null).map(({ name }) => name);
  if (homeless.length === 0) return [];
  const names = homeless.length <= 3 ? homeless.join(', ') : `${homeless.slice(0, 3).join(', ')} and ${homeless.length - 3} more`;
  return [
    {
      field: 'host',
      message: `No host has what ${names} ${homeless.length === 1 ? 'needs' : 'need'}: the reasons stand beside each host.`,
    },
  ];
}

function deploymentOf(guest: Guest, macs: readonly string[], mark: string, host: PlacementHost | undefined): Deployment | null {
  if (host === undefined || host.toolstack !== 'xl') return null;
  const { checksums, totals } = imagesOf(guest, host.look);
  return { guest, macs, host: { id: host.id, name: host.name }, mark, checksums, totals };
}

/** What is known of the images that are copied. */
function imagesOf(guest: Guest, look: HostLook | null): Pick<Deployment, 'checksums' | 'totals'> {
  const checksums = new Map<string, string>();
  const totals = new Map<string, number>();
  for (const { source } of guest.disks) {
    if (source.kind !== 'image' || source.method === 'snapshot') continue;
    const found = look?.findings.get(`file=${source.image}`);
    const checksum = source.checksum ?? (found?.kind === 'file' ? found.checksum : null);
    if (checksum !== null) checksums.set(source.image, checksum);
    if (found?.kind === 'file') totals.set(source.image, found.bytes);
  }
  return { checksums, totals };
}

function shownVm(guest: Guest, macs: readonly string[], placed: Placed, deployment: Deployment | null): DeployVm {
  const steps = deployment === null ? [] : deploymentPlan(deployment).steps;
  return {
    name: guest.name,
    host: placed.host,
    macs,
    ip: guest.vifs.map(addressOf).find((address) => address !== null) ?? null,
    configuration: renderConfig(guest, macs),
    seed: stampOf(seedOf(steps)),
    steps: steps.map(({ title, host, action, undo }) => ({ title, host, command: action.shown, undo: undo?.shown ?? null })),
  };
}

function stampOf(files: readonly SeedFile[]): string | null {
  return files.length === 0 ? null : versionOf(JSON.stringify(files));
}

/** What the step writes that makes the seed. */
export function seedOf(steps: readonly Step[]): readonly SeedFile[] {
  const files = steps.find(({ action }) => action.handler === 'xen.seed')?.action.args.files;
  return Object.entries(files ?? {}).flatMap(([name, text]) => (typeof text === 'string' ? [{ name, text }] : []));
}

/** Of what was asked for and what a person sees of it. What is done is made from the same values. */
function digestOf(request: DeployRequest, version: string, { parameters }: Template, vms: readonly DraftVm[]): string {
  const values = parameters.map(({ name }) => request.values[name] ?? null);
  const asked = [request.template, version, values, request.names, request.host, request.headroom, request.partial, request.atOnce];
  return versionOf(JSON.stringify([asked, vms.map(({ guest, shown }) => [guest, shown])]));
}
