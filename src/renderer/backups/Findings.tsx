import { Button } from '@mantine/core';
import { IconAlertTriangle, IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { BackupFinding, BackupJob } from '../../shared/contract/backups.ts';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './backups.module.css';
import { FixDialog } from './FixDialog.tsx';
import { adoptPath } from './job-words.ts';

/** What will go wrong with a job: each a sentence, and a fix where there is one. */
export function Findings({ job }: { readonly job: BackupJob }): ReactNode {
  const [open, setOpen] = useState<BackupFinding | null>(null);
  const adopting = adoptPath(job);
  return (
    <>
      {job.findings.length === 0 ? null : (
        <section>
          <h2>What is wrong with it</h2>
          <ul className={classes.findings}>
            {job.findings.map((finding) => {
              const Icon = finding.severity === 'error' ? IconX : IconAlertTriangle;
              return (
                <li key={finding.id} data-severity={finding.severity}>
                  <Icon size={14} stroke={2} aria-label={finding.severity === 'error' ? 'Error' : 'Warning'} />
                  <span>{visibleText(finding.message, 500)}</span>
                  {finding.fix !== null ? (
                    <Button size="compact-xs" h={28} variant="default" onClick={() => setOpen(finding)}>
                      {visibleText(finding.fix, 60)}…
                    </Button>
                  ) : adopting !== null ? (
                    <Button size="compact-xs" h={28} variant="subtle" component="a" href={`#${adopting}`}>
                      Adopt and change it
                    </Button>
                  ) : null}
                </li>
              );
            })}
          </ul>
        </section>
      )}
      <FixDialog host={job.host} job={job.id} finding={open} onClose={() => setOpen(null)} />
    </>
  );
}
