import type { DeployedGuest, DeployedVm } from '../../../shared/contract/deploy.ts';
import type { HostDraft } from '../../../shared/contract/inventory.ts';
import type { DomainRef } from '../../../shared/contract/xen.ts';
import { HumError, type Problem } from '../../../shared/errors.ts';
import type { PlanRecord } from '../../plans/record.ts';
import type { KeyKeeping, KnownHosts } from '../../ssh/known-hosts.ts';
import { deployedGuest, deployedVms, type FoundGuest } from './deployed-guest.ts';

export interface DeployedGuestsDeps {
  readonly record: (plan: string) => PlanRecord | undefined;
  readonly knownHosts: Pick<KnownHosts, 'check' | 'append'>;
  /** How the keys of a guest of this host are kept: nothing of a demo stays when it has left. */
  readonly keepingOn: (host: string) => KeyKeeping;
  /** The inventory id of the host that is saved with this way in. */
  readonly savedHost: (way: Pick<HostDraft, 'address' | 'user' | 'port'>) => string | undefined;
  /** @throws HumError `conflict` for a way in that is saved already */
  readonly addHost: (draft: HostDraft) => { readonly ids: readonly string[] };
}

/** VMs that were deployed, on their way to become hosts of the fleet. */
export interface DeployedGuests {
  /** @throws HumError `wrong-state` */
  all(plan: string): readonly DeployedVm[];
  /** @throws HumError `wrong-state` */
  of(plan: string, vm: DomainRef): DeployedGuest;
  /**
   * `id`: the host that it is from now on, or was already.
   * @throws HumError `wrong-state`, `host-key-changed` where other keys are known for its address, `known-hosts-unwritable`
   */
  addToFleet(wish: {
    readonly plan: string;
    readonly vm: DomainRef;
    readonly name: string | null;
    readonly user: string;
  }): Promise<{ readonly id: string; readonly added: boolean }>;
}

const port = 22;

export function createDeployedGuests({ record, knownHosts, keepingOn, savedHost, addHost }: DeployedGuestsDeps): DeployedGuests {
  /** The address may have been another machine's before: its keys are not taken for this one's, nor put beside them. */
  function refuseOthers({ address, keys }: FoundGuest): void {
    for (const key of keys) {
      const verdict = knownHosts.check(address, port, key);
      if (verdict.kind === 'changed' || verdict.kind === 'revoked') throw new HumError(otherKeys(address, verdict.knownKeys[0]?.where));
    }
  }

  return {
    all: (plan) => deployedVms(record(plan)),
    of(plan, vm) {
      const { keys, ...guest } = deployedGuest(record(plan), vm);
      return guest;
    },
    async addToFleet({ plan, vm, name, user }) {
      const guest = deployedGuest(record(plan), vm);
      refuseOthers(guest);
      // The keys before the host: its first connection may begin at once.
      for (const key of guest.keys) await knownHosts.append(guest.address, port, key, keepingOn(vm.host));
      const way = { address: guest.address, user, port };
      const saved = savedHost(way);
      if (saved !== undefined) return { id: saved, added: false };
      const { ids } = addHost({ ...way, name: name ?? guest.name, keyFile: null, group: null, tags: [] });
      return { id: ids[0] ?? '', added: true };
    },
  };
}

function otherKeys(address: string, where: string | undefined): Problem {
  return {
    code: 'host-key-changed',
    message: `known_hosts has other keys for ${address} than those that this VM has printed.`,
    hint: `Another machine had this address before. If it is gone, remove its line (${where ?? 'known_hosts'}), and add the VM again.`,
  };
}
