import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { type ReactNode, useRef, useState } from 'react';
import type { AuditQuery } from '../../shared/contract/plans.ts';
import { useKeys } from '../app/keys.ts';
import { FilterField } from '../components/FilterField.tsx';
import toolbar from '../components/Toolbar.module.css';
import classes from './ActivityPage.module.css';
import { exportAudit } from './actions.ts';
import { PlanRow } from './PlanRow.tsx';
import { Trouble } from './Trouble.tsx';
import { useAudit } from './use-audit.ts';

type States = AuditQuery['states'];

const filters: readonly { readonly label: string; readonly states: States }[] = [
  { label: 'All', states: [] },
  { label: 'Done', states: ['done'] },
  { label: 'Failed', states: ['failed', 'stuck', 'interrupted'] },
  { label: 'Cancelled', states: ['cancelled', 'dismissed'] },
];

/** Every plan that ever ran: who, when, what, with commands and output. */
export function AuditLog(): ReactNode {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const states = filters[chosen]?.states ?? [];
  const audit = useAudit(text, states);
  const field = useRef<HTMLInputElement>(null);
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
          <PlanRow key={plan.id} plan={plan} />
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
