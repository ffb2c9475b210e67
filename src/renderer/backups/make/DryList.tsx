import { SegmentedControl } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useMemo, useRef, useState } from 'react';
import type { DryItem } from '../../../shared/contract/backup-jobs.ts';
import { formatBytes } from '../../../shared/units.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import classes from './make.module.css';

const rowHeight = 24;
const signs: Readonly<Record<DryItem['what'], string>> = { created: '+', changed: '~', deleted: '−' };
const words: Readonly<Record<DryItem['what'], string>> = { created: 'New', changed: 'Changed', deleted: 'Deleted' };

/** Every path that a run would touch, and what it would do to it. */
export function DryList({ items, unlisted }: { readonly items: readonly DryItem[]; readonly unlisted: number }): ReactNode {
  const [shown, setShown] = useState<DryItem['what'] | 'all'>('all');
  const frame = useRef<HTMLDivElement>(null);
  const counts = useMemo(() => {
    const found = { created: 0, changed: 0, deleted: 0 };
    for (const { what } of items) found[what] += 1;
    return found;
  }, [items]);
  const listed = useMemo(() => (shown === 'all' ? items : items.filter(({ what }) => what === shown)), [items, shown]);
  const virtualizer = useVirtualizer({
    count: listed.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  if (items.length === 0) return null;
  return (
    <div className={classes.dry}>
      <SegmentedControl
        aria-label="Which of them"
        size="xs"
        data={[
          { value: 'all', label: `All ${items.length.toLocaleString('en')}` },
          ...(['created', 'changed', 'deleted'] as const).map((what) => ({
            value: what,
            label: `${words[what]} ${counts[what].toLocaleString('en')}`,
          })),
        ]}
        value={shown}
        onChange={(value) => setShown(value === 'created' || value === 'changed' || value === 'deleted' ? value : 'all')}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable for the keyboard */}
      <section ref={frame} className={classes.dryFrame} tabIndex={0} aria-label="What a run would do">
        <ul style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start }) => {
            const item = listed[index];
            return item === undefined ? null : (
              <li
                key={index}
                data-what={item.what}
                style={{ transform: `translateY(${start}px)` }}
                aria-setsize={listed.length}
                aria-posinset={index + 1}
              >
                <span aria-hidden="true">{signs[item.what]}</span>
                <span className="hum-unseen">{words[item.what]}: </span>
                <bdi className={classes.dryPath}>{visibleText(item.path, 400)}</bdi>
                <span className={classes.dryBytes}>{item.bytes > 0 ? formatBytes(item.bytes) : ''}</span>
              </li>
            );
          })}
        </ul>
      </section>
      {unlisted > 0 ? <p className={classes.about}>{unlisted.toLocaleString('en')} more are counted and not listed.</p> : null}
    </div>
  );
}
