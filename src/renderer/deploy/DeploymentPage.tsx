import { Button } from '@mantine/core';
import { IconTerminal2 } from '@tabler/icons-react';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { DeployedVm } from '../../shared/contract/deploy.ts';
import type { PlanView } from '../../shared/contract/plans.ts';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { connectionIs } from '../app/connection.ts';
import { activityPath, deployPath, domainPath, go } from '../app/paths.ts';
import { problemFrom } from '../app/problem.ts';
import { useTitle } from '../app/use-title.ts';
import { PlanDetails } from '../plans/PlanPanel.tsx';
import { PlanRow } from '../plans/PlanRow.tsx';
import { isUnderWay } from '../plans/plan-list.ts';
import { useBatch, usePlans } from '../plans/store.ts';
import { Trouble } from '../plans/Trouble.tsx';
import { Terminal } from '../terminals/Terminal.tsx';
import type { OpenTerminal } from '../terminals/terminal-link.ts';
import { useDomain, useFollowXen } from '../xen/store.ts';
import classes from './deployment.module.css';
import { deployedBy, deploymentWords, isOfAll, opensAtOnce, printedStep, vmOf } from './deployment.ts';
import { GuestShell } from './GuestShell.tsx';
import { PrintedConsole } from './PrintedConsole.tsx';

interface DeploymentPageProps {
  readonly batch: string;
  /** The id of the template, for "Deploy another". */
  readonly template: string;
}

/** The stream of plans tells of a new one a moment after the call that started it has answered. */
const awaitedMs = 4_000;

/** A deployment that was started: each VM's steps as they go, up to its end. Leaving the page leaves it under way. */
export function DeploymentPage({ batch, template }: DeploymentPageProps): ReactNode {
  useFollowXen();
  const plans = useBatch(batch);
  const problem = usePlans((state) => state.problem);
  const loaded = usePlans((state) => state.loaded);
  const late = useLate(loaded && plans.length === 0);
  const words = deploymentWords(plans);
  useTitle(plans.length === 0 ? 'Deploy' : visibleText(words.title, 80));
  const heading = useRef<HTMLHeadingElement>(null);
  const there = plans.length > 0;
  // The button that was pressed is gone with its page: the keyboard goes on from here.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the heading comes with the first plan
  useEffect(() => heading.current?.focus(), [there]);
  if (plans.length === 0) return late ? <Forgotten template={template} /> : <div className={classes.page} aria-busy="true" />;
  const moving = plans.filter(isUnderWay);
  const [only] = plans.length === 1 ? plans : [];
  const open = only?.state === 'done' && !isOfAll(only) ? only : null;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1 ref={heading} tabIndex={-1}>
          {visibleText(words.title, 120)}
        </h1>
        <div className={classes.headActions}>
          {moving.length > 0 ? (
            <Button variant="default" onClick={() => void cancelAll(moving)}>
              {moving.length === 1 ? 'Cancel and undo' : `Cancel and undo ${moving.length}`}
            </Button>
          ) : null}
          <Button variant="default" onClick={() => go(deployPath(template, null))}>
            Deploy another
          </Button>
          {open ? <GuestShell plan={open.id} vm={deployedBy(open)} /> : null}
          {open ? <Button onClick={() => go(domainPath(open.host, open.subject))}>Open the VM</Button> : null}
        </div>
      </header>
      <p className={classes.outcome} role="status" data-tone={words.tone}>
        {visibleText(words.outcome, 300)}
      </p>
      <Trouble problem={problem} />
      {only && isOfAll(only) && only.state === 'done' ? <AllOf plan={only.id} /> : null}
      {only ? (
        <One plan={only} />
      ) : (
        <ol className={classes.plans} aria-label="Progress of each VM">
          {plans.map((plan) => (
            <Row key={plan.id} plan={plan} count={plans.length} />
          ))}
        </ol>
      )}
    </div>
  );
}

async function cancelAll(plans: readonly PlanView[]): Promise<void> {
  await act({
    doing: 'Cancelling',
    run: () => Promise.all(plans.map((plan) => client.plans.cancel({ id: plan.id }))),
    done: () => null,
  });
}

