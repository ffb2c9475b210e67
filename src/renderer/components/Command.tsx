import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './Command.module.css';

/** A command to copy into a terminal. What would be invisible there is shown, and then it is not offered for copying. */
export function Command({ text }: { readonly text: string }): ReactNode {
  const shown = visibleText(text, 1000);
  return (
    <div className={classes.command}>
      <code className="hum-mono">{shown}</code>
      {shown === text ? (
        <CopyButton value={text} timeout={2000}>
          {({ copied, copy }) => (
            <Tooltip label={copied ? 'Copied' : 'Copy'}>
              <ActionIcon variant="subtle" color="gray" size={28} onClick={copy} aria-label={copied ? 'Copied' : 'Copy the command'}>
                {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      ) : null}
    </div>
  );
}
