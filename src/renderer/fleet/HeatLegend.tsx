import type { ReactNode } from 'react';
import classes from './HeatLegend.module.css';

/** What the cells of the heat strip mean. */
export function HeatLegend(): ReactNode {
  return (
    <div className={classes.legend}>
      <span>
        0 <i className={classes.scale} /> 90 %
      </span>
      <span>
        <i className={classes.short} /> short of memory
      </span>
      <span>
        <i className={classes.old} /> no current figures
      </span>
      <span>
        <i className={classes.gone} /> out of reach
      </span>
      <span>
        <i className={classes.off} /> disabled
      </span>
    </div>
  );
}
