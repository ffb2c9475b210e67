import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { type ReactNode, useRef, useState } from 'react';
import type { AuditQuery, PlanView } from '../../shared/contract/plans.ts';
import { useKeys } from '../app/keys.ts';
import { FilterField } from '../components/FilterField.tsx';
import toolbar from '../components/Toolbar.module.css';
import classes from './ActivityPage.module.css';
import { exportAudit } from './actions.ts';
import { PlanRow } from './PlanRow.tsx';
import type { PlanMap } from './plan-list.ts';
import { usePlans } from './store.ts';
import { Trouble } from './Trouble.tsx';
import { useAudit } from './use-audit.ts';

type States = AuditQuery['states'];

const filters: readonly { readonly label: string; readonly states: States }[] = [
  { label: 'All', states: [] },
  { label: 'Done', states: ['done'] },
  { label: 'Failed', states: ['failed', 'stuck', 'interrupted'] },
  { label: 'Cancelled', states: ['cancelled', 'undone', 'dismissed'] },
];

/** Every plan that ever ran: who, when, what, with commands and output. */
export function AuditLog(): ReactNode {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const states = filters[chosen]?.states ?? [];
  const audit = useAudit(text, states);
  const live = usePlans((state) => state.plans);
  const field = useRef<HTMLInputElement>(null);
  /** Plans whose steps are shown. One that is being undone leaves the log, and comes back as it was. */
  const opened = useRef(new Set<string>());
  useKeys({ '/': () => field.current?.focus() });
  return (
    <section className={classes.block} aria-labelledby="audit-log">
      <h2 id="audit-log">Audit log</h2>
      <div className={classes.tools} role="toolbar" aria-label="The audit log">
        <FilterField
          label="Search the audit log"
          placeholder="Search: a domain, a host, a command, what it printed"
          filter={text}
          onChange={setText}
          error={undefined}
          field={field}
          onLeave={() => field.current?.blur()}
        />
        {filters.map(({ label }, index) => (
          <button key={label} type="button" className={toolbar.button} aria-pressed={index === chosen} onClick={() => setChosen(index)}>
            {label}
          </button>
        ))}
        <span className={classes.spacer} />
        {(['csv', 'json'] as const).map((format) => (
          <button key={format} type="button" className={toolbar.button} onClick={() => void exportAudit({ text, states }, format)}>
            <IconDownload size={14} aria-hidden="true" />
            {format.toUpperCase()}
          </button>
        ))}
      </div>
      <Trouble problem={audit.problem} />
      {audit.plans?.length === 0 ? (
        <p className={classes.quiet}>
          {text.trim() === '' && chosen === 0
            ? 'Nothing has been changed on any host yet. What Hum does will be written down here, with its commands and what they printed.'
            : 'No change matches this search.'}
        </p>
      ) : null}
      <ol className={classes.plans} aria-label="The audit log, newest first" aria-busy={audit.plans === null}>
        {audit.plans?.map((plan) => (
          <PlanRow
            key={plan.id}
            plan={asItIsNow(plan, live)}
            open={opened.current.has(plan.id)}
            onOpen={(open) => (open ? opened.current.add(plan.id) : opened.current.delete(plan.id))}
          />
        ))}
      </ol>
      {audit.more ? (
        <Button variant="default" className={classes.more ?? ''} onClick={audit.showMore}>
          Show older
        </Button>
      ) : null}
    </section>
  );
}

/** One that is being undone moves before the log is asked again; the log has its output in whole. */
function asItIsNow(plan: PlanView, live: PlanMap): PlanView {
  const now = live.get(plan.id);
  return now === undefined || (now.state === plan.state && now.endedAt === plan.endedAt) ? plan : now;
}
