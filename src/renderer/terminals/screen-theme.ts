import type { ISearchOptions } from '@xterm/addon-search';
import type { ITheme } from '@xterm/xterm';

const darkColours: ITheme = {
  black: '#2b3238',
  red: '#ff8577',
  green: '#8fcf8b',
  yellow: '#f2b74b',
  blue: '#82b4ea',
  magenta: '#d5a0dd',
  cyan: '#6fd0d3',
  white: '#d5dade',
  brightBlack: '#8a959f',
  brightRed: '#ffa79d',
  brightGreen: '#aee3aa',
  brightYellow: '#ffd37f',
  brightBlue: '#aacdf5',
  brightMagenta: '#e6c0ec',
  brightCyan: '#9be4e6',
  brightWhite: '#ffffff',
  selectionBackground: '#275066',
  selectionInactiveBackground: '#2c3b45',
};

const lightColours: ITheme = {
  black: '#1a2026',
  red: '#b4271c',
  green: '#2b6b27',
  yellow: '#7a4d00',
  blue: '#1f5fa8',
  magenta: '#8a3196',
  cyan: '#0c6a6e',
  white: '#5f6b75',
  brightBlack: '#4a555e',
  brightRed: '#8f1c13',
  brightGreen: '#1f521c',
  brightYellow: '#5e3b00',
  brightBlue: '#164a85',
  brightMagenta: '#6c2476',
  brightCyan: '#085255',
  brightWhite: '#1a2026',
  selectionBackground: '#acd4ea',
  selectionInactiveBackground: '#cdd9e0',
};

/** The colours of a terminal on the page that shows it: ground and text are the page's own (tokens.css). */
export function screenTheme(element: Element): ITheme {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--hum-${name}`).trim();
  return {
    ...(isDark() ? darkColours : lightColours),
    background: token('sunken'),
    foreground: token('text'),
    cursor: token('accent'),
    cursorAccent: token('sunken'),
    scrollbarSliderBackground: token('line-strong'),
    scrollbarSliderHoverBackground: token('text-3'),
    scrollbarSliderActiveBackground: token('text-3'),
  };
}

type MatchColours = NonNullable<ISearchOptions['decorations']>;

function matches(all: string, active: string): MatchColours {
  return {
    matchBackground: all,
    matchOverviewRuler: all,
    activeMatchBackground: active,
    // Its ground is below that of the selection, where elements draw.
    activeMatchBorder: active,
    activeMatchColorOverviewRuler: active,
  };
}

const darkMatches = matches('#4a3b17', '#f2b74b');
const lightMatches = matches('#f8e3ad', '#b97a00');

/** The colours of what a search has found. */
export function matchColours(): MatchColours {
  return isDark() ? darkMatches : lightMatches;
}

function isDark(): boolean {
  return document.documentElement.dataset.mantineColorScheme !== 'light';
}

/** Calls when the page changes between dark and light. Returns the way to stop. */
export function onColourScheme(changed: () => void): () => void {
  const watch = new MutationObserver(changed);
  watch.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
  return () => watch.disconnect();
}
