import { Button, Select, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Downtime, RuleScope, RulesView } from '../../shared/contract/alerts.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { clockDate } from '../components/clock-time.ts';
import { consoleNow } from '../fleet/store.ts';
import { addDowntime, endDowntime } from './actions.ts';
import { scopeWords } from './incident-words.ts';
import classes from './incidents.module.css';
import { ScopeChoice } from './ScopeChoice.tsx';

interface DowntimesProps {
  readonly downtimes: readonly Downtime[];
  readonly nameOf: (host: string) => string;
  readonly onChange: (view: RulesView | undefined) => void;
}

const hourMs = 3_600_000;
const lengths = [
  ['1', '1 hour'],
  ['2', '2 hours'],
  ['4', '4 hours'],
  ['8', '8 hours'],
  ['24', '1 day'],
  ['168', '1 week'],
].map(([value = '', label = '']) => ({ value, label }));

/** Times in which nothing new fires on a host, a group or the fleet. */
export function Downtimes({ downtimes, nameOf, onChange }: DowntimesProps): ReactNode {
  const [scope, setScope] = useState<RuleScope>({ kind: 'fleet' });
  const [hours, setHours] = useState('2');
  const [reason, setReason] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '') return;
    const view = await addDowntime({ scope, until: Math.round(consoleNow() + Number(hours) * hourMs), reason: reason.trim() });
    onChange(view);
    if (view !== undefined) setReason('');
  };
  return (
    <section className={classes.block} aria-labelledby="downtimes">
      <h2 id="downtimes">Downtimes</h2>
      <p className={classes.about}>While one lasts, nothing new fires there. What is still bad at its end fires then.</p>
      <ul className={classes.places} hidden={downtimes.length === 0}>
        {downtimes.map((downtime) => (
          <li key={downtime.id}>
            <strong>{scopeWords(downtime.scope, nameOf)}</strong>
            <span>
              until {clockDate(downtime.until)}: {visibleText(downtime.reason, 300)}
            </span>
            <span className={classes.about}>by {visibleText(downtime.by, 60)}</span>
            <Button size="compact-sm" variant="default" onClick={() => void endDowntime(downtime.id).then(onChange)}>
              End now
            </Button>
          </li>
        ))}
      </ul>
      <form className={classes.downtime} onSubmit={(event) => void submit(event)}>
        <ScopeChoice label="Where" scope={scope} onChange={setScope} />
        <Select
          label="For"
          size="xs"
          allowDeselect={false}
          data={lengths}
          value={hours}
          onChange={(value) => value !== null && setHours(value)}
        />
        <TextInput
          label="Reason"
          size="xs"
          maxLength={300}
          value={reason}
          placeholder="New disks"
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button type="submit" size="compact-sm" h={30} variant="default" disabled={reason.trim() === ''}>
          Begin the downtime
        </Button>
      </form>
    </section>
  );
}
