import type { DeployCheck, DeployPreviewEvent, DeployVm, FieldError, HostFit } from '../../shared/contract/deploy.ts';
import type { Problem } from '../../shared/errors.ts';

/** A preview as far as it has come. */
export interface Preview {
  readonly errors: readonly FieldError[];
  readonly vms: readonly DeployVm[];
  readonly hosts: readonly HostFit[];
  readonly checks: readonly DeployCheck[];
  /** Null until every check has ended and none failed. */
  readonly digest: string | null;
  readonly problem: Problem | null;
}

/** The preview after one more event of its stream; null before its first draft. */
export function applyPreview(before: Preview | null, event: DeployPreviewEvent): Preview | null {
  switch (event.kind) {
    case 'draft': {
      const { errors, vms, hosts, checks } = event;
      const same = errors.length === 0 && before !== null && JSON.stringify(before.vms) === JSON.stringify(vms);
      return { errors, vms, hosts, checks, digest: same ? standing(before, checks) : null, problem: null };
    }
    case 'check': {
      if (before === null) return null;
      const checks = withCheck(before.checks, event.check);
      return { ...before, checks, digest: standing(before, checks) };
    }
    case 'ready':
      return before && { ...before, digest: event.digest, problem: null };
    case 'refused': {
      const nothing: Preview = { errors: [], vms: [], hosts: [], checks: [], digest: null, problem: null };
      return { ...(before ?? nothing), digest: null, problem: event.problem };
    }
  }
}

/**
 * The digest of the same VMs as before, while every check of them ends well. The figures of the fleet move all the time, and what they change
 * is told before the `ready` that goes with it: an Enter in between is not to be lost.
 */
function standing({ digest }: Preview, checks: readonly DeployCheck[]): string | null {
  return checks.every(({ state }) => state === 'ok' || state === 'note') ? digest : null;
}

function withCheck(checks: readonly DeployCheck[], check: DeployCheck): readonly DeployCheck[] {
  const at = checks.findIndex(({ id, vm }) => id === check.id && vm === check.vm);
  return at < 0 ? [...checks, check] : checks.with(at, check);
}

export interface CheckTally {
  readonly all: number;
  readonly ended: number;
  readonly failed: number;
  readonly notes: number;
}

/** How far the checks have come. */
export function tallyChecks(checks: readonly DeployCheck[]): CheckTally {
  const count = (state: DeployCheck['state']) => checks.filter((check) => check.state === state).length;
  return { all: checks.length, ended: checks.length - count('running'), failed: count('failed'), notes: count('note') };
}

/** How far the checks have come, in words: "9 of 13", "All 13 passed, 1 with a note", "2 of 13 failed". */
export function tallyWords({ all, ended, failed, notes }: CheckTally): string {
  if (all === 0) return '';
  if (failed > 0) return `${failed} of ${all} failed`;
  if (ended < all) return `${ended} of ${all}`;
  return `All ${all} passed${notes > 0 ? `, ${notes} with a note` : ''}`;
}

export interface CheckGroup {
  /** Null for what is about the whole. */
  readonly vm: string | null;
  readonly checks: readonly DeployCheck[];
}

/** The checks by the VM that they are about, those about the whole first, each in the order in which they were told. */
export function groupChecks(checks: readonly DeployCheck[]): readonly CheckGroup[] {
  const groups = new Map<string | null, DeployCheck[]>();
  for (const check of checks) {
    const group = groups.get(check.vm);
    if (group) group.push(check);
    else groups.set(check.vm, [check]);
  }
  return [...groups]
    .map(([vm, each]) => ({ vm, checks: each }))
    .sort((left, right) => Number(left.vm !== null) - Number(right.vm !== null));
}

/** Hosts that fit before those that do not, the best first. */
export function orderFits(fits: readonly HostFit[], nameOf: (host: string) => string): readonly HostFit[] {
  return [...fits].sort(
    (left, right) =>
      Number(right.fits) - Number(left.fits) ||
      right.score - left.score ||
      nameOf(left.host).localeCompare(nameOf(right.host), 'en', { numeric: true }),
  );
}

/** Where the VMs go, in words: "on xen-a", "2 on xen-a, 1 on xen-b", "1 on no host". */
export function placementWords(vms: readonly Pick<DeployVm, 'host'>[], nameOf: (host: string) => string): string {
  const counts = new Map<string | null, number>();
  for (const { host } of vms) counts.set(host, (counts.get(host) ?? 0) + 1);
  const where = (host: string | null) => (host === null ? 'no host' : nameOf(host));
  if (counts.size === 1) return `on ${where([...counts.keys()][0] ?? null)}`;
  return [...counts].map(([host, count]) => `${count} on ${where(host)}`).join(', ');
}

/** What there is to say of a field: the errors of the draft about it. */
export function errorOf(errors: readonly FieldError[], field: string): string | undefined {
  const about = errors.filter((error) => error.field === field);
  return about.length === 0 ? undefined : about.map((error) => error.message).join(' ');
}

/** Errors about what has no field on the page: they are told above the button. */
export function homelessErrors(errors: readonly FieldError[], fields: ReadonlySet<string>): readonly FieldError[] {
  return errors.filter((error) => !fields.has(error.field));
}
