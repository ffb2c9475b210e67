import { useEffect, useRef, useState } from 'react';

/** How often figures may change the order of the lines, or which of them answer the filter. */
const rearrangeMs = 5_000;
/** A line does not move from under a pointer that was just used. */
const pointerRestMs = 2_500;

/** Counts up every few seconds while `moving`, unless the pointer was just used; `holdStill` says that it was. */
export function useBeat(moving: boolean): { readonly beat: number; readonly holdStill: () => void } {
  const [beat, setBeat] = useState(0);
  const pointerAt = useRef(Number.NEGATIVE_INFINITY);
  const holdStill = useRef(() => {
    pointerAt.current = performance.now();
  }).current;
  useEffect(() => {
    if (!moving) return undefined;
    const timer = setInterval(() => {
      if (performance.now() - pointerAt.current > pointerRestMs) setBeat((before) => before + 1);
    }, rearrangeMs);
    return () => clearInterval(timer);
  }, [moving]);
  return { beat, holdStill };
}
