// biome-ignore-all lint/a11y/noNoninteractiveTabindex: the keyboard can ask each fact where it comes from; the list is one tab stop
import type { ReactNode } from 'react';
import type { HostFacts } from '../../shared/contract/fleet.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { clockDate } from '../components/clock-time.ts';
import { rove } from '../components/rove.ts';
import classes from './host.module.css';

/** What the host says of itself. The rows stand before the answer is there, so that nothing moves when it comes. */
export function Facts({ facts, online }: { readonly facts: HostFacts | null; readonly online: boolean }): ReactNode {
  const lines: readonly (readonly [label: string, value: string | undefined, source: string])[] = [
    ['Host name', facts?.hostName, 'uname -n'],
    ['Distribution', facts?.distribution, '/etc/os-release: PRETTY_NAME'],
    ['Kernel', facts?.kernel, 'uname -s, uname -r'],
    ['Architecture', facts?.architecture, 'uname -m'],
    ['Cores', facts?.cores.toString(), '/proc/stat: count of cpu lines'],
    ['Booted', facts ? clockDate(facts.bootedAt) : undefined, '/proc/uptime, by the clock of this console'],
    ['Boot ID', facts?.bootId, '/proc/sys/kernel/random/boot_id'],
  ];
  return (
    <section className={classes.block}>
      <h2 className={classes.blockTitle}>Facts</h2>
      {facts === null && !online ? <p className={classes.quiet}>Known after the first connection.</p> : null}
      <dl className={classes.facts} hidden={facts === null && !online} onKeyDown={rove}>
        {lines.map(([label, value, source], index) => (
          <div key={label} data-tip={source} tabIndex={index === 0 ? 0 : -1}>
            <dt>{label}</dt>
            <dd className="hum-mono">{value ? visibleText(value, 120) : '–'}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
