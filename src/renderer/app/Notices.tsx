import { CloseButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useHistory } from '../history/store.ts';
import { ProblemText } from './act.tsx';
import { useApplication } from './application.ts';
import classes from './Notices.module.css';

/** What went wrong and was worked around, each until it was read and closed; and why the history stands still, while it does. */
export function Notices(): ReactNode {
  const notices = useApplication((state) => state.info?.notices);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const history = useHistory((state) => state.state);
  const told = [...(notices ?? []), ...(history?.setAside ? [history.setAside] : [])];
  const open = told.filter((notice) => !closed.has(notice.message));
  if (open.length === 0 && !history?.problem) return null;
  return (
    <div>
      {history?.problem ? (
        <div role="status" className={classes.notice}>
          <ProblemText problem={history.problem} />
        </div>
      ) : null}
      {open.map((notice) => (
        <div key={notice.message} role="status" className={classes.notice}>
          <ProblemText problem={notice} />
          <CloseButton aria-label="Close this notice" onClick={() => setClosed(new Set([...closed, notice.message]))} />
        </div>
      ))}
    </div>
  );
}
