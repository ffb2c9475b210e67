import type { DeployedGuest } from '../../../shared/contract/deploy.ts';
import { HumError, type Problem } from '../../../shared/errors.ts';
import type { PlanRecord } from '../../plans/record.ts';
import { hostKeyType, viewHostKey } from '../../ssh/host-key.ts';

/** What is known of a guest once it is deployed: where it answers, and what it has said of its host keys. */
export interface FoundGuest extends DeployedGuest {
  /** The keys themselves (blobs, RFC 4253 §6.6), in the order of `hostKeys`. */
  readonly keys: readonly Buffer[];
}

const mostKeys = 8;

/**
 * Reads it from its plan. The address is the fixed one, else the one that the wait has found; the keys are those that cloud-init prints to the
 * console (cc_ssh, "SSH HOST KEY KEYS"), which only the guest and its host can write to. Pure.
 * @throws HumError `wrong-state` for a plan that deployed no VM, or whose VM has no address that is known
 */
export function deployedGuest(plan: PlanRecord | undefined): FoundGuest {
  const wait = plan?.kind === 'xen.deploy' && plan.state === 'done' ? plan.steps.find(isWait) : undefined;
  if (plan === undefined || wait === undefined) throw new HumError(notDeployed);
  const { address: fixed, name } = wait.action.args;
  const address = typeof fixed === 'string' && fixed !== '' ? fixed : foundAddress(wait.output);
  if (address === undefined) throw new HumError({ ...noAddress, host: plan.host });
  const keys = printedHostKeys(wait.output);
  return { name: String(name), address, hostKeys: keys.map(viewHostKey), keys };
}

function isWait({ action }: PlanRecord['steps'][number]): boolean {
  return action.handler === 'xen.settle';
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
