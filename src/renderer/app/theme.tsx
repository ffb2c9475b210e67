import type { CSSVariablesResolver, MantineColorsTuple, VariantColorsResolver } from '@mantine/core';
import { createTheme, defaultVariantColorsResolver, useMantineColorScheme } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useSettings } from './settings.ts';

const ice: MantineColorsTuple = [
  '#eef8fd',
  '#d8eef8',
  '#aedcf1',
  '#82c9ea',
  '#58b5de',
  '#359fcd',
  '#1a86b5',
  '#0b6a94',
  '#085577',
  '#06415c',
];

const graphite: MantineColorsTuple = [
  '#e4e8eb',
  '#aab4bc',
  '#87929c',
  '#5b666f',
  '#3a434b',
  '#2b3238',
  '#20262b',
  '#171b1f',
  '#121518',
  '#0d0f12',
];

/** Mantine judges the text on a filled button by the light theme's shade alone; ours is pale in the dark theme. */
const variantColors: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  const onPrimary = input.variant === 'filled' && (input.color === undefined || input.color === input.theme.primaryColor);
  return onPrimary ? { ...colors, color: 'var(--mantine-primary-color-contrast)' } : colors;
};

export const theme = createTheme({
  primaryColor: 'ice',
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  luminanceThreshold: 0.35,
  variantColorResolver: variantColors,
  colors: { ice, dark: graphite },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '16px' }, h3: { fontSize: '14px' } } },
  defaultRadius: 4,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Modal: {
      styles: {
        content: { border: '1px solid var(--hum-line-strong)', boxShadow: 'none' },
        title: { fontSize: 16, fontWeight: 600 },
      },
      defaultProps: {
        transitionProps: { duration: 120, transition: 'fade' },
        overlayProps: { backgroundOpacity: 0.5 },
        centered: false,
        yOffset: '12vh',
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
    Menu: { defaultProps: { transitionProps: { duration: 80, transition: 'fade' }, shadow: 'none', withArrow: false } },
    Popover: { defaultProps: { transitionProps: { duration: 80, transition: 'fade' }, shadow: 'none', withArrow: false } },
    // Mantine's own grey below a title is too faint to be read in the light.
    Notification: {
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
      styles: { description: { color: 'var(--hum-text-2)' } },
    },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 80 }, events: { hover: true, focus: true, touch: false } } },
  },
});

/** Mantine's own colours, taken from ours (tokens.css), so that its controls sit on the same ground. */
export const cssVariables: CSSVariablesResolver = () => {
  const ours = {
    '--mantine-color-body': 'var(--hum-ground)',
    '--mantine-color-text': 'var(--hum-text)',
    '--mantine-color-dimmed': 'var(--hum-text-2)',
    '--mantine-color-placeholder': 'var(--hum-text-3)',
    '--mantine-color-anchor': 'var(--hum-accent)',
    '--mantine-color-default': 'var(--hum-raised)',
    '--mantine-color-default-hover': 'var(--hum-hover)',
    '--mantine-color-default-color': 'var(--hum-text)',
    '--mantine-color-default-border': 'var(--hum-line-strong)',
    '--mantine-color-error': 'var(--hum-bad)',
  };
  return { variables: {}, light: ours, dark: ours };
};

/** Brings the page into the theme of the settings; `system` follows the machine. */
export function FollowThemeSetting(): ReactNode {
  const wanted = useSettings((state) => state.settings?.theme);
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => {
    if (wanted) setColorScheme(wanted === 'system' ? 'auto' : wanted);
  }, [wanted, setColorScheme]);
  return null;
}
