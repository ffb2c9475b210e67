import { navigate } from 'wouter/use-hash-location';

export const fleetPath = '/';
export const domainsPath = '/vms';
export const activityPath = '/activity';
export const settingsPath = '/settings';

/** The address of a host's page, by its inventory id. */
export function hostPath(id: string): string {
  return `/hosts/${id}`;
}

/** The address of a domain's page, by its host's inventory id and its key (`<host>/<name>`). */
export function domainPath(host: string, key: string): string {
  return `/vms/${host}/${pathPart(key.slice(host.length + 1))}`;
}

/** The address of the page with a domain's console. */
export function domainConsolePath(host: string, key: string): string {
  return `${domainPath(host, key)}/console`;
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
