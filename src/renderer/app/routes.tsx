import type { ReactNode } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { FleetPage } from '../fleet/FleetPage.tsx';
import { useFleet } from '../fleet/store.ts';
import { OpenShell } from '../terminals/OpenShell.tsx';
import { Later, laterPart } from './Later.tsx';
import { domainKeyOf, partOf } from './paths.ts';

const hostPage = laterPart(async () => (await import('../host/HostPage.tsx')).HostPage);
const domainsPage = laterPart(async () => (await import('../xen/DomainsPage.tsx')).DomainsPage);
const consolePage = laterPart(async () => (await import('../terminals/ConsolePage.tsx')).ConsolePage);
const domainPage = laterPart(async () => (await import('../xen/DomainPage.tsx')).DomainPage);
const welcome = laterPart(async () => (await import('../inventory/Welcome.tsx')).Welcome);
const activityPage = laterPart(async () => (await import('../plans/ActivityPage.tsx')).ActivityPage);
const commandsPage = laterPart(async () => (await import('../commands/CommandsPage.tsx')).CommandsPage);
const backupsPage = laterPart(async () => (await import('../backups/BackupsPage.tsx')).BackupsPage);
const backupJobPage = laterPart(async () => (await import('../backups/JobPage.tsx')).JobPage);
const runPage = laterPart(async () => (await import('../commands/RunPage.tsx')).RunPage);
const templatesPage = laterPart(async () => (await import('../templates/TemplatesPage.tsx')).TemplatesPage);
const templatePage = laterPart(async () => (await import('../templates/TemplatePage.tsx')).TemplatePage);
const deployPage = laterPart(async () => (await import('../deploy/DeployPage.tsx')).DeployPage);
const deploymentPage = laterPart(async () => (await import('../deploy/DeploymentPage.tsx')).DeploymentPage);
const incidentsPage = laterPart(async () => (await import('../incidents/IncidentsPage.tsx')).IncidentsPage);
const incidentPage = laterPart(async () => (await import('../incidents/IncidentPage.tsx')).IncidentPage);
const rulesPage = laterPart(async () => (await import('../incidents/RulesPage.tsx')).RulesPage);
const imagesPage = laterPart(async () => (await import('../images/ImagesPage.tsx')).ImagesPage);
const makePage = laterPart(async () => (await import('../backups/make/MakePage.tsx')).MakePage);
const channelsPage = laterPart(async () => (await import('../channels/ChannelsPage.tsx')).ChannelsPage);
const channelPage = laterPart(async () => (await import('../channels/ChannelPage.tsx')).ChannelPage);
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
      <Route path="/images">
        <Later part={imagesPage} props={{}} />
      </Route>
      <Route path="/backups">
        <Later part={backupsPage} props={{}} />
      </Route>
      <Route path="/backups/job/:host/:id">
        {({ host, id }) => <Later key={`${host} ${id}`} part={backupJobPage} props={{ host, id }} />}
      </Route>
      <Route path="/backups/new">
        <Later key="new" part={makePage} props={{ beginning: { kind: 'new' } }} />
      </Route>
      <Route path="/backups/edit/:host/:name">
        {({ host, name }) => <Later key={`edit ${host} ${name}`} part={makePage} props={{ beginning: { kind: 'edit', host, name } }} />}
      </Route>
      <Route path="/backups/copy/:host/:name">
        {({ host, name }) => <Later key={`copy ${host} ${name}`} part={makePage} props={{ beginning: { kind: 'copy', host, name } }} />}
      </Route>
      <Route path="/backups/adopt/:host/:line/:file">
        {({ host, line, file }) => (
          <Later
            key={`adopt ${host} ${line} ${file}`}
            part={makePage}
            props={{ beginning: { kind: 'adopt', host, line: Number(line), file: partOf(file) } }}
          />
        )}
      </Route>
      <Route path="/commands">
        <Later part={commandsPage} props={{}} />
      </Route>
      <Route path="/commands/:id">{({ id }) => <Later key={id} part={runPage} props={{ id }} />}</Route>
      <Route path="/incidents">
        <Later part={incidentsPage} props={{}} />
      </Route>
      <Route path="/incidents/rules">
        <Later part={rulesPage} props={{ rule: null }} />
      </Route>
      <Route path="/incidents/rules/:rule">{({ rule }) => <Later part={rulesPage} props={{ rule }} />}</Route>
      <Route path="/incidents/:id">{({ id }) => <Later key={id} part={incidentPage} props={{ id }} />}</Route>
      <Route path="/activity">
        <Later part={activityPage} props={{}} />
      </Route>
      <Route path="/channels">
        <Later part={channelsPage} props={{}} />
      </Route>
      <Route path="/channels/new/:kind">{({ kind }) => <Later key={kind} part={channelPage} props={{ id: null, kind }} />}</Route>
      <Route path="/channels/:id">{({ id }) => <Later key={id} part={channelPage} props={{ id, kind: null }} />}</Route>
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
