import type { DeployedVm } from '../../shared/contract/deploy.ts';
import type { PlanView, StepView } from '../../shared/contract/plans.ts';
import { planProgress } from '../plans/plan-looks.ts';
import { type BatchTally, hasEnded, tally, undoneSentence } from '../xen/batch-end.ts';
import { vmCount } from '../xen/domain-count.ts';

/** How a deployment goes, for its heading and its one line. */
export interface DeploymentWords {
  readonly title: string;
  readonly outcome: string;
  readonly tone: 'live' | 'good' | 'bad';
}

/** The name of the VM that a plan of a deployment makes: its subject is the key of the domain. */
export function vmOf(plan: Pick<PlanView, 'host' | 'subject'>): string {
  return plan.subject.startsWith(`${plan.host}/`) ? plan.subject.slice(plan.host.length + 1) : plan.subject;
}

/** The VM that a plan of one has made. */
export function deployedBy(plan: Pick<PlanView, 'host' | 'subject'>): DeployedVm {
  return { host: plan.host, key: plan.subject, name: vmOf(plan) };
}

/** What to say of plans that were started together. Names are hostile text. */
export function deploymentWords(plans: readonly PlanView[]): DeploymentWords {
  const [first] = plans;
  const only = plans.length === 1 ? first : undefined;
  const which = only ? whatOf(only) : vmCount(plans.length);
  const sum = tally(plans, plans.length);
  const { all, ended, done, failed } = sum;
  if (ended < all) {
    return { title: `Deploying ${which}`, outcome: only ? stepWords(only) : upWords(sum), tone: failed > 0 ? 'bad' : 'live' };
  }
  if (failed === 0)
    return {
      title: `Deployed ${which}`,
      outcome: only ? (isOfAll(only) ? 'All of them run.' : 'It runs.') : `All ${all} run.`,
      tone: 'good',
    };
  const cancelled = plans.every(({ state }) => state === 'cancelled' || state === 'done');
  const tone = cancelled ? 'live' : 'bad';
  if (only) {
    const title = isOfAll(only) ? `Not deployed: ${which}` : `${which} was not deployed`;
    return { title, outcome: `It ${cancelled ? 'was cancelled' : 'failed'}. ${undoneSentence(only)}`, tone };
  }
  const stuck = sum.stuck === 0 ? '' : ` ${sum.stuck === 1 ? 'One needs' : `${sum.stuck} need`} a decision.`;
  return { title: `Deployed ${done} of ${all} VMs`, outcome: `${failed} ${cancelled ? 'cancelled' : 'failed'}.${stuck}`, tone };
}

/** Whether it is one plan of several VMs: all of them, or none. */
export function isOfAll({ kind }: Pick<PlanView, 'kind'>): boolean {
  return kind === 'xen.deploy-all';
}

/** The VM of a plan, or its VMs, as its title has them: "3 VMs, web01 to web03, on xen-a". */
function whatOf(plan: PlanView): string {
  return isOfAll(plan) ? plan.title.replace(/^Deploy /, '') : vmOf(plan);
}

function upWords({ all, done, failed }: BatchTally): string {
  return `${done} of ${all} are up${failed > 0 ? `, ${failed} failed` : ''}.`;
}

/** "Step 2 of 6: Copy debian-12.img." */
function stepWords(plan: PlanView): string {
  if (plan.state === 'queued') return 'Waits its turn: other plans run on this host.';
  if (plan.state === 'undoing') return 'Taking back what was done.';
  const step = plan.steps.find(({ state }) => state === 'running') ?? plan.steps.findLast(({ state }) => state !== 'waiting');
  const progress = planProgress(plan);
  return `${progress.charAt(0).toUpperCase()}${progress.slice(1)}${step ? `: ${step.title}` : ''}.`;
}

/**
 * The step of a deployment whose output is the console of a VM that comes up: the one without a command, which only waits for it. Of several it is
 * the last that has printed anything; null before the first has.
 */
export function printedStep({ steps }: Pick<PlanView, 'steps'>): StepView | null {
  return steps.findLast(({ command, output }) => command === '' && output.trim() !== '') ?? null;
}

/** Which of the plans are shown with their steps from the first: the only one, and those that went wrong. */
export function opensAtOnce(plan: PlanView, count: number): boolean {
  return count === 1 || (hasEnded(plan) && plan.state !== 'done');
}
