import { fileActions } from '../../plans/file-step.ts';
import type { Action, Json, Plan, Step } from '../../plans/plan.ts';
import { shownWord } from '../../ssh/quote.ts';
import { minute, second, titled } from '../actions/steps.ts';
import { renderConfig } from '../templates/render-config.ts';
import type { CloudInit, Guest, GuestDisk } from './guest.ts';
import { seedFiles } from './seed-files.ts';

/** One VM that is to be made on one host, with everything decided: the same deployment has the same plan. */
export interface Deployment {
  /** Of `vifs[i].mac` and `macs[i]`, the latter counts. */
  readonly guest: Guest;
  readonly macs: readonly string[];
  /** `id` is the inventory's, `name` is for people. */
  readonly host: { readonly id: string; readonly name: string };
  /** 16 hex digits, of this plan alone: what it makes bears it until it is done. */
  readonly mark: string;
  /** The path of an image, and the SHA-256 (hex) that the copy must have, where it is known. */
  readonly checksums: ReadonlyMap<string, string>;
  /** The path of an image and its bytes, for progress. */
  readonly totals: ReadonlyMap<string, number>;
}

/** Whose name a VM's is while it is deployed: a file for each name, which holds the mark. */
export const claimsFolder = '/var/lib/hum/claims';

/** Hosts with another toolstack are refused (placement.ts): a configuration is written as xl reads it. */
const tool = 'xl';

/** Where the disks of VMs and the golden images are, unless a template says something else. */
export const imageFolder = '/srv/xen';

/** The file in which a VM's configuration is kept on its host. */
export function configPath(name: string): string {
  return `/etc/xen/${name}.cfg`;
}

/** What plans are that deploy one VM, and several together. */
export const deploymentKinds = { one: 'xen.deploy', all: 'xen.deploy-all' } as const;

/** The plan of one deployment. Pure. */
export function deploymentPlan(deployment: Deployment): Plan {
  const { guest, host } = deployment;
  const title = `Deploy ${titled(guest.name)} on ${titled(host.name)}`;
  const steps = [claim(deployment), ...making(deployment), release(deployment)];
  return { kind: deploymentKinds.one, title, host: host.id, subject: deployedKey(host.id, guest.name), steps };
}

/**
 * All or none: one plan of all their steps. The names are claimed first, so that one which is taken costs nothing, and given free last: until
 * then each can still be taken back. Its subject is the first one's.
 * @throws Error for no deployment at all
 */
export function deploymentOfAll(deployments: readonly Deployment[]): Plan {
  const [first, ...others] = deployments;
  if (first === undefined) throw new Error('A plan needs at least one deployment.');
  if (others.length === 0) return deploymentPlan(first);
  const last = deployments.at(-1) ?? first;
  const hosts = new Set(deployments.map(({ host }) => host.id)).size;
  const where = hosts === 1 ? titled(first.host.name) : `${hosts} hosts`;
  return {
    kind: deploymentKinds.all,
    title: `Deploy ${deployments.length} VMs, ${titled(first.guest.name)} to ${titled(last.guest.name)}, on ${where}`,
    host: first.host.id,
    subject: deployedKey(first.host.id, first.guest.name),
    steps: [...deployments.map(claim), ...deployments.flatMap(making), ...deployments.map(release)],
  };
}

/** The key of a domain that is deployed, as it will be (see domain-keys.ts: no name of a template ends in `#` and a number). */
export function deployedKey(host: string, name: string): string {
  return `${host}/${name}`;
}

function making(deployment: Deployment): Step[] {
  const { guest } = deployment;
  return [
    ...guest.disks.map((disk) =>
      disk.place.kind === 'file' ? fileDisk(deployment, disk, disk.place) : volumeDisk(deployment, disk, disk.place),
    ),
    ...(guest.cloudInit === null ? [] : [seed(deployment, guest.cloudInit)]),
    ...[...new Set(guest.selinux.booleans)].map((name) => selinux(deployment, name)),
    configuration(deployment),
    create(deployment),
    settle(deployment),
    ...(guest.autostart ? [autostart(deployment)] : []),
  ];
}

function claim({ guest, host, mark }: Deployment): Step {
  const path = `${claimsFolder}/${guest.name}`;
  const args = { tool, mark, name: guest.name, config: configPath(guest.name) };
  return {
    title: `Claim the name ${titled(guest.name)}`,
    host: host.id,
    action: {
      handler: 'xen.claim',
      args: { ...args, what: 'take' },
      shown: `ln ${shownWord(`${claimsFolder}/.${mark}`)} ${shownWord(path)}`,
    },
    undo: { handler: 'xen.claim', args: { ...args, what: 'drop' }, shown: `rm ${shownWord(path)}` },
  };
}

/** How a disk is made, by what its image becomes: the words of a title, and of a command. */
const methods = {
  copy: { verb: 'Copy', command: 'cp --sparse=always' },
  reflink: { verb: 'Clone', command: 'cp --reflink=always' },
} as const;

