import type { PlanView } from '../../shared/contract/plans.ts';
import { hasEnded, tally } from '../xen/batch-end.ts';
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

/** What to say of plans that were started together. Names are hostile text. */
export function deploymentWords(plans: readonly PlanView[]): DeploymentWords {
  const [first] = plans;
  const which = plans.length === 1 && first ? vmOf(first) : vmCount(plans.length);
  const { all, ended, done, failed } = tally(plans, plans.length);
  if (ended < all) {
    const undoing = plans.some((plan) => plan.state === 'undoing');
    return {
      title: `Deploying ${which}`,
      outcome: undoing
        ? 'Taking back what was done.'
        : all === 1
          ? 'Under way.'
          : `${done} of ${all} are up${failed > 0 ? `, ${failed} failed` : ''}.`,
      tone: failed > 0 ? 'bad' : 'live',
    };
  }
  if (failed === 0) return { title: `Deployed ${which}`, outcome: all === 1 ? 'It runs.' : `All ${all} run.`, tone: 'good' };
  const cancelled = plans.every((plan) => plan.state === 'cancelled' || plan.state === 'done');
  const verb = cancelled ? 'cancelled' : 'failed';
  const stuck = plans.filter((plan) => plan.state === 'stuck' || plan.state === 'interrupted').length;
  const left =
    stuck === 0 ? (cancelled ? ' What was done has been undone.' : '') : ' Something is left on the host: see what can be decided below.';
  return {
    title: all === 1 ? `${which} was not deployed` : `Deployed ${done} of ${all} VMs`,
    outcome:
      all === 1
        ? `It ${verb === 'cancelled' ? 'was cancelled' : 'failed'}.${left}`
        : `${failed} ${verb === 'cancelled' ? 'were cancelled' : 'failed'}.${left}`,
    tone: cancelled && stuck === 0 ? 'live' : 'bad',
  };
}

/** Which of the plans are shown with their steps from the first: the only one, and those that went wrong. */
export function opensAtOnce(plan: PlanView, count: number): boolean {
  return count === 1 || (hasEnded(plan) && plan.state !== 'done');
}
