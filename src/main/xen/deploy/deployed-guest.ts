import type { DeployedGuest, DeployedVm } from '../../../shared/contract/deploy.ts';
import type { DomainRef } from '../../../shared/contract/xen.ts';
import { HumError, type Problem } from '../../../shared/errors.ts';
import type { PlanRecord } from '../../plans/record.ts';
import { hostKeyType, viewHostKey } from '../../ssh/host-key.ts';
import { deployedKey, deploymentKinds } from './deployment-plan.ts';

/** What is known of a guest once it is deployed: where it answers, and what it has said of its host keys. */
export interface FoundGuest extends DeployedGuest {
  /** The keys themselves (blobs, RFC 4253 §6.6), in the order of `hostKeys`. */
  readonly keys: readonly Buffer[];
}

const mostKeys = 8;
const kinds: readonly string[] = Object.values(deploymentKinds);

/** The VMs of a plan that has deployed any, in its order. Pure. */
export function deployedVms(plan: PlanRecord | undefined): readonly DeployedVm[] {
  return waitsOf(plan).map(({ vm }) => vm);
}

function waitsOf(plan: PlanRecord | undefined): readonly { readonly vm: DeployedVm; readonly step: PlanRecord['steps'][number] }[] {
  if (plan?.state !== 'done' || !kinds.includes(plan.kind)) return [];
  const waits = plan.steps.filter(({ action }) => action.handler === 'xen.settle');
  return waits.map((step) => {
    const name = String(step.action.args.name);
    return { vm: { host: step.host, key: deployedKey(step.host, name), name }, step };
  });
}

/**
 * Reads one from its plan. The address is the fixed one, else the one that the wait has found; the user is the one that cloud-init was to make,
 * else root; the keys are those that cloud-init prints to the console (cc_keys_to_console, "SSH HOST KEY KEYS"), which only the guest and its
 * host can write to. Pure.
 * @throws HumError `wrong-state` for a plan that deployed no VM, or whose VM has no address that is known
 */
export function deployedGuest(plan: PlanRecord | undefined, { host, key }: DomainRef): FoundGuest {
  const wait = waitsOf(plan).find(({ vm }) => vm.host === host && vm.key === key);
  if (wait === undefined) throw new HumError(notDeployed);
  const { output, action } = wait.step;
  const { address: fixed, user } = action.args;
  const address = typeof fixed === 'string' && fixed !== '' ? fixed : foundAddress(output);
  if (address === undefined) throw new HumError({ ...noAddress, host });
  const keys = printedHostKeys(output);
  return {
    name: wait.vm.name,
    address,
    user: typeof user === 'string' && user !== '' ? user : 'root',
    hostKeys: keys.map(viewHostKey),
    keys,
  };
}

/** What settle.ts says at the end, after everything that the guest has printed. */
export function addressLine(address: string): string {
  return `\nIts address is ${address}\n`;
}

function foundAddress(output: string): string | undefined {
  return /\nIts address is (\d{1,3}(?:\.\d{1,3}){3})\n$/.exec(output)?.[1];
}

/** The host keys that cloud-init has printed last, each as a blob. What is no key, or says that it is of another type, is none. Pure. */
export function printedHostKeys(console: string): readonly Buffer[] {
  const begin = console.lastIndexOf('-----BEGIN SSH HOST KEY KEYS-----');
  const end = console.indexOf('-----END SSH HOST KEY KEYS-----', begin);
  if (begin < 0 || end < 0) return [];
  const lines = console
    .slice(begin, end)
    .matchAll(/^(ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)|ssh-rsa) ([A-Za-z0-9+/]{40,2000}={0,2})(?: |\r|$)/gm);
  return [...lines]
    .slice(0, mostKeys)
    .map(([, type, key = '']) => ({ type, key: Buffer.from(key, 'base64') }))
    .flatMap(({ type, key }) => (hostKeyType(key) === type ? [key] : []));
}

const notDeployed: Problem = {
  code: 'wrong-state',
  message: 'There is no VM that this plan has deployed.',
  hint: 'It may have been undone, or so long ago that the plan is not shown any more: add the VM by its address.',
};

const noAddress: Problem = {
  code: 'wrong-state',
  message: 'Nobody has seen the address of this VM.',
  hint: 'Look at its console for it, and add the VM by that.',
};
