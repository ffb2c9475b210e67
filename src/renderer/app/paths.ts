import { navigate } from 'wouter/use-hash-location';

export const fleetPath = '/';
export const domainsPath = '/vms';
export const activityPath = '/activity';
export const settingsPath = '/settings';

/** The address of a host's page, by its inventory id. */
export function hostPath(id: string): string {
  return `/hosts/${id}`;
}

/** The address that opens a shell on a host, by its inventory id. */
export function shellPath(id: string): string {
  return `${hostPath(id)}/shell`;
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
  try {
    return `${params.host}/${decodeURIComponent(params.name)}`;
  } catch {
    return `${params.host}/${params.name}`;
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
