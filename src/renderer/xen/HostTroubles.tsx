import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { hostPath } from '../app/paths.ts';
import { hostCount } from '../components/host-count.ts';
import { useFleet } from '../fleet/store.ts';
import own from './DomainsPage.module.css';
import { useXen } from './store.ts';

const mostLines = 3;

/** A line for each host whose toolstack does not answer as it should: what is wrong, and what to do. */
export function HostTroubles(): ReactNode {
  const hosts = useXen((state) => state.hosts);
  const fleet = useFleet((state) => state.rows);
  const troubled = [...hosts.values()].filter((host) => host.problem);
  if (troubled.length === 0) return null;
  return (
    <ul className={own.troubles} aria-label="Hosts whose toolstack needs help">
      {troubled.slice(0, mostLines).map(({ host, problem }) => (
        <li key={host}>
          <a className="hum-mono" href={`#${hostPath(host)}`}>
            {visibleText(fleet.get(host)?.host.name ?? host, 80)}
          </a>
          <span>{visibleText(problem?.message ?? '', 200)}</span>
          <span className={own.hint}>{visibleText(problem?.hint ?? '', 200)}</span>
        </li>
      ))}
      {troubled.length > mostLines ? <li className={own.hint}>And {hostCount(troubled.length - mostLines)} more.</li> : null}
    </ul>
  );
}
