import type { KeyboardEvent } from 'react';

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/**
 * For a list of figures that is one tab stop: the arrow keys go from one element with `data-tip` to the next. The first of them has
 * `tabIndex={0}`, the others -1.
 */
export function rove(event: KeyboardEvent<HTMLElement>): void {
  const step = steps[event.key];
  if (step === undefined || !(event.target instanceof HTMLElement) || event.target.dataset.tip === undefined) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-tip]')];
  stops[stops.indexOf(event.target) + step]?.focus();
  event.preventDefault();
}
