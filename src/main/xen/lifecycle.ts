import type { ActionPreview, ConfigComplaint, DomainAction, DomainRef } from '../../shared/contract/xen.ts';
import { HumError } from '../../shared/errors.ts';
import type { PlanRunner, StepHandler } from '../plans/plan.ts';
import type { Runner } from '../ssh/session.ts';
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
}

/** Everything that can be done to a domain. */
export interface Lifecycle {
  preview(action: DomainAction, domains: readonly DomainRef[]): ActionPreview;
  /** @throws HumError `plan-changed`, `not-confirmed`, `conflict` */
  act(request: {
    readonly action: DomainAction;
    readonly domains: readonly DomainRef[];
    readonly digest: string;
    readonly confirmed: string | null;
  }): { readonly batch: string; readonly plans: readonly string[] };
  checkConfig(host: string, text: string): Promise<{ complaints: readonly ConfigComplaint[] }>;
  saveConfig(
    domain: DomainRef,
    text: string,
    version: string,
  ): Promise<{ kind: 'started'; plan: string } | { kind: 'changed'; text: string; version: string }>;
}

/** What the plan runner must know to run the steps of this feature, by `Action.handler`. */
export function xenStepHandlers(_xen: () => Xen): Readonly<Record<string, StepHandler>> {
  return {};
}

export function createLifecycle(_deps: LifecycleDeps): Lifecycle {
  const missing = (): never => {
    throw new HumError({ code: 'internal', message: 'Actions are not built yet.', hint: 'Wait for them.' });
  };
  return { preview: missing, act: missing, checkConfig: missing, saveConfig: missing };
}
