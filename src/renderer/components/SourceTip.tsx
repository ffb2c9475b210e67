import type { ReactNode } from 'react';
import classes from './SourceTip.module.css';
import type { Source } from './source.ts';

/** The inside of a tooltip: the figure in full, then where it comes from. */
export function SourceTip({ source }: { readonly source: Source }): ReactNode {
  return (
    <>
      {source.lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
      {source.from === undefined ? null : <div className={`hum-mono ${classes.from}`}>{source.from}</div>}
    </>
  );
}
