/** What `xl list`, `xl vm-list`, `xl vcpu-list` and `xl uptime` print, from the figures of each domain (tools/xl/xl_list.c, xl_info.c, 4.17). */
export interface Listed {
  readonly id: number;
  readonly name: string;
  readonly uuid: string;
  readonly memoryKb: number;
  readonly vcpus: number;
  /** Six of `rbpscd`, or `-` where one is not set. */
  readonly flags: string;
  /** Of all its vCPUs. */
  readonly cpuMs: number;
  readonly uptimeMs: number;
  /** Why it has ended; null while it has not. */
  readonly reason: number | null;
}

const heading = `${'Name'.padEnd(40)}    ID   Mem VCPUs\tState\tTime(s)`;
/** That of the control domain. */
export const noUuid = '00000000-0000-0000-0000-000000000000';

/** `xl list`, with `-v` if `verbose`. */
export function listText(domains: readonly Listed[], verbose = false): string {
  const more = verbose ? `   UUID${' '.repeat(28)}Reason-Code\tSecurity Label` : '';
  return `${heading}${more}\n${domains.map((domain) => row(domain, verbose)).join('')}`;
}

function row(domain: Listed, verbose: boolean): string {
  const { name, id, memoryKb, vcpus, flags, cpuMs } = domain;
  const figures = `${pad(id, 5)} ${pad(Math.floor(memoryKb / 1024), 5)} ${pad(vcpus, 5)}     ${flags}  ${pad((cpuMs / 1000).toFixed(1), 8)}`;
  const label = verbose ? ` ${domain.uuid} ${pad(domain.reason ?? '-', 8)} ${pad('-', 16)}` : '';
  return `${name.padEnd(40)} ${figures}${label}\n`;
}

/** `xl vm-list`. */
export function vmListText(domains: readonly Listed[]): string {
  const lines = domains.map(({ uuid, id, name }) => `${uuid}  ${id}    ${name.padEnd(30)}\n`);
  return `UUID                                  ID    name\n${lines.join('')}`;
}

/** `xl uptime`: h:mm:ss, with the days before it from the second day on. */
export function uptimeText(domains: readonly Listed[]): string {
  const lines = domains.map(({ name, id, uptimeMs }) => `${name.padEnd(33)} ${pad(id, 4)} ${duration(Math.floor(uptimeMs / 1000))}\n`);
  return `Name                                ID Uptime\n${lines.join('')}`;
}

function duration(seconds: number): string {
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${pad(hours, 2)}:${two(minutes)}:${two(seconds % 60)}`;
  if (days > 1) return `${days} days, ${clock}`;
  return days === 1 ? `1 day, ${clock}` : clock;
}

function pad(value: string | number, width: number): string {
  return String(value).padStart(width);
}
