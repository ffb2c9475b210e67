import { Checkbox } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { memo, type ReactNode } from 'react';
import type { SshConfigCandidate } from '../../shared/contract/inventory.ts';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './inventory.module.css';

interface SshConfigRowProps {
  readonly candidate: SshConfigCandidate;
  /** The file that the list is of: only another one is named. */
  readonly mainFile: string;
  readonly ticked: boolean;
  readonly onToggle: () => void;
}

/** One host of the SSH configuration, to tick. */
export const SshConfigRow = memo(
  function SshConfigRow({ candidate, mainFile, ticked, onToggle }: SshConfigRowProps): ReactNode {
    const { alias, address, port, user, keyFile, file, known, unsupported } = candidate;
    const where = [keyFile ? `key ${keyFile}` : null, file === mainFile ? null : `from ${file}`]
      .filter((part) => part !== null)
      .join(' · ');
    return (
      <li className={classes.candidate} data-known={known}>
        <Checkbox
          size="xs"
          checked={ticked && !known}
          disabled={known}
          onChange={onToggle}
          label={<span className="hum-mono">{visibleText(alias, 80)}</span>}
        />
        <span className="hum-mono">{visibleText(`${user}@${address}${port === 22 ? '' : `:${port}`}`, 160)}</span>
        <span className={classes.candidateNote}>{known ? 'Already here' : visibleText(where, 160)}</span>
        {unsupported.length > 0 ? (
          <span className={classes.candidateWarning}>
            <IconAlertTriangle size={14} aria-label="Warning" /> Not followed yet: {visibleText(unsupported.join(', '), 160)}
          </span>
        ) : null}
      </li>
    );
  },
  (before, after) => before.candidate === after.candidate && before.ticked === after.ticked,
);
