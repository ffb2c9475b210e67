import { Button, MultiSelect } from '@mantine/core';
import { type ReactNode, useMemo } from 'react';
import { visibleText } from '../../../shared/visible-text.ts';
import { hostCount } from '../../components/host-count.ts';
import { useFleet } from '../../fleet/store.ts';
import classes from './make.module.css';

interface HostsFieldProps {
  readonly hosts: readonly string[];
  readonly onChange: (hosts: readonly string[]) => void;
  /** The job is there already, or a line is taken over: it stays where it is. */
  readonly fixed: boolean;
}

const mostOffered = 100;
/** As the contract has it. */
const mostHosts = 500;

/** On which hosts the job runs. A tag or a group stands for all of its hosts. */
export function HostsField({ hosts, onChange, fixed }: HostsFieldProps): ReactNode {
  const shape = useFleet((state) => state.shape);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` says when hosts came, went or changed
  const { options, labels } = useMemo(() => {
    const rows = [...useFleet.getState().rows.values()];
    const found = new Map<string, string[]>();
    for (const { host } of rows) {
      for (const label of [...(host.group === null ? [] : [`group:${host.group}`]), ...host.tags.map((tag) => `tag:${tag}`)]) {
        found.set(label, [...(found.get(label) ?? []), host.id]);
      }
    }
    return { options: rows.map(({ host }) => ({ value: host.id, label: visibleText(host.name, 80) })), labels: found };
  }, [shape]);
  const groups = [...new Map([...labels].map((entry) => [entry[1].join(), entry])).values()]
    .filter(([, ids]) => ids.length > 1 && ids.some((id) => !hosts.includes(id)))
    .slice(0, 6);
  return (
    <div>
      <MultiSelect
        label="On"
        description={hosts.length > 1 ? 'One job for each: {host} in a field is the name of its host.' : 'The hosts whose data is copied.'}
        placeholder={hosts.length === 0 ? 'Choose a host' : ''}
        data={options}
        value={[...hosts]}
        onChange={(next) => onChange(next.slice(0, mostHosts))}
        searchable
        limit={mostOffered}
        disabled={fixed}
        hidePickedOptions
        nothingFoundMessage="No host is called that."
      />
      {fixed || groups.length === 0 ? null : (
        <div className={classes.labels}>
          {groups.map(([label, ids]) => (
            <Button
              key={label}
              size="compact-xs"
              h={24}
              variant="default"
              onClick={() => onChange([...new Set([...hosts, ...ids])].slice(0, mostHosts))}
            >
              + {visibleText(label, 40)} ({hostCount(ids.length)})
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
