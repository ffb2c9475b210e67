import { useComputedColorScheme } from '@mantine/core';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import classes from './HeatStrip.module.css';
import { readHeatColours } from './heat-colours.ts';
import { cellAt, cellBox, heatLayout } from './heat-layout.ts';
import { type HeatCell, paintCell } from './heat-paint.ts';

const maxHeight = 84;

/** What the strip shows, and whom it asks. Give it the same object from drawing to drawing. */
export interface HeatSource<Row> {
  readonly rowOf: (id: string) => Row | undefined;
  readonly cellOf: (row: Row) => HeatCell;
  /** Calls when rows changed; gives the way to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  readonly open: (id: string) => void;
  /** What a cell says in a tip, and aloud. */
  readonly Tip: (props: { readonly id: string }) => ReactNode;
  readonly wordsOf: (id: string) => string;
}

interface HeatStripProps<Row> {
  readonly source: HeatSource<Row>;
  /** All ids, in an order that does not change with figures. */
  readonly order: readonly string[];
  /** Those that the filter leaves out are faint. */
  readonly matching: ReadonlySet<string>;
  /** "Memory of 12 hosts". */
  readonly label: string;
}

/** A cell for each of many things. */
export function HeatStrip<Row>({ source, order, matching, label }: HeatStripProps<Row>): ReactNode {
  const scheme = useComputedColorScheme();
  const [width, setWidth] = useState(0);
  const [pointed, setPointed] = useState<number | null>(null);
  const area = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const layout = useMemo(() => heatLayout(order.length, width, maxHeight), [order.length, width]);

  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read anew in another scheme
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || layout.columns === 0) return;
    const scale = window.devicePixelRatio || 1;
    element.width = Math.round(width * scale);
    element.height = Math.round(layout.height * scale);
    context.scale(scale, scale);
    context.font = "500 11px 'JetBrains Mono Variable', ui-monospace, monospace";
    const colours = readHeatColours(element);
    const painted: (Row | undefined)[] = [];
    let frame = 0;
    const paint = () => {
      frame = 0;
      order.forEach((id, index) => {
        const row = source.rowOf(id);
        if (!row || painted[index] === row) return;
        painted[index] = row;
        paintCell(context, colours, layout, index, source.cellOf(row), !matching.has(id));
      });
    };
    const paintSoon = () => {
      if (frame === 0) frame = requestAnimationFrame(paint);
    };
    paintSoon();
    const stop = source.subscribe(paintSoon);
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [source, order, layout, width, matching, scheme]);

  const pointedId = pointed === null ? undefined : order[pointed];
  const pointedBox = pointed === null || layout.columns === 0 ? null : cellBox(layout, pointed);
  const move = (to: number) => setPointed(Math.max(0, Math.min(order.length - 1, to)));
  const onKeyDown = (event: KeyboardEvent) => {
    const at = pointed ?? 0;
    const steps: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at + layout.columns,
      ArrowUp: at - layout.columns,
    };
    const to = steps[event.key] ?? (event.key === 'Home' ? 0 : event.key === 'End' ? order.length - 1 : undefined);
    if (to !== undefined) move(to);
    else if (event.key === 'Enter' && pointedId !== undefined) source.open(pointedId);
    else if (event.key === 'Escape') setPointed(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const indexAt = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const index = cellAt(layout, order.length, event.clientX - box.left, event.clientY - box.top);
    return index < 0 ? null : index;
  };

  return (
    <div ref={area} className={classes.area}>
      {/* biome-ignore lint/a11y/useSemanticElements: no element stands for a strip that is walked with the arrow keys */}
      <div
        role="group"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: one tab stop for all cells, walked with the arrow keys
        tabIndex={0}
        aria-label={`${label}; arrow keys go from one to the next, Enter opens`}
        className={classes.strip}
        style={{ height: layout.height }}
        onKeyDown={onKeyDown}
        onFocus={(event) => event.currentTarget.matches(':focus-visible') && move(pointed ?? 0)}
        onBlur={() => setPointed(null)}
        onPointerMove={(event) => setPointed(indexAt(event))}
        onPointerLeave={() => setPointed(null)}
        onPointerUp={(event) => {
          const id = order[indexAt(event) ?? -1];
          if (id !== undefined && event.button === 0) source.open(id);
        }}
      >
        <canvas ref={canvas} className={classes.canvas} style={{ width, height: layout.height }} />
        {pointedBox && pointedId !== undefined ? (
          <>
            <div
              className={classes.frame}
              style={{ left: pointedBox.x - 2, top: pointedBox.y - 2, width: pointedBox.width + 4, height: pointedBox.height + 4 }}
            />
            <div
              className={`hum-tip ${classes.tip}`}
              style={{ left: Math.min(pointedBox.x, Math.max(0, width - 320)), top: pointedBox.y + pointedBox.height + 6 }}
              aria-hidden="true"
            >
              <source.Tip id={pointedId} />
            </div>
          </>
        ) : null}
        <span className="hum-unseen" aria-live="polite">
          {pointedId === undefined ? '' : source.wordsOf(pointedId)}
        </span>
      </div>
    </div>
  );
}