function fileDisk(deployment: Deployment, disk: GuestDisk, { path }: { readonly path: string }): Step {
  const { host, mark } = deployment;
  const { source, format } = disk;
  const image = source.kind === 'image' ? source.image : '';
  const method = source.kind === 'image' ? source.method : 'empty';
  const checksum = checksumOf(deployment, disk);
  const target = shownWord(path);
  const args = {
    mark,
    key: disk.device,
    path,
    method,
    image,
    format,
    size: disk.size,
    grow: disk.grow,
    checksum,
    total: deployment.totals.get(image) ?? null,
  };
  const commands: string[] = [];
  if (method === 'empty')
    commands.push(format === 'raw' ? `truncate -s ${disk.size ?? 0} ${target}` : `qemu-img create -f qcow2 ${target} ${disk.size ?? 0}`);
  else if (method === 'overlay') {
    if (checksum !== null) commands.push(checked(checksum, image));
    commands.push(`qemu-img create -f qcow2 -F qcow2 -b ${shownWord(image)} ${target}${disk.size === null ? '' : ` ${disk.size}`}`);
  } else {
    commands.push(`${methods[method === 'reflink' ? 'reflink' : 'copy'].command} ${shownWord(image)} ${target}`);
    if (checksum !== null) commands.push(checked(checksum, path));
    if (disk.size !== null)
      commands.push(format === 'raw' ? `truncate -s ${disk.size} ${target}` : `qemu-img resize ${target} ${disk.size}`);
    if (disk.grow && format === 'raw') commands.push(`e2fsck -fp ${target}`, `resize2fs ${target}`);
  }
  const title =
    method === 'empty'
      ? `Make the empty disk ${titled(path)}`
      : method === 'overlay'
        ? `Lay the disk ${titled(path)} over ${titled(image)}`
        : `${methods[method === 'reflink' ? 'reflink' : 'copy'].verb} ${titled(image)} to ${titled(path)}`;
  return {
    title,
    host: host.id,
    action: { handler: 'xen.disk', args: { ...args, what: 'make' }, shown: commands.join(' && ') },
    undo: { handler: 'xen.disk', args: { mark, key: disk.device, path, what: 'undo' }, shown: `rm ${target}` },
  };
}

function volumeDisk(deployment: Deployment, disk: GuestDisk, { group, volume }: { readonly group: string; readonly volume: string }): Step {
  const { host, mark } = deployment;
  const { source } = disk;
  const image = source.kind === 'image' ? source.image : '';
  const method = source.kind === 'image' ? source.method : 'empty';
  const checksum = method === 'snapshot' ? null : checksumOf(deployment, disk);
  const device = shownWord(`/dev/${group}/${volume}`);
  const args = {
    mark,
    key: disk.device,
    group,
    volume,
    method,
    image,
    size: disk.size,
    grow: disk.grow,
    checksum,
    total: deployment.totals.get(image) ?? null,
  };
  const tag = `--addtag ${tagOf(mark)}`;
  const size = disk.size === null ? '' : ` -L ${disk.size}b`;
  const commands: string[] = [];
  if (method === 'snapshot') {
    commands.push(`lvcreate -s -n ${shownWord(volume)} ${tag}${size === '' ? ' -l 100%ORIGIN' : size} ${shownWord(image)}`);
  } else {
    const asImage = ` -L "$(stat -Lc %s ${shownWord(image)})b"`;
    commands.push(`lvcreate -n ${shownWord(volume)} ${tag}${size === '' ? asImage : size} ${shownWord(group)}`);
    if (method !== 'empty') {
      commands.push(`dd bs=1048576 conv=fsync if=${shownWord(image)} of=${device}`);
      if (checksum !== null) commands.push(`head -c "$(stat -Lc %s ${shownWord(image)})" ${device} | sha256sum`);
    }
    if (disk.grow) commands.push(`e2fsck -fp ${device}`, `resize2fs ${device}`);
  }
  const name = titled(`${group}/${volume}`);
  return {
    title:
      method === 'empty'
        ? `Make the empty volume ${name}`
        : method === 'snapshot'
          ? `Make the volume ${name} a snapshot of ${titled(image)}`
          : `Copy ${titled(image)} to the volume ${name}`,
    host: host.id,
    action: { handler: 'xen.volume', args: { ...args, what: 'make' }, shown: commands.join(' && ') },
    undo: {
      handler: 'xen.volume',
      args: { mark, key: disk.device, group, volume, what: 'undo' },
      shown: `lvremove -f ${shownWord(`${group}/${volume}`)}`,
    },
  };
}

/** The tag of LVM that a volume bears until its deployment is done. */
export function tagOf(mark: string): string {
  return `hum-${mark}`;
}

function checked(checksum: string, path: string): string {
  return `echo ${shownWord(`${checksum}  ${path}`)} | sha256sum -c`;
}

function checksumOf({ checksums }: Deployment, { source }: GuestDisk): string | null {
  return source.kind === 'image' ? (source.checksum ?? checksums.get(source.image) ?? null) : null;
}

