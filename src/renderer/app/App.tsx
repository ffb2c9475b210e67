import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { type ReactNode, useEffect, useState } from 'react';
import { Router } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import { followFleet, useFleet } from '../fleet/store.ts';
import { followHistory } from '../history/store.ts';
import { followIncidents } from '../incidents/store.ts';
import { followPlans } from '../plans/store.ts';
import { followPrompts } from '../prompts/store.ts';
import { readOwnWindow } from '../terminals/own-window-address.ts';
import notices from './act.module.css';
import { followApplication } from './application.ts';
import { fetchLaterParts, Later, laterPart } from './Later.tsx';
import { Mishap } from './Mishap.tsx';
import { styleNonce } from './nonce.ts';
import { Routes } from './routes.tsx';
import { Shell } from './Shell.tsx';
import { followSettings } from './settings.ts';
import { cssVariables, FollowThemeSetting, theme } from './theme.tsx';
import { reportVisibility } from './visibility.ts';

const ownWindow = laterPart(async () => (await import('../terminals/OwnWindow.tsx')).OwnWindow);

/** Time for the first table to be drawn. */
const fetchAfterMs = 500;

/** The window: theme, routes, notifications, and the streams that feed the stores while it is there. */
export function App(): ReactNode {
  const loaded = useFleet((state) => state.loaded);
  // The address is what it was opened with: it goes nowhere.
  const [alone] = useState(() => readOwnWindow(location.hash));
  useEffect(() => {
    if (!loaded || alone !== null) return undefined;
    const timer = setTimeout(() => void fetchLaterParts(), fetchAfterMs);
    return () => clearTimeout(timer);
  }, [loaded, alone]);
  useEffect(() => {
    const stops = [
      followSettings(),
      followApplication(),
      followFleet(),
      followHistory(),
      followIncidents(),
      followPlans(),
      followPrompts(),
      reportVisibility(),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <FollowThemeSetting />
      <Router hook={useHashLocation}>
        {alone === null ? (
          <Shell>
            <Mishap>
              <Routes />
            </Mishap>
          </Shell>
        ) : (
          <Later part={ownWindow} props={{ wanted: alone }} />
        )}
      </Router>
      <Notifications className={notices.place} position="bottom-right" limit={4} zIndex={1000} />
    </MantineProvider>
  );
}
