import { Button } from '@mantine/core';
import { IconRocket } from '@tabler/icons-react';
import { type ReactNode, useMemo } from 'react';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { deployPath, domainPath } from '../app/paths.ts';
import { Figure } from '../components/Figure.tsx';
import { useFleet } from '../fleet/store.ts';
import { DomainStateMark } from './DomainStateMark.tsx';
import { vmCount } from './domain-count.ts';
import classes from './HostXen.module.css';
import { divideMemory, type MemoryPart } from './memory-division.ts';
import { useFollowXen, useXen } from './store.ts';
import { XenRights } from './XenRights.tsx';

/** What a host's page says of Xen: how its memory is divided, and its domains. Nothing at all where there is no Xen. */
export function HostXen({ host: id }: { readonly host: string }): ReactNode {
  useFollowXen();
  const host = useXen((state) => state.hosts.get(id));
  const inventoryHost = useFleet((state) => state.rows.get(id)?.host);
  const domains = useXen((state) => state.domains);
  const rows = useMemo(() => [...domains.values()].filter((row) => row.host === id), [domains, id]);
  if (!host) return null;
  const guests = rows.filter((row) => !row.facts.control);
  return (
    <section className={classes.block} aria-label="Xen">
      <div className={classes.head}>
        <h2 className={classes.title}>Xen</h2>
        <span className={classes.quiet}>
          {visibleText(host.version, 40)} · {host.toolstack} · {host.cpus} CPUs · scheduler {visibleText(host.scheduler, 40)} ·{' '}
          {vmCount(guests.length)}
        </span>
        <span className={classes.spacer} />
        {host.toolstack === 'xe' ? null : (
          <Button
            component="a"
            href={`#${deployPath(null, id)}`}
            variant="default"
            size="compact-sm"
            h={28}
            leftSection={<IconRocket size={14} />}
          >
            Deploy a VM here
          </Button>
        )}
      </div>
      {host.problem ? (
        <div className={classes.problem} role="status">
          <ProblemText problem={host.problem} />
          {host.problem.code === 'not-permitted' && inventoryHost ? <XenRights host={inventoryHost} /> : null}
        </div>
      ) : null}
      {host.memoryTotal > 0 ? <MemoryBar parts={divideMemory(host, rows)} total={host.memoryTotal} /> : null}
      <ul className={classes.domains} aria-label="VMs of this host">
        {guests.map((row) => (
          <li key={row.key}>
            <DomainStateMark state={row.load.state} />
            <a className="hum-mono" href={`#${domainPath(row.host, row.key)}`}>
              {visibleText(row.name, 120)}
            </a>
            <span className={classes.size}>{row.load.id === null ? '' : <Figure text={formatBytes(row.load.memory)} />}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const kinds = ['xen', 'dom0', 'domain', 'claimed', 'free'] as const;
const kindWords: Readonly<Record<MemoryPart['kind'], string>> = {
  xen: 'Xen',
  dom0: 'Dom0',
  domain: 'VMs',
  claimed: 'Claimed',
  free: 'Free',
};

/** One bar, divided; below it what each kind of part comes to. */
function MemoryBar({ parts, total }: { readonly parts: readonly MemoryPart[]; readonly total: number }): ReactNode {
  const sums = kinds.flatMap((kind) => {
    const bytes = parts.reduce((sum, part) => (part.kind === kind ? sum + part.bytes : sum), 0);
    return bytes > 0 || kind !== 'claimed' ? [{ kind, bytes }] : [];
  });
  return (
    <>
      <div
        className={classes.bar}
        role="img"
        aria-label={`Memory: ${sums.map(({ kind, bytes }) => `${kindWords[kind]} ${formatBytes(bytes)}`).join(', ')}`}
      >
        {parts.map(({ kind, label, bytes, key }) => (
          <span
            key={key ?? kind}
            data-kind={kind}
            style={{ width: `${((bytes / total) * 100).toFixed(3)}%` }}
            data-tip={`${visibleText(label, 80)}: ${formatBytes(bytes)} · ${key === null ? 'xl info' : 'xl list'}`}
          />
        ))}
      </div>
      <dl className={classes.legend}>
        {sums.map(({ kind, bytes }) => (
          <div key={kind}>
            <dt>
              <i data-kind={kind} /> {kindWords[kind]}
            </dt>
            <dd>
              <Figure text={formatBytes(bytes)} />
            </dd>
          </div>
        ))}
        <div>
          <dt>Total</dt>
          <dd>
            <Figure text={formatBytes(total)} />
          </dd>
        </div>
      </dl>
    </>
  );
}
