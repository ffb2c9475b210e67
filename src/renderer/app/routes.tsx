import type { ReactNode } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { FleetPage } from '../fleet/FleetPage.tsx';
import { useFleet } from '../fleet/store.ts';
import { OpenShell } from '../terminals/OpenShell.tsx';
import { Later, laterPart } from './Later.tsx';
import { domainKeyOf } from './paths.ts';

const hostPage = laterPart(async () => (await import('../host/HostPage.tsx')).HostPage);
const domainsPage = laterPart(async () => (await import('../xen/DomainsPage.tsx')).DomainsPage);
const consolePage = laterPart(async () => (await import('../terminals/ConsolePage.tsx')).ConsolePage);
const domainPage = laterPart(async () => (await import('../xen/DomainPage.tsx')).DomainPage);
const welcome = laterPart(async () => (await import('../inventory/Welcome.tsx')).Welcome);
const activityPage = laterPart(async () => (await import('../plans/ActivityPage.tsx')).ActivityPage);
const templatesPage = laterPart(async () => (await import('../templates/TemplatesPage.tsx')).TemplatesPage);
const templatePage = laterPart(async () => (await import('../templates/TemplatePage.tsx')).TemplatePage);
const deployPage = laterPart(async () => (await import('../deploy/DeployPage.tsx')).DeployPage);
const deploymentPage = laterPart(async () => (await import('../deploy/DeploymentPage.tsx')).DeploymentPage);
const settingsPage = laterPart(async () => (await import('../settings/SettingsPage.tsx')).SettingsPage);

/** The page that the address names. */
export function Routes(): ReactNode {
  return (
    <Switch>
      <Route path="/">
        <Home />
      </Route>
      <Route path="/hosts/:id">{({ id }) => <Later key={id} part={hostPage} props={{ id }} />}</Route>
      <Route path="/hosts/:id/shell">{({ id }) => <OpenShell host={id} />}</Route>
      <Route path="/vms">
        <Later part={domainsPage} props={{}} />
      </Route>
      <Route path="/vms/:host/:name/console">
        {(params) => <Later key={domainKeyOf(params)} part={consolePage} props={{ host: params.host, domain: domainKeyOf(params) }} />}
      </Route>
      <Route path="/vms/:host/:name">
        {(params) => {
          const key = domainKeyOf(params);
          return <Later key={key} part={domainPage} props={{ host: params.host, domain: key }} />;
        }}
      </Route>
      <Route path="/templates">
        <Later part={templatesPage} props={{}} />
      </Route>
      <Route path="/templates/new">
        <Later key="new" part={templatePage} props={{ id: null }} />
      </Route>
      <Route path="/templates/edit/:origin/:file">
        {({ origin, file }) => <Later key={`${origin}/${file}`} part={templatePage} props={{ id: `${origin}/${file}` }} />}
      </Route>
      <Route path="/deploy">
        <Later key="any" part={deployPage} props={{ template: null, host: null }} />
      </Route>
      <Route path="/deploy/run/:batch/:origin/:file">
        {({ batch, origin, file }) => <Later key={batch} part={deploymentPage} props={{ batch, template: `${origin}/${file}` }} />}
      </Route>
      <Route path="/deploy/on/:host">{({ host }) => <Later key={host} part={deployPage} props={{ template: null, host }} />}</Route>
      <Route path="/deploy/:origin/:file">
        {({ origin, file }) => <Later key={`${origin}/${file}`} part={deployPage} props={{ template: `${origin}/${file}`, host: null }} />}
      </Route>
      <Route path="/deploy/:origin/:file/on/:host">
        {({ origin, file, host }) => (
          <Later key={`${origin}/${file} ${host}`} part={deployPage} props={{ template: `${origin}/${file}`, host }} />
        )}
      </Route>
      <Route path="/activity">
        <Later part={activityPage} props={{}} />
      </Route>
      <Route path="/settings">
        <Later part={settingsPage} props={{}} />
      </Route>
      <Route>
        <Redirect to="/" replace />
      </Route>
    </Switch>
  );
}

function Home(): ReactNode {
  const empty = useFleet((state) => state.loaded && state.rows.size === 0);
  return empty ? <Later part={welcome} props={{}} /> : <FleetPage />;
}
