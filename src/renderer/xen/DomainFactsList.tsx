// biome-ignore-all lint/a11y/noNoninteractiveTabindex: the keyboard can ask each fact where it comes from; the list is one tab stop
import type { ReactNode } from 'react';
import type { DomainRow } from '../../shared/contract/xen.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { rove } from '../components/rove.ts';
import classes from './domain.module.css';
import { factsOf } from './domain-facts.ts';

/** What the domain is made of. */
export function DomainFactsList({ row }: { readonly row: DomainRow }): ReactNode {
  return (
    <section className={classes.block}>
      <h2 className={classes.blockTitle}>Facts</h2>
      <dl className={classes.facts} onKeyDown={rove}>
        {factsOf(row).map(({ label, value, source }, index) => (
          <div key={label} data-tip={source} tabIndex={index === 0 ? 0 : -1}>
            <dt>{visibleText(label, 40)}</dt>
            <dd className="hum-mono">{visibleText(value, 400)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
