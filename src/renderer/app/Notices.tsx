import { CloseButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { ProblemText } from './act.tsx';
import { useApplication } from './application.ts';
import classes from './Notices.module.css';

/** What went wrong when Hum started and was worked around; each stays until it was read and closed. */
export function Notices(): ReactNode {
  const notices = useApplication((state) => state.info?.notices);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const open = (notices ?? []).filter((notice) => !closed.has(notice.message));
  if (open.length === 0) return null;
  return (
    <div>
      {open.map((notice) => (
        <div key={notice.message} role="status" className={classes.notice}>
          <ProblemText problem={notice} />
          <CloseButton aria-label="Close this notice" onClick={() => setClosed(new Set([...closed, notice.message]))} />
        </div>
      ))}
    </div>
  );
}
