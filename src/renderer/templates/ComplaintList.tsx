import { IconAlertOctagon, IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { TemplateComplaint } from '../../shared/contract/templates.ts';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './templates.module.css';

interface ComplaintListProps {
  readonly complaints: readonly TemplateComplaint[];
  /** Each then leads to its place. */
  readonly onGo?: (complaint: TemplateComplaint) => void;
}

/** What is wrong with a template or a configuration, and where. */
export function ComplaintList({ complaints, onGo }: ComplaintListProps): ReactNode {
  if (complaints.length === 0) return null;
  return (
    <ul className={classes.complaints}>
      {complaints.map((complaint, index) => {
        const { line, column, severity, field, message } = complaint;
        const Icon = severity === 'error' ? IconAlertOctagon : IconAlertTriangle;
        const place = `${line}:${column}`;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: two complaints may be alike in everything
          <li key={index} data-severity={severity}>
            <Icon size={14} aria-label={severity === 'error' ? 'Error' : 'Warning'} />
            {onGo ? (
              <button
                type="button"
                className="hum-mono"
                aria-label={`Go to line ${line}, column ${column}`}
                onClick={() => onGo(complaint)}
              >
                {place}
              </button>
            ) : (
              <span className={`hum-mono ${classes.place}`}>{place}</span>
            )}
            <span>
              {field === '' ? null : <code className="hum-mono">{visibleText(field, 80)}</code>} {visibleText(message, 400)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
