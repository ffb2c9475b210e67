import { IconBan, IconCheck, IconSparkles } from '@tabler/icons-react';
import { type ReactNode, useId, useState } from 'react';
import type { HostFit } from '../../shared/contract/deploy.ts';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './deploy.module.css';
import { useHostName } from './host-name.ts';
import { orderFits } from './preview.ts';

interface HostChoiceProps {
  readonly hosts: readonly HostFit[];
  /** An inventory id, or `best`. */
  readonly value: string;
  readonly onChange: (host: string) => void;
  readonly error: string | undefined;
}

const manyHosts = 8;

/** Where the VMs go: the best host, or one, each with whether it fits and why. */
export function HostChoice({ hosts, value, onChange, error }: HostChoiceProps): ReactNode {
  const nameOf = useHostName();
  const [filter, setFilter] = useState('');
  const id = useId();
  const ordered = orderFits(hosts, nameOf);
  const fitting = hosts.filter((host) => host.fits).length;
  const word = filter.trim().toLowerCase();
  const shown = ordered.filter(({ host }) => host === value || nameOf(host).toLowerCase().includes(word));
  return (
    <fieldset className={classes.hosts} aria-describedby={error === undefined ? undefined : `${id}-error`}>
      <legend>Where</legend>
      {hosts.length > manyHosts ? (
        <input
          className={classes.hostFilter}
          aria-label="Filter the hosts"
          placeholder={`Filter ${hosts.length} hosts`}
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      ) : null}
      <div className={classes.hostList}>
        <label className={classes.hostLine}>
          <input type="radio" name={id} checked={value === 'best'} onChange={() => onChange('best')} />
          <span className={classes.hostName}>
            <IconSparkles size={14} aria-hidden="true" /> Best host
          </span>
          <span className={classes.hostWhy}>
            {hosts.length === 0 ? 'Most room, spread over the fleet' : `${fitting} of ${hosts.length} fit`}
          </span>
        </label>
        {shown.map(({ host, fits, reasons }) => (
          <label key={host} className={classes.hostLine} data-fits={fits}>
            <input type="radio" name={id} checked={value === host} onChange={() => onChange(host)} />
            <span className={`hum-mono ${classes.hostName}`}>{visibleText(nameOf(host), 80)}</span>
            <span className={classes.hostWhy}>
              {fits ? <IconCheck size={14} aria-label="Fits" /> : <IconBan size={14} aria-label="Does not fit" />}
              <span>{reasons.map((reason) => visibleText(reason, 120)).join(' · ')}</span>
            </span>
          </label>
        ))}
      </div>
      {error === undefined ? null : (
        <span id={`${id}-error`} className={classes.fieldError}>
          {visibleText(error, 300)}
        </span>
      )}
    </fieldset>
  );
}
