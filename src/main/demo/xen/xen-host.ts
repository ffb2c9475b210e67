import { cpuTicks } from '../activity.ts';
import type { Profile } from '../profiles.ts';
import { bootOf } from '../story.ts';
import { castOf, memoryOf } from './cast.ts';
import { sharedGoods, sharedNoted } from './goods.ts';
import { ImageStore } from './image-store.ts';
import { Machine } from './machine.ts';
import type { XlContext } from './xl.ts';

const gib = 2 ** 30;
/** Machines are sold in these sizes, GiB. */
const sizes = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

/** The Xen side of a simulated host: one machine through all its boots. */
export class XenHost {
  readonly machine: Machine;
  readonly #profile: Profile;
  #bootedAt: number;

  constructor(profile: Profile, xen: NonNullable<Profile['xen']>, shared = newShare()) {
    const cast = castOf(xen.seed, profile.index, xen.domains, xen.first, xen.repeats);
    const needed = memoryOf(cast) * 1.1 + profile.totalKb * 1024 + gib;
    this.#profile = profile;
    this.#bootedAt = bootOf(profile, 0).at;
    this.machine = new Machine({
      seed: profile.bootIdSeed,
      cast,
      activity: profile.activity,
      memoryMb: (sizes.find((size) => size * gib >= needed) ?? Math.ceil(needed / gib)) * 1024,
      dom0Mb: Math.ceil(profile.totalKb / 1024 / 512) * 512,
      dom0Vcpus: profile.cores,
      cpus: Math.max(16, profile.cores * 2),
      bootedAt: this.#bootedAt,
      shared: profile.kind.group === 'dom0' ? shared : null,
    });
  }

  /** As it is `now`, ms since the demo began. */
  at(now: number): XlContext {
    const boot = bootOf(this.#profile, now);
    if (boot.at !== this.#bootedAt) {
      this.#bootedAt = boot.at;
      this.machine.reboot(boot.at);
    }
    const { user, nice, system, softirq } = cpuTicks(this.#profile, now);
    const dom0 = {
      hostName: this.#profile.name,
      kernel: this.#profile.kernel,
      cpuMs: (user + nice + system + softirq) * 10,
      uptimeMs: Math.max(0, now - boot.at),
    };
    return { machine: this.machine, dom0, permitted: this.#profile.user === 'root', now };
  }
}

/** What the dom0s of one demo have mounted of the same server. */
export function newShare(): ImageStore {
  return new ImageStore(sharedGoods, sharedNoted);
}

/** A host of the demo that is a Xen host, or undefined for a plain one. */
export function xenHostOf(profile: Profile, shared?: ImageStore): XenHost | undefined {
  return profile.xen === null ? undefined : new XenHost(profile, profile.xen, shared);
}
