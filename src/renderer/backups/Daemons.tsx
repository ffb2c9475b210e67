import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { BackupFinding, BackupHost } from '../../shared/contract/backups.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { hostPath } from '../app/paths.ts';
import { hostCount } from '../components/host-count.ts';
import { useHostName } from '../deploy/host-name.ts';
import classes from './backups.module.css';
import { FixDialog } from './FixDialog.tsx';
import { useBackups } from './store.ts';

const mostShown = 50;

/** Hosts with an rsync daemon: whether it runs, what it offers, and what is wrong with its secrets. */
export function Daemons(): ReactNode {
  const hosts = useBackups((state) => state.hosts);
  const [open, setOpen] = useState<{ readonly host: string; readonly finding: BackupFinding } | null>(null);
  const serving = [...hosts.values()].filter(({ daemon }) => daemon !== null);
  if (serving.length === 0) return null;
  const wrong = serving.some(({ daemon }) => (daemon?.findings.length ?? 0) > 0);
  return (
    <details className={classes.note} data-tone={wrong ? 'warn' : undefined}>
      <summary>{hostCount(serving.length)} with an rsync daemon</summary>
      <ul className={classes.shared}>
        {serving.slice(0, mostShown).map((host) => (
          <Daemon key={host.host} host={host} onFix={(finding) => setOpen({ host: host.host, finding })} />
        ))}
      </ul>
      <FixDialog host={open?.host ?? ''} job={null} finding={open?.finding ?? null} onClose={() => setOpen(null)} />
    </details>
  );
}

function Daemon({
  host: { host, daemon },
  onFix,
}: {
  readonly host: BackupHost;
  readonly onFix: (finding: BackupFinding) => void;
}): ReactNode {
  const nameOf = useHostName();
  if (daemon === null) return null;
  const modules = daemon.modules.slice(0, mostShown).map(({ name, path, readOnly, users }) => {
    const who = users === null ? 'anybody' : visibleText(users, 80);
    return `${visibleText(name, 60)} = ${visibleText(path, 200)} (${readOnly ? 'read' : 'read and write'}, ${who})`;
  });
  return (
    <li>
      <a className="hum-mono" href={`#${hostPath(host)}`}>
        {visibleText(nameOf(host), 80)}
      </a>{' '}
      {daemon.running ? 'serves' : 'would serve, but does not run:'} <span className="hum-mono">{modules.join(', ') || 'no module'}</span>
      {daemon.findings.map((finding) => (
        <div key={finding.id}>
          {visibleText(finding.message, 300)}{' '}
          {finding.fix === null ? null : (
            <Button size="compact-xs" h={28} variant="default" onClick={() => onFix(finding)}>
              {visibleText(finding.fix, 60)}…
            </Button>
          )}
        </div>
      ))}
    </li>
  );
}