/** A plan that goes wrong opens by itself: its row begins anew then. */
function Row({ plan, count }: { readonly plan: PlanView; readonly count: number }): ReactNode {
  const open = opensAtOnce(plan, count);
  return (
    <>
      <PlanRow key={String(open)} plan={plan} open={open} />
      {plan.state === 'done' ? (
        <li className={classes.done}>
          <Done plan={plan.id} vm={deployedBy(plan)} />
        </li>
      ) : null}
    </>
  );
}

/** The VMs of a plan that was to make all of them or none: nothing but itself knows which they are. */
function AllOf({ plan }: { readonly plan: string }): ReactNode {
  const [vms, setVms] = useState<readonly DeployedVm[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const stopping = new AbortController();
    client.deploy.deployed({ plan }, { signal: stopping.signal }).then(setVms, (error: unknown) => {
      if (!stopping.signal.aborted) setProblem(problemFrom(error));
    });
    return () => stopping.abort();
  }, [plan]);
  return (
    <>
      <Trouble problem={problem} />
      <ul className={classes.vms} aria-label="Its VMs">
        {vms.map((vm) => (
          <li key={vm.key} className={classes.done}>
            <Done plan={plan} vm={vm} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Done({ plan, vm }: { readonly plan: string; readonly vm: DeployedVm }): ReactNode {
  return (
    <>
      <a href={`#${domainPath(vm.host, vm.key)}`}>Open {visibleText(vm.name, 80)}</a>
      <GuestShell plan={plan} vm={vm} />
    </>
  );
}

/**
 * The only plan: its steps, and beside them the console of its VM. Xen gives a console to one reader: until it is deployed that is the deployment
 * itself, and what the guest prints is the output of the step that waits for it. From then on a person may open it.
 */
function One({ plan }: { readonly plan: PlanView }): ReactNode {
  const row = useDomain(plan.subject);
  const there = plan.endedAt !== null && row !== undefined && row.load.id !== null;
  const [console, setConsole] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const printed = printedStep(plan);
  const { host, subject } = plan;
  const openTerminal = useCallback<OpenTerminal>(
    async (size, signal, log) => {
      await connectionIs(['connected'], signal);
      return client.terminals.openConsole({ domain: { host, key: subject }, size, log }, { signal });
    },
    [host, subject],
  );
  return (
    <div className={classes.one} data-console={console || printed !== null || undefined}>
      <div className={classes.plan}>
        <PlanDetails plan={plan} heading={false} cancel={false} />
        {there || console ? (
          <Button
            ref={toggle}
            variant="default"
            size="compact-sm"
            h={28}
            leftSection={<IconTerminal2 size={14} />}
            aria-expanded={console}
            onClick={() => setConsole(!console)}
          >
            {console ? 'Close its console' : 'Watch its console'}
          </Button>
        ) : null}
      </div>
      {console ? (
        <section className={classes.console} aria-label="Its console">
          <Terminal open={openTerminal} label={`Console of ${visibleText(vmOf(plan), 120)}`} onLeave={() => toggle.current?.focus()} />
        </section>
      ) : printed === null ? null : (
        <PrintedConsole key={printed.title} step={printed.title} text={printed.output} />
      )}
    </div>
  );
}

function useLate(waiting: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waiting) return setLate(false);
    const timer = setTimeout(() => setLate(true), awaitedMs);
    return () => clearTimeout(timer);
  }, [waiting]);
  return late && waiting;
}

function Forgotten({ template }: { readonly template: string }): ReactNode {
  return (
    <div className={classes.forgotten}>
      <h1>This deployment ended long ago</h1>
      <p>The activity page has every step of it, with its commands and what they printed.</p>
      <div className={classes.buttons}>
        <Button onClick={() => go(activityPath)}>To the activity</Button>
        <Button variant="default" onClick={() => go(deployPath(template, null))}>
          Deploy another
        </Button>
      </div>
    </div>
  );
}
