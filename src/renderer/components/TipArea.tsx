import { type ReactNode, useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import classes from './TipArea.module.css';

const openAfterMs = 350;

interface OpenTip {
  readonly content: ReactNode;
  readonly x: number;
  readonly y: number;
  readonly above: boolean;
}

/**
 * One tooltip for all that carries `data-tip` inside: `tipFor` is asked only when the pointer has rested on such an element, so that a
 * thousand cells cost nothing. It gives null for nothing to say.
 */
export function TipArea(props: {
  readonly tipFor: (element: HTMLElement) => ReactNode | null;
  readonly className?: string;
  readonly children: ReactNode;
}): ReactNode {
  const { tipFor, className, children } = props;
  const area = useRef<HTMLDivElement>(null);
  const latest = useRef(tipFor);
  const [tip, setTip] = useState<OpenTip | null>(null);
  useEffect(() => {
    latest.current = tipFor;
  });
  useEffect(() => {
    const element = area.current;
    return element ? watchPointer(element, (target) => latest.current(target), setTip) : undefined;
  }, []);
  return (
    <div ref={area} className={className}>
      {children}
      {tip
        ? createPortal(
            <div role="tooltip" className={classes.tip} data-above={tip.above || undefined} style={{ left: tip.x, top: tip.y }}>
              {tip.content}
            </div>,
            document.body,
          )
        : null}
    </div>
  );
}

function watchPointer(
  area: HTMLElement,
  tipFor: (target: HTMLElement) => ReactNode | null,
  show: (tip: OpenTip | null) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let target: HTMLElement | null = null;
  const close = () => {
    clearTimeout(timer);
    target = null;
    show(null);
  };
  const open = () => {
    const content = target?.isConnected ? tipFor(target) : null;
    if (!target || content === null) return;
    const box = target.getBoundingClientRect();
    const above = box.bottom > window.innerHeight - 160;
    show({ content, x: Math.max(8, Math.min(box.left, window.innerWidth - 428)), y: above ? box.top - 4 : box.bottom + 4, above });
  };
  const onOver = (event: PointerEvent) => {
    const next = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-tip]') : null;
    if (next === target) return;
    close();
    target = next;
    if (next) timer = setTimeout(open, openAfterMs);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close();
  };
  area.addEventListener('pointerover', onOver);
  area.addEventListener('pointerleave', close);
  area.addEventListener('pointerdown', close);
  area.addEventListener('scroll', close, true);
  window.addEventListener('keydown', onKey);
  return () => {
    close();
    area.removeEventListener('pointerover', onOver);
    area.removeEventListener('pointerleave', close);
    area.removeEventListener('pointerdown', close);
    area.removeEventListener('scroll', close, true);
    window.removeEventListener('keydown', onKey);
  };
}
