import { Fragment, type ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { hostPath } from '../app/paths.ts';
import { hostCount } from '../components/host-count.ts';
import { useFleet } from '../fleet/store.ts';
import own from './DomainsPage.module.css';
import { useXen } from './store.ts';

const mostLines = 3;
/** Of the hosts that one line names. */
const mostNames = 20;

/**
 * A line for each thing that keeps toolstacks from answering as they should: on which hosts, what is wrong, and what to do. What is missing
 * on many hosts, the rights for Xen above all, is one line that names them.
 */
export function HostTroubles(): ReactNode {
  const hosts = useXen((state) => state.hosts);
  const fleet = useFleet((state) => state.rows);
  const troubled = [...hosts.values()].filter((host) => host.problem);
  if (troubled.length === 0) return null;
  const lines = Map.groupBy(troubled, ({ problem }) => `${problem?.code} ${problem?.message}`);
  const shown = [...lines.values()].slice(0, mostLines);
  const others = troubled.length - shown.flat().length;
  return (
    <ul className={own.troubles} aria-label="Hosts whose toolstack needs help">
      {shown.map((group) => {
        const problem = group[0]?.problem;
        return (
          <li key={`${problem?.code} ${problem?.message}`}>
            <span>
              {group.slice(0, mostNames).map(({ host }, index) => (
                <Fragment key={host}>
                  {index > 0 ? ', ' : ''}
                  <a className="hum-mono" href={`#${hostPath(host)}`}>
                    {visibleText(fleet.get(host)?.host.name ?? host, 80)}
                  </a>
                </Fragment>
              ))}
            </span>
            {group.length > mostNames ? <span>and {hostCount(group.length - mostNames)} more:</span> : null}
            <span>{visibleText(problem?.message ?? '', 200)}</span>
            <span className={own.hint}>
              {problem?.code === 'not-permitted'
                ? 'The page of a host says how to give its account the rights.'
                : visibleText(problem?.hint ?? '', 200)}
            </span>
          </li>
        );
      })}
      {others > 0 ? <li className={own.hint}>And {hostCount(others)} more.</li> : null}
    </ul>
  );
}
