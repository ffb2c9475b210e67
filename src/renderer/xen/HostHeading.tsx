import type { ReactNode } from 'react';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import classes from '../components/table/table.module.css';
import { vmCount } from './domain-count.ts';
import type { DomainRows, XenHosts } from './domains.ts';
import { useXen } from './store.ts';

/** The heading of a host's domains: its name, how many there are and what memory is left. */
export function HostHeading({ name, ids }: { readonly name: string | null; readonly ids: readonly string[] }): ReactNode {
  const summary = useXen((state) => summaryOf(ids, state.domains, state.hosts));
  return (
    <>
      <strong className="hum-mono">{visibleText(name ?? '', 80)}</strong>
      <span className={classes.summary}>{summary}</span>
    </>
  );
}

function summaryOf(keys: readonly string[], domains: DomainRows, hosts: XenHosts): string {
  const rows = keys.flatMap((key) => domains.get(key) ?? []);
  const guests = rows.filter((row) => !row.facts.control);
  const parts = [vmCount(guests.length)];
  const host = hosts.get(rows[0]?.host ?? '');
  if (host && host.memoryTotal > 0) parts.push(`${formatBytes(host.memoryFree)} of ${formatBytes(host.memoryTotal)} free`);
  const crashed = guests.filter((row) => row.load.state === 'crashed').length;
  if (crashed > 0) parts.push(`${crashed} crashed`);
  return parts.join(' · ');
}
