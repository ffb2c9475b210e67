import { type RefObject, useEffect } from 'react';
import type { ColumnLooks } from './column-look.ts';

const checkWidth = 36;

/** Sets the columns' widths on the table as one grid template, so that a line carries no widths of its own. */
export function useColumnWidths(scroller: RefObject<HTMLDivElement | null>, shown: readonly string[], looks: ColumnLooks): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const widthOf = (id: string, narrow: boolean) => (narrow ? looks[id]?.narrow : looks[id]?.width) ?? 0;
    const sum = (narrow: boolean) => shown.reduce((total, id) => total + widthOf(id, narrow), checkWidth);
    const setWidths = () => {
      const narrow = element.clientWidth < sum(false) + 4;
      const widths = shown.map((id) => (id === 'name' ? `minmax(${widthOf(id, narrow)}px, 1fr)` : `${widthOf(id, narrow)}px`));
      element.dataset.narrow = String(narrow);
      element.style.setProperty('--columns', `${checkWidth}px ${widths.join(' ')}`);
      element.style.setProperty('--least', `${sum(narrow)}px`);
    };
    setWidths();
    const observer = new ResizeObserver(setWidths);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, shown, looks]);
}
