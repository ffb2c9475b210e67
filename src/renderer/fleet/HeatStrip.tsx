import { useComputedColorScheme } from '@mantine/core';
import { type KeyboardEvent, type PointerEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { formatAge, formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { go, hostPath } from '../app/paths.ts';
import { stateLooks } from '../components/host-states.ts';
import { StateMark } from '../components/StateMark.tsx';
import { formatUsedOf, memoryRatio } from './figures.ts';
import classes from './HeatStrip.module.css';
import { readHeatColours } from './heat-colours.ts';
import { cellAt, cellBox, heatLayout } from './heat-layout.ts';
import { paintCell } from './heat-paint.ts';
import { compareNames } from './items.ts';
import type { FleetRow } from './rows.ts';
import { consoleNow, useFleet, useFleetRow } from './store.ts';

const maxHeight = 84;

/** A cell for each host, in an order that does not change with its figures: groups, then names. Those that the filter leaves out are faint. */
export function HeatStrip({ matching }: { readonly matching: ReadonlySet<string> }): ReactNode {
  const roster = useFleet((state) => state.roster);
  const scheme = useComputedColorScheme();
  const [width, setWidth] = useState(0);
  const [pointed, setPointed] = useState<number | null>(null);
  const area = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `roster` says when hosts came, went or were edited
  const order = useMemo(() => stripOrder(useFleet.getState().rows.values()), [roster]);
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
    const painted: (FleetRow | undefined)[] = [];
    let frame = 0;
    const paint = () => {
      frame = 0;
      const { rows } = useFleet.getState();
      order.forEach((id, index) => {
        const row = rows.get(id);
        if (!row || painted[index] === row) return;
        painted[index] = row;
        paintCell(context, colours, layout, index, row, !matching.has(id));
      });
    };
    const paintSoon = () => {
      if (frame === 0) frame = requestAnimationFrame(paint);
    };
    paintSoon();
    const stop = useFleet.subscribe(paintSoon);
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [order, layout, width, matching, scheme]);

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
    else if (event.key === 'Enter' && pointedId !== undefined) go(hostPath(pointedId));
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
        aria-label={`Memory of ${order.length} hosts; arrow keys go from host to host, Enter opens`}
        className={classes.strip}
        style={{ height: layout.height }}
        onKeyDown={onKeyDown}
        onFocus={(event) => event.currentTarget.matches(':focus-visible') && move(pointed ?? 0)}
        onBlur={() => setPointed(null)}
        onPointerMove={(event) => setPointed(indexAt(event))}
        onPointerLeave={() => setPointed(null)}
        onPointerUp={(event) => {
          const id = order[indexAt(event) ?? -1];
          if (id !== undefined && event.button === 0) go(hostPath(id));
        }}
      >
        <canvas ref={canvas} className={classes.canvas} style={{ width, height: layout.height }} />
        {pointedBox && pointedId !== undefined ? (
          <>
            <div
              className={classes.frame}
              style={{ left: pointedBox.x - 2, top: pointedBox.y - 2, width: pointedBox.width + 4, height: pointedBox.height + 4 }}
            />
            <HeatTip id={pointedId} left={Math.min(pointedBox.x, Math.max(0, width - 320))} top={pointedBox.y + pointedBox.height + 6} />
          </>
        ) : null}
        <span className="hum-unseen" aria-live="polite">
          {pointedId === undefined ? '' : <HeatWords id={pointedId} />}
        </span>
      </div>
    </div>
  );
}

function stripOrder(rows: Iterable<FleetRow>): readonly string[] {
  const byGroup = (row: FleetRow) => row.host.group ?? '\u{10ffff}';
  return [...rows]
    .sort((left, right) => compareNames(byGroup(left), byGroup(right)) || compareNames(left.host.name, right.host.name))
    .map((row) => row.id);
}

function HeatTip({ id, left, top }: { readonly id: string; readonly left: number; readonly top: number }): ReactNode {
  const row = useFleetRow(id);
  if (!row) return null;
  const { live, status } = row;
  return (
    <div className={`hum-tip ${classes.tip}`} style={{ left, top }} aria-hidden="true">
      <div className={classes.tipHead}>
        <span className="hum-mono">{visibleText(row.host.name, 80)}</span>
        <StateMark state={status.state} />
      </div>
      {live ? (
        <div className={`hum-mono ${classes.tipFigures}`}>
          {formatRatio(memoryRatio(live) ?? 0)} · {formatUsedOf(live.memoryUsed, live.memoryTotal)} ·{' '}
          {formatAge(consoleNow() - live.sampledAt)}
        </div>
      ) : null}
      {status.problem ? <div className={classes.tipProblem}>{visibleText(status.problem.message, 160)}</div> : null}
    </div>
  );
}

function HeatWords({ id }: { readonly id: string }): ReactNode {
  const row = useFleet.getState().rows.get(id);
  if (!row) return null;
  const ratio = memoryRatio(row.live);
  return `${row.host.name}, ${stateLooks[row.status.state].word}${ratio === undefined ? '' : `, memory ${formatRatio(ratio)}`}`;
}