function seed(deployment: Deployment, cloudInit: CloudInit): Step {
  const { guest, macs, host, mark } = deployment;
  const { path, device } = cloudInit;
  return {
    title: `Write the cloud-init seed ${titled(path)}`,
    host: host.id,
    action: {
      handler: 'xen.seed',
      args: { what: 'make', mark, key: device, path, files: seedFiles(guest, cloudInit, macs, mark) },
      // The files stand beside it: what is written is a disk with them, whole.
      shown: `cat > ${shownWord(path)}`,
    },
    undo: { handler: 'xen.disk', args: { mark, key: device, path, what: 'undo' }, shown: `rm ${shownWord(path)}` },
  };
}

function selinux({ guest, host, mark }: Deployment, name: string): Step {
  const args = { mark, boolean: name };
  return {
    title: `Turn the SELinux boolean ${titled(name)} on`,
    host: host.id,
    action: {
      handler: 'xen.selinux',
      args: { ...args, what: 'set', absent: guest.selinux.whenAbsent },
      shown: `setsebool -P ${shownWord(name)} on`,
    },
    undo: { handler: 'xen.selinux', args: { ...args, what: 'undo', absent: 'note' }, shown: `setsebool -P ${shownWord(name)} off` },
  };
}

function configuration({ guest, macs, host, mark }: Deployment): Step {
  const path = configPath(guest.name);
  // It must not be there yet, so nothing is kept beside it and no moment needs to be named.
  const { action, undo } = fileActions({ path, content: renderConfig(guest, macs), expectedVersion: null, at: 0 });
  const asStep = ({ args, shown }: Action, what: 'make' | 'undo'): Action => ({
    handler: 'xen.configuration',
    args: { ...args, mark, what },
    shown,
  });
  return { title: `Write ${titled(path)}`, host: host.id, action: asStep(action, 'make'), undo: asStep(undo, 'undo') };
}

function create({ guest, host, mark }: Deployment): Step {
  const config = configPath(guest.name);
  const name = shownWord(guest.name);
  const args = { tool, mark, config, name: guest.name };
  return {
    title: `Start ${titled(guest.name)}`,
    host: host.id,
    action: {
      handler: 'xen.start',
      args: { ...args, what: 'deploy' },
      // build.sh puts the uuid on record before.
      shown: `${tool} create -p ${shownWord(config)} "uuid='$(uuidgen)'" && ${tool} unpause ${name}`,
    },
    undo: { handler: 'xen.start', args: { ...args, what: 'undo-deploy' }, shown: `${tool} destroy ${name}` },
  };
}

/** How long a VM may take until it counts as deployed, in addition to the time that it has to be stable. */
const readyLimits: Readonly<Record<Guest['ready'], number>> = {
  running: minute,
  ping: 5 * minute,
  ssh: 10 * minute,
  'cloud-init': 20 * minute,
};

const readyWords: Readonly<Record<Guest['ready'], string>> = {
  running: 'runs',
  ping: 'answers a ping',
  ssh: 'answers on its SSH port',
  'cloud-init': 'has been set up by cloud-init',
};

function settle({ guest, macs, host, mark }: Deployment): Step {
  const at = guest.vifs.findIndex(({ ip }) => ip.kind === 'static');
  const nth = at < 0 ? guest.vifs.findIndex(({ ip }) => ip.kind === 'dhcp') : at;
  const vif = guest.vifs[nth];
  const args: Action['args'] & { readonly ready: Json } = {
    tool,
    mark,
    name: guest.name,
    ready: guest.ready,
    stableS: guest.stableS,
    limitMs: guest.stableS * second + readyLimits[guest.ready],
    address: vif?.ip.kind === 'static' ? vif.ip.address : null,
    mac: macs[nth] ?? vif?.mac ?? null,
    // Not waited for: who can log in, once it is there.
    user: guest.cloudInit?.user ?? null,
  };
  return {
    title: `Wait until ${titled(guest.name)} ${readyWords[guest.ready]}`,
    host: host.id,
    action: { handler: 'xen.settle', args, shown: '' },
    undo: null,
  };
}

function autostart({ guest, host, mark }: Deployment): Step {
  const config = configPath(guest.name);
  const link = `/etc/xen/auto/${guest.name}.cfg`;
  return {
    title: `Start ${titled(guest.name)} with its host`,
    host: host.id,
    action: { handler: 'xen.autostart', args: { what: 'on', config, mark }, shown: `ln -s ${shownWord(config)} ${shownWord(link)}` },
    undo: { handler: 'xen.autostart', args: { what: 'off', config, mark }, shown: `rm ${shownWord(link)}` },
  };
}

function release({ guest, host, mark }: Deployment): Step {
  const volumes = guest.disks.flatMap(({ place }) => (place.kind === 'volume' ? [`${place.group}/${place.volume}`] : []));
  const commands = [
    ...(volumes.length === 0 ? [] : [`lvchange --deltag ${tagOf(mark)} ${volumes.map(shownWord).join(' ')}`]),
    `rm ${shownWord(`${claimsFolder}/${guest.name}`)}`,
  ];
  return {
    title: `Give the claim on ${titled(guest.name)} free`,
    host: host.id,
    action: { handler: 'xen.release', args: { mark, name: guest.name, volumes }, shown: commands.join('; ') },
    undo: null,
  };
}
