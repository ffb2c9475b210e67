import type { ReactNode } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { FleetPage } from '../fleet/FleetPage.tsx';
import { useFleet } from '../fleet/store.ts';
import { HostPage } from '../host/HostPage.tsx';
import { Welcome } from '../inventory/Welcome.tsx';
import { SettingsPage } from '../settings/SettingsPage.tsx';

/** The page that the address names. */
export function Routes(): ReactNode {
  return (
    <Switch>
      <Route path="/">
        <Home />
      </Route>
      <Route path="/hosts/:id">{({ id }) => <HostPage key={id} id={id} />}</Route>
      <Route path="/settings">
        <SettingsPage />
      </Route>
      <Route>
        <Redirect to="/" replace />
      </Route>
    </Switch>
  );
}

function Home(): ReactNode {
  const empty = useFleet((state) => state.loaded && state.rows.size === 0);
  return empty ? <Welcome /> : <FleetPage />;
}
