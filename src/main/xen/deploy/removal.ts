import type { RemovalPreview } from '../../../shared/contract/deploy.ts';
import type { DomainRef, DomainRow } from '../../../shared/contract/xen.ts';
import { HumError, type Problem } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { called, needs, refusal } from '../../../shared/xen-validate/rule.ts';
import { whyNothing } from '../../../shared/xen-validate/validate.ts';
import { versionOf } from '../../plans/file-step.ts';
import type { Plan, PlanRunner } from '../../plans/plan.ts';
import type { Runner } from '../../ssh/session.ts';
import type { Xen } from '../xen.ts';
import { disksOf, disksOfOthers, lookAtRemoval, type RemovalLook } from './removal-look.ts';
import { filesOfRemoval, isLabelledSeed, isOffered, isSeed, removalPlan } from './removal-plan.ts';
import type { TrashKeeper } from './trash.ts';

export interface RemovalDeps {
  readonly xen: Pick<Xen, 'domain' | 'domains' | 'host' | 'configured' | 'refresh'>;
  readonly plans: Pick<PlanRunner, 'busy' | 'start'>;
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  readonly hostName: (host: string) => string;
  readonly trash: Pick<TrashKeeper, 'expect'>;
}

/** What a person wants removed: a domain, and of its disks these, by their paths. `keepDays` 0 removes at once and for good. */
export interface RemovalWish {
  readonly domain: DomainRef;
  readonly disks: readonly string[];
  readonly keepDays: number;
}

/** Removes domains with what belongs to them. */
export interface Removals {
  /** @throws HumError `control-domain`, `domain-gone`, `wrong-state`, `conflict`, `disk-in-use`, and why the host cannot be looked at */
  preview(wish: RemovalWish): Promise<RemovalPreview>;
  /** @throws HumError as `preview`; `plan-changed`, `not-confirmed`, `journal-failed` */
  remove(wish: RemovalWish & { readonly digest: string; readonly confirmed: string }): Promise<{ readonly plan: string }>;
}

interface Prepared {
  readonly row: DomainRow;
  readonly look: RemovalLook;
  readonly plan: Plan;
  readonly digest: string;
}

export function createRemovals({ xen, plans, runner, hostName, trash }: RemovalDeps): Removals {
  /** @throws HumError why it cannot be removed */
  function found({ host, key }: DomainRef): DomainRow {
    const row = xen.domain(key);
    if (row === undefined || row.host !== host) throw new HumError(gone(host));
    const problem = whyNothing(row, { host: (id) => xen.host(id) }) ?? whyNotRemoved(row, xen.domains());
    if (problem !== undefined) throw new HumError(problem);
    if (plans.busy(key)) throw new HumError(underWay(row));
    return row;
  }

  async function prepare({ domain, disks, keepDays }: RemovalWish): Promise<Prepared> {
    found(domain);
    const there = runner(domain.host);
    await xen.refresh(domain.host);
    const row = found(domain);
    const host = xen.host(row.host);
    if (host === undefined) throw new HumError(gone(row.host));
    const configured = xen.configured(row.host);
    const look = await lookAtRemoval(there, row, disksOf(row, configured), disksOfOthers(row, xen.domains(), configured));
    if (look.trash > 0) trash.expect(row.host);
    const ticked = [...new Set(disks)].sort();
    for (const path of ticked) {
      const disk = look.disks.find((each) => each.path === path);
      if (disk === undefined || !isOffered(disk)) throw new HumError(notOffered(row, path, disk?.sharedWith ?? []));
    }
    // How much lies in the trash is no matter; whether anything does is a step.
    const seen = { ...look, trash: look.trash > 0 };
    const digest = versionOf(
      JSON.stringify([row.key, row.name, row.facts.uuid, row.load.id, row.facts.configFile, seen, ticked, keepDays]),
    );
    const plan = removalPlan({ row, host, hostName: hostName(row.host), look, ticked, keepDays, mark: digest.slice(0, 16) });
    if (plan.steps.every(({ action }) => action.handler === 'xen.trash')) throw new HumError(nothingLeft(row));
    return { row, look, plan, digest };
  }

  return {
    async preview(wish) {
      const { row, look, plan, digest } = await prepare(wish);
      return {
        disks: look.disks
          .filter((disk) => !isSeed(row, disk))
          .map((disk) => {
            const { path, kind, bytes, sharedWith } = disk;
            return { path, kind: kind === 'none' ? 'other' : kind, bytes, sharedWith, seed: isLabelledSeed(disk) };
          }),
        files: filesOfRemoval(row, look),
        steps: plan.steps.map(({ title, host, action, undo }) => ({ title, host, command: action.shown, undo: undo?.shown ?? null })),
        digest,
      };
    },

    async remove({ digest, confirmed, ...wish }) {
      const { row, plan, digest: now } = await prepare(wish);
      if (now !== digest) throw planChanged(row);
      if (confirmed !== row.name) throw notConfirmed(row);
      const { ids } = plans.start([plan]);
      if (wish.keepDays > 0) trash.expect(row.host);
      return { plan: ids[0] ?? '' };
    },
  };
}

/** Why this domain, which is no control domain, is not removed now. */
function whyNotRemoved(row: DomainRow, all: readonly DomainRow[]): Problem | undefined {
  if (row.load.state === 'dying') return needs(row, 'off');
  if (!all.some((other) => other.host === row.host && other.key !== row.key && other.name === row.name)) return undefined;
  const message = `Its host has ${called(row)} twice: what belongs to which of them cannot be told.`;
  return refusal(row, 'name-taken', message, 'Destroy or rename one of them first.');
}

function notOffered(row: DomainRow, path: string, sharedWith: readonly string[]): Problem {
  const users = sharedWith.slice(0, 3).map((name) => visibleText(name, 60));
  const why = users.length > 0 ? `is used by ${users.join(', ')} too` : 'is no file and no volume of this VM';
  return refusal(row, 'disk-in-use', `${visibleText(path, 120)} ${why}: it stays.`, 'Untick it.');
}

function nothingLeft(row: DomainRow): Problem {
  return refusal(
    row,
    'domain-gone',
    `${called(row)} is gone: it neither runs nor has a configuration.`,
    'It leaves the list by itself in a moment.',
  );
}

function gone(host: string): Problem {
  return { code: 'domain-gone', message: 'The VM is not there any more.', hint: 'Look at the list again: it may have been renamed.', host };
}

function underWay(row: DomainRow): Problem {
  const hint = 'Wait for it, or decide about it on the activity page.';
  return refusal(row, 'conflict', `Something is being done to ${called(row)} already.`, hint);
}

function planChanged(row: DomainRow): HumError {
  const message = 'The VM or its disks have changed since the plan was shown; nothing was started.';
  return new HumError(refusal(row, 'plan-changed', message, 'Look at the plan as it is now, and decide again.'));
}

function notConfirmed(row: DomainRow): HumError {
  return new HumError(refusal(row, 'not-confirmed', 'What was typed is not the name of the VM.', 'Type it exactly as it is shown.'));
}
