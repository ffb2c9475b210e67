import { IconBan, IconServer2 } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { DeployVm } from '../../shared/contract/deploy.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { CodeText } from '../components/CodeText.tsx';
import { Checks } from './Checks.tsx';
import classes from './deploy.module.css';
import { useHostName } from './host-name.ts';
import { PlannedSteps } from './PlannedSteps.tsx';
import { Seed } from './Seed.tsx';
import type { PreviewState } from './use-deploy-preview.ts';

interface DraftViewProps {
  readonly state: PreviewState;
  /** What the form lacks before anything can be worked out; null where it lacks nothing. */
  readonly missing: string | null;
}

/** What would be done, as it stands now: the checks, and for one VM at a time its commands and its configuration. */
export function DraftView({ state: { preview, current, problem }, missing }: DraftViewProps): ReactNode {
  const [chosen, setChosen] = useState<string | null>(null);
  const trouble = problem ?? preview?.problem;
  if (trouble) {
    return (
      <div className={classes.problem} role="alert">
        <ProblemText problem={trouble} />
      </div>
    );
  }
  if (!preview) return <p className={classes.wait}>{missing ?? 'Working out what would be done…'}</p>;
  const { vms, checks } = preview;
  const vm = vms.find(({ name }) => name === chosen) ?? vms[0];
  return (
    <div className={classes.draft} data-current={current || undefined}>
      {checks.length > 0 ? <Checks checks={checks} many={vms.length > 1} /> : null}
      {vms.length > 1 ? <VmChoice vms={vms} chosen={vm?.name ?? ''} onChoose={setChosen} /> : null}
      {vm ? <Vm vm={vm} /> : null}
    </div>
  );
}

function VmChoice({
  vms,
  chosen,
  onChoose,
}: {
  readonly vms: readonly DeployVm[];
  readonly chosen: string;
  readonly onChoose: (name: string) => void;
}): ReactNode {
  const nameOf = useHostName();
  return (
    <section className={classes.panel} aria-labelledby="vms">
      <div className={classes.panelHead}>
        <h2 id="vms">VMs</h2>
        <span className={classes.about}>Each has its own commands and configuration: choose whose are shown.</span>
      </div>
      <ul className={classes.vms}>
        {vms.map(({ name, host, ip, macs }) => (
          <li key={name}>
            <button type="button" aria-pressed={name === chosen} onClick={() => onChoose(name)}>
              <span className="hum-mono">{visibleText(name, 80)}</span>
              <span className={classes.about}>
                {host === null ? <IconBan size={12} aria-hidden="true" /> : <IconServer2 size={12} aria-hidden="true" />}
                {host === null ? 'no host fits' : visibleText(nameOf(host), 40)}
              </span>
              <span className={`hum-mono ${classes.about}`}>{visibleText(ip ?? macs[0] ?? '', 40)}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Vm({ vm: { name, host, macs, ip, configuration, seed, steps } }: { readonly vm: DeployVm }): ReactNode {
  const nameOf = useHostName();
  const shown = visibleText(name, 80);
  return (
    <>
      <section className={classes.panel} aria-labelledby="steps">
        <div className={classes.panelHead}>
          <h2 id="steps">What will be done</h2>
          <span className={classes.about}>
            {host === null ? 'No host fits.' : `on ${visibleText(nameOf(host), 80)}`}
            {macs.length > 0 ? ` · ${macs.map((mac) => visibleText(mac, 20)).join(', ')}` : ''}
            {ip === null ? '' : ` · ${visibleText(ip, 60)}`}
          </span>
        </div>
        {steps.length === 0 ? (
          <p className={classes.about}>Nothing, before there is a host for it.</p>
        ) : (
          <PlannedSteps steps={steps} host={host} label={`Steps of ${shown}`} />
        )}
      </section>
      <section className={classes.panel} aria-labelledby="configuration">
        <div className={classes.panelHead}>
          <h2 id="configuration">Configuration</h2>
          <span className={`hum-mono ${classes.about}`}>/etc/xen/{shown}.cfg</span>
        </div>
        {configuration === '' ? (
          <p className={classes.about}>It cannot be rendered yet.</p>
        ) : (
          <CodeText text={configuration} label={`Configuration of ${shown}`} whole />
        )}
      </section>
      {seed === null ? null : <Seed vm={name} stamp={seed} />}
    </>
  );
}
