import { randomBytes } from 'node:crypto';
import type { ActionPreview, ConfigComplaint, DomainAction, DomainPlan, DomainRef, DomainRow } from '../../shared/contract/xen.ts';
import { HumError, type Problem } from '../../shared/errors.ts';
import { confirmationFor } from '../../shared/xen-actions.ts';
import { called, refusal, type Surroundings } from '../../shared/xen-validate/rule.ts';
import { validateAction } from '../../shared/xen-validate/validate.ts';
import { fileActions, versionOf } from '../plans/file-step.ts';
import type { Plan, PlanRunner } from '../plans/plan.ts';
import type { Runner } from '../ssh/session.ts';
import { planOf } from './actions/plan-of.ts';
import { type Destination, savedStateOf } from './actions/steps.ts';
import { checkOnHost } from './config-check.ts';
import type { Xen } from './xen.ts';

export interface LifecycleDeps {
  readonly xen: Xen;
  readonly plans: PlanRunner;
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  /** A host of the inventory as others reach it, for a migration. */
  readonly hostAddress: (
    host: string,
  ) => { readonly name: string; readonly address: string; readonly port: number; readonly user: string } | undefined;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** Everything that can be done to a domain. */
export interface Lifecycle {
  preview(action: DomainAction, domains: readonly DomainRef[]): ActionPreview;
  /** @throws HumError `plan-changed`, `not-confirmed`, `conflict`, and why nothing of it is possible */
  act(request: {
    readonly action: DomainAction;
    readonly domains: readonly DomainRef[];
    readonly digest: string;
    readonly confirmed: string | null;
  }): { readonly batch: string; readonly plans: readonly string[] };
  checkConfig(host: string, text: string): Promise<{ complaints: readonly ConfigComplaint[] }>;
  /** @throws HumError `config-missing`, `domain-gone`, `conflict`, `connection-lost` */
  saveConfig(
    domain: DomainRef,
    text: string,
    version: string,
  ): Promise<{ kind: 'started'; plan: string } | { kind: 'changed'; text: string; version: string }>;
}

type Prepared =
  | { readonly key: string; readonly kind: 'possible'; readonly row: DomainRow; readonly plan: Plan }
  | { readonly key: string; readonly kind: 'refused'; readonly problem: Problem };

export function createLifecycle({ xen, plans, runner, hostAddress, now = Date.now }: LifecycleDeps): Lifecycle {
  function prepare(action: DomainAction, domains: readonly DomainRef[]): Prepared[] {
    const around = surroundingsOf(xen);
    const once = new Map(domains.map((domain) => [domain.key, domain]));
    return [...once.values()].map((ref): Prepared => {
      const refused = (problem: Problem): Prepared => ({ key: ref.key, kind: 'refused', problem });
      const row = xen.domain(ref.key);
      if (row === undefined || row.host !== ref.host) return refused(gone(ref));
      const problem = plans.busy(row.key) ? underWay(row) : validateAction(action, row, around);
      if (problem !== undefined) return refused(problem);
      const host = around.host(row.host);
      if (host === undefined) return refused(gone(ref));
      if ((action.action === 'save' || action.action === 'restore') && action.path === null && savedStateOf(row) === null) {
        return refused(refusal(row, 'bad-input', `Hum cannot make a file name of ${called(row)}.`, 'Name the file yourself.'));
      }
      const hostName = hostAddress(row.host)?.name ?? row.host;
      const mark = randomBytes(8).toString('hex');
      if (action.action !== 'migrate') return { key: ref.key, kind: 'possible', row, plan: planOf({ action, row, host, mark }, hostName) };
      const target = destination(action.to, hostAddress(action.to));
      if (target === undefined) return refused(unreachableByName(row));
      return { key: ref.key, kind: 'possible', row, plan: planOf({ action, row, host, target, mark }, hostName) };
    });
  }

  return {
    preview(action, domains) {
      const prepared = prepare(action, domains);
      return { plans: prepared.map(seen), digest: digestOf(prepared) };
    },

    act({ action, domains, digest, confirmed }) {
      const prepared = prepare(action, domains);
      if (digestOf(prepared) !== digest) throw planChanged();
      const possible = prepared.filter((each) => each.kind === 'possible');
      const [first] = prepared;
      if (possible.length === 0 && first?.kind === 'refused') throw new HumError(first.problem);
      const wanted = confirmationFor(
        action.action,
        possible.map(({ row }) => row.name),
      );
      if (wanted.kind !== 'none' && confirmed !== wanted.expected) throw notConfirmed(wanted.kind);
      const { batch, ids } = plans.start(possible.map(({ plan }) => plan));
      return { batch, plans: ids };
    },

    checkConfig: (host, text) => checkOnHost(runner(host), xen.host(host)?.toolstack ?? 'xl', text),

    async saveConfig(ref, text, version) {
      const row = xen.domain(ref.key);
      if (row === undefined || row.host !== ref.host) throw new HumError(gone(ref));
      if (plans.busy(row.key)) throw new HumError(underWay(row));
      const { disk } = await xen.config(ref);
      if (disk === null) {
        throw new HumError(
          refusal(row, 'config-missing', `${called(row)} has no configuration on its host any more.`, 'Write it to /etc/xen on the host.'),
        );
      }
      if (disk.version !== version) return { kind: 'changed', text: disk.text, version: disk.version };
      const { action, undo } = fileActions({ path: disk.path, content: text, expectedVersion: version, at: now() });
      const hostName = hostAddress(row.host)?.name ?? row.host;
      const title = `Save the configuration of ${called(row)} on ${hostName}`;
      const step = { title: `Write ${disk.path}`, host: row.host, action, undo };
      const { ids } = plans.start([{ kind: 'xen.save-config', title, host: row.host, subject: row.key, steps: [step] }]);
      return { kind: 'started', plan: ids[0] ?? '' };
    },
  };
}

function surroundingsOf(xen: Xen): Surroundings {
  return {
    host: (id) => xen.host(id),
    named: (host, name) => xen.domains().filter((row) => row.host === host && row.name === name),
  };
}

function seen(prepared: Prepared): DomainPlan {
  if (prepared.kind === 'refused') return prepared;
  const steps = prepared.plan.steps.map(({ title, host, action, undo }) => ({
    title,
    host,
    command: action.shown,
    undo: undo?.shown ?? null,
  }));
  return { key: prepared.key, kind: 'possible', title: prepared.plan.title, steps };
}

/** Of what a person sees, and of the domains that it is meant for: a guest that was rebooted meanwhile is another one. */
function digestOf(prepared: readonly Prepared[]): string {
  const facts = prepared.map((each) =>
    each.kind === 'refused' ? [each.key, each.problem.code] : [seen(each), each.row.facts.uuid, each.row.load.id],
  );
  return versionOf(JSON.stringify(facts));
}

/** `xl migrate` hands the address to a shell: only what needs no quoting there is let through. */
function destination(host: string, there: ReturnType<LifecycleDeps['hostAddress']>): Destination | undefined {
  if (there === undefined || !/^[A-Za-z0-9][A-Za-z0-9.:_-]{0,252}$/.test(there.address)) return undefined;
  if (!/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(there.user)) return undefined;
  return { host, name: there.name, address: there.address, port: there.port, user: there.user };
}

function gone({ host }: DomainRef): Problem {
  return {
    code: 'domain-gone',
    message: 'The domain is not there any more.',
    hint: 'Look at the list again: it may have been renamed.',
    host,
  };
}

function underWay(row: DomainRow): Problem {
  const hint = 'Wait for it, or decide about it on the activity page.';
  return refusal(row, 'conflict', `Something is being done to ${called(row)} already.`, hint);
}

function unreachableByName(row: DomainRow): Problem {
  const message = 'The address or the account of that host cannot be used for a migration.';
  return refusal(row, 'bad-input', message, 'It needs a plain address and account in the inventory, as the other host can use them.');
}

function planChanged(): HumError {
  return new HumError({
    code: 'plan-changed',
    message: 'The domains have changed since the plan was shown; nothing was started.',
    hint: 'Look at the plan as it is now, and decide again.',
  });
}

function notConfirmed(kind: 'name' | 'count'): HumError {
  return new HumError({
    code: 'not-confirmed',
    message: kind === 'name' ? 'What was typed is not the name of the domain.' : 'What was typed is not how many domains they are.',
    hint: 'Type it exactly as it is shown.',
  });
}
