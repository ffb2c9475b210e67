import type { AuditPage, AuditQuery, PlansEvent } from '../../shared/contract/plans.ts';
import { HumError } from '../../shared/errors.ts';
import type { Runner } from '../ssh/session.ts';
import type { PlanRunner, StepHandler } from './plan.ts';

export interface PlansDeps {
  /** The data folder; the journal is `journal.db` in it. */
  readonly dataDir: string;
  /** By `Action.handler`; `command` and `file` are the runner's own. */
  readonly handlers: Readonly<Record<string, StepHandler>>;
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  /** The name of a host now, its id when it is gone. */
  readonly hostName: (host: string) => string;
  /** Called after each step and undo, so that the truth comes back at once. */
  readonly onStep: (host: string, subject: string) => Promise<void>;
  /** The account that acts. */
  readonly by: string;
  readonly log: { info(data: object, message: string): void; error(data: object, message: string): void };
}

/** The plans of the console: the runner for features, and what a person sees and does of it. */
export interface Plans extends PlanRunner {
  watch(signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<PlansEvent, void, void>;
  cancel(id: string): void;
  undo(id: string): void;
  resume(id: string): void;
  dismiss(id: string): void;
  audit(query: AuditQuery): AuditPage;
  exportAudit(query: Omit<AuditQuery, 'before'> & { readonly format: 'csv' | 'json' }): { text: string; fileName: string };
  /** Ends what runs as it stands: the journal knows, and the next start offers to go on or to undo. */
  stop(): Promise<void>;
}

export function openPlans(_deps: PlansDeps): Plans {
  const missing = (): never => {
    throw new HumError({ code: 'internal', message: 'Plans are not built yet.', hint: 'Wait for them.' });
  };
  return {
    start: missing,
    busy: () => false,
    watch: missing,
    cancel: missing,
    undo: missing,
    resume: missing,
    dismiss: missing,
    audit: missing,
    exportAudit: missing,
    stop: async () => undefined,
  };
}
