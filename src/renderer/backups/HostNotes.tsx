import type { ReactNode } from 'react';
import type { BackupHost } from '../../shared/contract/backups.ts';
import { sudoersToReadCrontabs } from '../../shared/sudoers.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { hostPath } from '../app/paths.ts';
import { hostCount } from '../components/host-count.ts';
import { SudoersLines } from '../components/SudoersLines.tsx';
import { useHostName } from '../deploy/host-name.ts';
import { useFleet } from '../fleet/store.ts';
import classes from './backups.module.css';
import { notesOf } from './host-notes.ts';
import { useBackups } from './store.ts';

const mostNames = 20;

/** What keeps the list from being whole: hosts that could not be read, those whose account sees little, clocks that are off. */
export function HostNotes(): ReactNode {
  const hosts = useBackups((state) => state.hosts);
  const nameOf = useHostName();
  const notes = notesOf([...hosts.values()]);
  if (notes.length === 0) return null;
  return (
    <ul className={classes.troubles} aria-label="What keeps this list from being whole">
      {notes.map(({ key, hosts: about, words, hint, sudoers }) => (
        <li key={key}>
          <span>
            {about.slice(0, mostNames).map(({ host }, index) => (
              <span key={host}>
                {index > 0 ? ', ' : ''}
                <a className="hum-mono" href={`#${hostPath(host)}`}>
                  {visibleText(nameOf(host), 80)}
                </a>
              </span>
            ))}
            {about.length > mostNames ? ` and ${hostCount(about.length - mostNames)} more` : ''}
          </span>
          <span>{words}</span>
          <span className={classes.hint}>{hint}</span>
          {sudoers ? <CrontabRights hosts={about} /> : null}
        </li>
      ))}
    </ul>
  );
}

/** For the accounts that become root by `sudo -n`, which is the way that sudoers' lines are for. */
function CrontabRights({ hosts }: { readonly hosts: readonly BackupHost[] }): ReactNode {
  useFleet((state) => state.roster);
  const { rows } = useFleet.getState();
  const users = hosts.flatMap(({ host }) => {
    const known = rows.get(host)?.host;
    return known === undefined || (known.runAs ?? 'sudo-n') !== 'sudo-n' ? [] : [known.user];
  });
  const lines = [...new Set(users)].flatMap((user) => sudoersToReadCrontabs(user) ?? []).slice(0, mostNames);
  if (lines.length === 0) return null;
  return (
    <details className={classes.rights}>
      <summary>Lines of sudoers</summary>
      <SudoersLines
        purpose="These lines let the account read the crontabs of all accounts, and nothing else as root."
        lines={lines.join('\n')}
      />
    </details>
  );
}
