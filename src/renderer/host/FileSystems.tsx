// biome-ignore-all lint/a11y/noNoninteractiveTabindex: the keyboard can ask each line where it comes from; the list is one tab stop
import type { ReactNode } from 'react';
import type { HostDisks } from '../../shared/contract/fleet.ts';
import { formatRatio } from '../../shared/units.ts';
import type { DrawnLevel } from '../components/chart/chart-levels.ts';
import { rove } from '../components/rove.ts';
import classes from './file-systems.module.css';
import { disksNote, lineOf } from './file-systems.ts';
import hostClasses from './host.module.css';

interface FileSystemsProps {
  readonly disks: HostDisks | null;
  /** At which the rule for disks fires on this host, 0..1. */
  readonly levels: readonly DrawnLevel[];
  readonly online: boolean;
}

/** The file systems on the disks of the host, the fullest first. */
export function FileSystems({ disks, levels, online }: FileSystemsProps): ReactNode {
  return (
    <section className={hostClasses.block}>
      <div className={hostClasses.blockHead}>
        <h2 id="file-systems" className={hostClasses.blockTitle}>
          File systems
        </h2>
        <span className={classes.note} data-problem={disks?.problem != null || undefined}>
          {disksNote(disks, online)}
        </span>
      </div>
      <ul className={classes.list} aria-labelledby="file-systems" data-old={!online || undefined} onKeyDown={rove}>
        {disks?.fileSystems.map((system, index) => {
          const { mount, full, strain, room, tip } = lineOf(system, levels);
          return (
            <li key={system.mount} data-strain={strain} data-tip={tip} tabIndex={index === 0 ? 0 : -1}>
              <span className={`hum-mono ${classes.mount}`}>{mount}</span>
              <span className={classes.track} aria-hidden="true">
                <span className={classes.bar} style={{ width: `${(full * 100).toFixed(2)}%` }} />
              </span>
              <span className={`hum-mono ${classes.full}`}>{formatRatio(full)}</span>
              <span className={`hum-mono ${classes.room}`}>{room}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
