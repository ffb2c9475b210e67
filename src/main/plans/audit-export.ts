import type { PlanView, StepView } from '../../shared/contract/plans.ts';
import { visibleText } from '../../shared/visible-text.ts';

const columns: readonly (readonly [name: string, of: (plan: PlanView, step: StepView, position: number) => string])[] = [
  ['plan', (plan) => plan.id],
  ['batch', (plan) => plan.batch],
  ['asked at', (plan) => time(plan.createdAt)],
  ['by', (plan) => plan.by],
  ['host', (plan) => plan.hostName],
  ['kind', (plan) => plan.kind],
  ['subject', (plan) => plan.subject],
  ['title', (plan) => plan.title],
  ['result', (plan) => plan.state],
  ['why', (plan) => plan.problem?.message ?? ''],
  ['step', (_plan, _step, position) => String(position + 1)],
  ['step title', (_plan, step) => step.title],
  ['command', (_plan, step) => step.command],
  ['undo', (_plan, step) => step.undo ?? ''],
  ['step result', (_plan, step) => step.state],
  ['began at', (_plan, step) => time(step.startedAt)],
  ['ended at', (_plan, step) => time(step.endedAt)],
  ['output', (_plan, step) => step.output],
  ['step problem', (_plan, step) => [step.problem?.message, step.problem?.detail].filter(Boolean).join('\n')],
];

/** The plans as CSV (RFC 4180), a line for each step, times in UTC. */
export function auditCsv(plans: Iterable<PlanView>): string {
  const lines = [columns.map(([name]) => csvField(name)).join(',')];
  for (const plan of plans) {
    for (const [position, step] of plan.steps.entries()) lines.push(columns.map(([, of]) => csvField(of(plan, step, position))).join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** The plans as JSON, as the contract has them. */
export function auditJson(plans: Iterable<PlanView>): string {
  return `${JSON.stringify([...plans], null, 2)}\n`;
}

/**
 * A field in quotes. What a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection"); what would act in a
 * terminal is made visible. Lines stay lines.
 */
export function csvField(text: string): string {
  const guarded = /^[\s\p{Cf}]*[=+\-@|%]/u.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
  const lines = guarded.split(/\r?\n/).map((line) => visibleText(line, Number.POSITIVE_INFINITY));
  return `"${lines.join('\n').replaceAll('"', '""')}"`;
}

function time(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString();
}
