import { navigate } from 'wouter/use-hash-location';

export const fleetPath = '/';
export const domainsPath = '/vms';
export const backupsPath = '/backups';
export const newBackupPath = '/backups/new';
export const commandsPath = '/commands';
export const incidentsPath = '/incidents';
export const rulesPath = '/incidents/rules';
export const activityPath = '/activity';
export const settingsPath = '/settings';
export const channelsPath = '/channels';

/** The address of the page of a channel, by its id. */
export function channelPath(id: string): string {
  return `${channelsPath}/${id}`;
}

/** The address where a channel of a kind is made. */
export function newChannelPath(kind: string): string {
  return `${channelsPath}/new/${kind}`;
}

/** The address of a host's page, by its inventory id. */
export function hostPath(id: string): string {
  return `/hosts/${id}`;
}

/** The address that opens a shell on a host, by its inventory id. */
export function shellPath(id: string): string {
  return `${hostPath(id)}/shell`;
}

/** The address of a command that was run, by the id of its run. */
export function runPath(id: string): string {
  return `${commandsPath}/${id}`;
}

/** The address of a backup job's page, by its host's inventory id and its own. */
export function backupJobPath(host: string, job: string): string {
  return `${backupsPath}/job/${host}/${job}`;
}

/** Where a job that Hum wrote is changed. */
export function editBackupPath(host: string, name: string): string {
  return `${backupsPath}/edit/${host}/${name}`;
}

/** Where a job that Hum wrote is made on other hosts too. */
export function copyBackupPath(host: string, name: string): string {
  return `${backupsPath}/copy/${host}/${name}`;
}

/** Where a line of a crontab (from 1) is made a job of Hum's. */
export function adoptLinePath(host: string, file: string, line: number): string {
  return `${backupsPath}/adopt/${host}/${line}/${pathPart(file)}`;
}

/** The address of an incident. */
export function incidentPath(id: string): string {
  return `${incidentsPath}/${id}`;
}

/** The address of a domain's page, by its host's inventory id and its key (`<host>/<name>`). */
export function domainPath(host: string, key: string): string {
  return `/vms/${host}/${pathPart(key.slice(host.length + 1))}`;
}

/** The address of the page with a domain's console. */
export function domainConsolePath(host: string, key: string): string {
  return `${domainPath(host, key)}/console`;
}

export const templatesPath = '/templates';
export const newTemplatePath = '/templates/new';
export const imagesPath = '/images';
export const deployFirstPath = '/deploy';

/** The address of the editor of a template, by its id (`own/web`). */
export function templatePath(id: string): string {
  return `/templates/edit/${id}`;
}

/** The address where a template (null: whichever was used last) is deployed on a host (null: the best one). */
export function deployPath(template: string | null, host: string | null): string {
  return `${deployFirstPath}${template === null ? '' : `/${template}`}${host === null ? '' : `/on/${host}`}`;
}

/** The address of a deployment that was started, by its batch; `template` is what "Deploy another" goes on with. */
export function deploymentPath(batch: string, template: string): string {
  return `/deploy/run/${batch}/${template}`;
}

/** The key of the domain that an address names, from the parameters of its route. */
export function domainKeyOf(params: { readonly host: string; readonly name: string }): string {
  return `${params.host}/${partOf(params.name)}`;
}

/** The text that a part of an address stands for, from the parameter of its route. */
export function partOf(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return parameter;
  }
}

/** Encoded twice: wouter passes the whole address through decodeURI before it looks for the slashes and the parameters. */
function pathPart(text: string): string {
  return encodeURIComponent(encodeURIComponent(text.toWellFormed()));
}

/** Goes to a page of ours, with the back button's way back. */
export function go(path: string): void {
  navigate(path);
}

/** Goes to a page of ours in place of this one: the back button leads to the one before. */
export function goInstead(path: string): void {
  navigate(path, { replace: true });
}
