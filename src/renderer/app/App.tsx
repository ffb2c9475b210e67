import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { type ReactNode, useEffect } from 'react';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { followFleet, useFleet } from '../fleet/store.ts';
import { followPlans } from '../plans/store.ts';
import { followPrompts } from '../prompts/store.ts';
import { followApplication } from './application.ts';
import { fetchLaterParts } from './Later.tsx';
import { Mishap } from './Mishap.tsx';
import { styleNonce } from './nonce.ts';
import { Routes } from './routes.tsx';
import { Shell } from './Shell.tsx';
import { followSettings } from './settings.ts';
import { cssVariables, FollowThemeSetting, theme } from './theme.tsx';
import { reportVisibility } from './visibility.ts';

/** Time for the first table to be drawn. */
const fetchAfterMs = 500;

/** The window: theme, routes, notifications, and the streams that feed the stores while it is there. */
export function App(): ReactNode {
  const loaded = useFleet((state) => state.loaded);
  useEffect(() => {
    if (!loaded) return undefined;
    const timer = setTimeout(() => void fetchLaterParts(), fetchAfterMs);
    return () => clearTimeout(timer);
  }, [loaded]);
  useEffect(() => {
    const stops = [followSettings(), followApplication(), followFleet(), followPlans(), followPrompts(), reportVisibility()];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <FollowThemeSetting />
      <Router hook={useHashLocation}>
        <Shell>
          <Mishap>
            <Routes />
          </Mishap>
        </Shell>
      </Router>
      <Notifications position="bottom-right" limit={4} zIndex={1000} />
    </MantineProvider>
  );
}
