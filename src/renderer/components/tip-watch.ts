const openAfterMs = 350;
/** As wide as a tip gets, with its distance from the edge (TipArea.module.css). */
const tipRoom = 428;

/** An element whose tip is wanted, and where the tip goes, in CSS pixels of the window. */
export interface Asked {
  readonly element: HTMLElement;
  readonly byKeyboard: boolean;
  readonly x: number;
  readonly y: number;
  readonly above: boolean;
}

/** Says which element with `data-tip` the pointer rests on or the keyboard has come to; null when none any more. */
export function watchForTips(area: HTMLElement, show: (asked: Asked | null) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let target: HTMLElement | null = null;
  const close = () => {
    clearTimeout(timer);
    if (target === null) return;
    target = null;
    show(null);
  };
  const open = (byKeyboard: boolean) => {
    if (target?.isConnected) show({ element: target, byKeyboard, ...placeBeside(target) });
  };
  const ask = (element: HTMLElement | null) => {
    if (element === target) return;
    close();
    target = element;
    open(true);
  };
  const onOver = (event: PointerEvent) => {
    const next = tipped(event.target);
    if (next === target) return;
    close();
    target = next;
    if (next) timer = setTimeout(() => open(false), openAfterMs);
  };
  const onFocus = (event: FocusEvent) => {
    const next = tipped(event.target);
    if (next && next === event.target && next.matches(':focus-visible')) ask(next);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') close();
  };
  const onArea = { pointerover: onOver, pointerleave: close, pointerdown: close, focusin: onFocus, focusout: close } as const;
  for (const [name, listener] of Object.entries(onArea)) area.addEventListener(name, listener as EventListener);
  area.addEventListener('scroll', close, true);
  window.addEventListener('keydown', onKey);
  const stop = () => {
    close();
    for (const [name, listener] of Object.entries(onArea)) area.removeEventListener(name, listener as EventListener);
    area.removeEventListener('scroll', close, true);
    window.removeEventListener('keydown', onKey);
  };
  return { ask, stop };
}

function tipped(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;
}

/** Below the element, above it near the window's end, and never over its right edge. */
function placeBeside(element: HTMLElement): { x: number; y: number; above: boolean } {
  const box = element.getBoundingClientRect();
  const above = box.bottom > window.innerHeight - 160;
  return { x: Math.max(8, Math.min(box.left, window.innerWidth - tipRoom)), y: above ? box.top - 4 : box.bottom + 4, above };
}
