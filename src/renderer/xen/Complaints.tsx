import { IconAlertOctagon, IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ConfigComplaint } from '../../shared/contract/xen.ts';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './config.module.css';

interface ComplaintsProps {
  /** Null before it was checked. */
  readonly complaints: readonly ConfigComplaint[] | null;
  readonly onGo: (complaint: ConfigComplaint) => void;
}

/** What the parser and the toolstack say of a text; each leads to its place. */
export function Complaints({ complaints, onGo }: ComplaintsProps): ReactNode {
  return (
    <div role="status" className={classes.complaints}>
      {complaints?.length === 0 ? (
        <p className={classes.fine}>
          <IconCheck size={14} aria-hidden="true" /> Neither Hum nor the toolstack has anything against it.
        </p>
      ) : null}
      <ul>
        {complaints?.map((complaint) => {
          const { line, column, severity, message } = complaint;
          const Icon = severity === 'error' ? IconAlertOctagon : IconAlertTriangle;
          return (
            <li key={`${line}:${column} ${message}`} data-severity={severity}>
              <Icon size={14} aria-label={severity === 'error' ? 'Error' : 'Warning'} />
              {line > 0 ? (
                <button type="button" className="hum-mono" onClick={() => onGo(complaint)}>
                  {line}:{column}
                </button>
              ) : (
                <span className={classes.number}>xl</span>
              )}
              <span>{visibleText(message, 400)}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
