import type { HeatColours } from './heat-paint.ts';
import { heatSteps } from './heat-paint.ts';

/** Reads the strip's colours from the theme (tokens.css) as it is on `element` now. */
export function readHeatColours(element: Element): HeatColours {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--hum-${name}`).trim();
  const from = parseHex(token('heat-0'));
  const to = parseHex(token('heat-1'));
  const steps = Array.from({ length: heatSteps }, (_, step) => mix(from, to, step / (heatSteps - 1)));
  return {
    ground: token('ground'),
    line: token('line'),
    text: token('text'),
    steps: steps.map(toCss),
    onSteps: steps.map((colour) => (luminance(colour) > 0.2 ? '#0d1114' : '#f4f7f9')),
    warn: token('heat-warn'),
    bad: token('heat-bad'),
    onAlarm: '#14181b',
    byTone: {
      good: token('text-3'),
      wait: token('text-3'),
      off: token('text-3'),
      warn: token('warn'),
      bad: token('bad'),
    },
  };
}

type Rgb = readonly [red: number, green: number, blue: number];

function parseHex(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share, from[2] + (to[2] - from[2]) * share];
}

function toCss([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}
