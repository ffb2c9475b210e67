/** How long each step of the way to a host may take, ms. */
export interface Deadlines {
  /** getaddrinfo(3) tries each name server for 5 s, twice (resolv.conf(5)). */
  readonly lookup: number;
  /** TCP. */
  readonly connect: number;
  /** From the open socket to the host's first words. */
  readonly greeting: number;
  /** Key exchange and login, with an agent that may ask a person and a host that may ask LDAP. */
  readonly handshake: number;
  /** From asking for a channel until the host has opened it. */
  readonly channel: number;
  /** From the open channel until the login shell has run its start files and the script says that it is ready. */
  readonly shell: number;
}

export const usualDeadlines: Deadlines = {
  lookup: 12_000,
  connect: 10_000,
  greeting: 10_000,
  handshake: 30_000,
  channel: 10_000,
  shell: 30_000,
};
