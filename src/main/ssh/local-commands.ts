/** What a person types on the console's own machine to look into its network: for hints. Words are quoted already. */
export interface LocalCommands {
  /** What getaddrinfo(3) finds for a name. */
  lookUp(name: string): string;
  /** Which way packets to an address go. */
  route(address: string): string;
  /** Whether a TCP port answers. */
  tryPort(address: string, port: number): string;
  /** What the firewall forbids. */
  readonly firewall: string;
}

const linux: LocalCommands = {
  lookUp: (name) => `getent hosts ${name}`,
  route: (address) => `ip route get ${address}`,
  tryPort: (address, port) => `nc -vz ${address} ${port}`,
  firewall: 'nft list ruleset',
};

const macOs: LocalCommands = {
  ...linux,
  lookUp: (name) => `dscacheutil -q host -a name ${name}`,
  route: (address) => `route -n get ${address}`,
  firewall: 'pfctl -s rules',
};

/** PowerShell's. */
const windows: LocalCommands = {
  lookUp: (name) => `Resolve-DnsName ${name}`,
  route: (address) => `Find-NetRoute -RemoteIPAddress ${address}`,
  tryPort: (address, port) => `Test-NetConnection ${address} -Port ${port}`,
  firewall: 'Get-NetFirewallRule -Enabled True -Action Block',
};

/** The commands of a platform; those of Linux for what else Unix there is. */
export function localCommands(platform: NodeJS.Platform = process.platform): LocalCommands {
  if (platform === 'win32') return windows;
  return platform === 'darwin' ? macOs : linux;
}
