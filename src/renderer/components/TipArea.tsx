import { type ReactNode, type RefObject, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import classes from './TipArea.module.css';
import { type Asked, watchForTips } from './tip-watch.ts';

export interface TipHandle {
  /** Opens the tip of an element at once, for a keyboard that cannot rest on it; null closes. */
  ask(element: HTMLElement | null): void;
}

interface TipAreaProps {
  /** Null for nothing to say. */
  readonly tipFor: (element: HTMLElement) => ReactNode | null;
  readonly className?: string;
  readonly handle?: RefObject<TipHandle | null>;
  readonly children: ReactNode;
}

interface OpenTip extends Asked {
  readonly content: ReactNode;
}

/**
 * One tooltip for all that carries `data-tip` inside: `tipFor` is asked only when the pointer has rested on such an element or the focus
 * came to it, so that a thousand cells cost nothing.
 */
export function TipArea({ tipFor, className, handle, children }: TipAreaProps): ReactNode {
  const area = useRef<HTMLDivElement>(null);
  const latest = useRef(tipFor);
  const ask = useRef<TipHandle['ask']>(() => undefined);
  const [tip, setTip] = useState<OpenTip | null>(null);
  useEffect(() => {
    latest.current = tipFor;
  });
  useEffect(() => {
    if (!area.current) return undefined;
    const watch = watchForTips(area.current, (asked) => {
      const content = asked === null ? null : latest.current(asked.element);
      setTip(asked === null || content === null ? null : { ...asked, content });
    });
    ask.current = watch.ask;
    return watch.stop;
  }, []);
  useImperativeHandle(handle, () => ({ ask: (element) => ask.current(element) }));
  return (
    <div ref={area} className={className}>
      {children}
      <span className="hum-unseen" aria-live="polite">
        {tip?.byKeyboard ? tip.content : null}
      </span>
      {tip
        ? createPortal(
            <div
              role="tooltip"
              className={`hum-tip ${classes.tip}`}
              data-above={tip.above || undefined}
              style={{ left: tip.x, top: tip.y }}
            >
              {tip.content}
            </div>,
            document.body,
          )
        : null}
    </div>
  );
}

/** For areas whose tips are the text of `data-tip` itself. */
export function tipText(element: HTMLElement): ReactNode | null {
  return element.dataset.tip || null;
}
