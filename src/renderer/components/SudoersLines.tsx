import { Button, CopyButton } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './SudoersLines.module.css';

/** Lines of sudoers(5) to copy, and where they go. `purpose` says what they let whom do. */
export function SudoersLines({ purpose, lines }: { readonly purpose: string; readonly lines: string }): ReactNode {
  return (
    <>
      <p>
        {purpose} On the host, as root: put them into a file with <code className="hum-mono">visudo -f /etc/sudoers.d/hum</code> (sudo
        1.9.10 or later; see whether the programs are in these folders).
      </p>
      <pre className={classes.lines}>{lines}</pre>
      <CopyButton value={`${lines}\n`} timeout={2000}>
        {({ copied, copy }) => (
          <Button variant="default" size="compact-sm" h={28} onClick={copy}>
            {copied ? 'Copied' : 'Copy the lines'}
          </Button>
        )}
      </CopyButton>
    </>
  );
}
