/** A program that Hum runs as root on a host, and which arguments of it, as sudoers(5) writes them: wildcards, or between ^ and $ a regular expression (sudo 1.9.10). */
type Right = readonly [program: string, args: string];

/** What reads the state of Xen. The scripts ask with `true` whether they may. A right to run `timeout` without its arguments would be the right to run anything. */
const toLook: readonly Right[] = [
  ['/usr/bin/true', '""'],
  ['/usr/bin/timeout', '20 xl info'],
  ['/usr/bin/timeout', '20 xl list'],
  ['/usr/bin/timeout', '20 xl list --long'],
  ['/usr/bin/timeout', '20 xl uptime'],
  ['/usr/bin/timeout', '20 xenstore-ls -f'],
  ['/usr/sbin/xl', '^list --long [0-9]+$'],
  ['/usr/bin/xenstore-ls', '^-f /local/domain/[0-9]+/attr$'],
];

/** What reads the crontabs of all accounts: exactly this, and so nothing else of root's. Debian keeps the jobs of at(1), with their environments, there too. */
const toReadCrontabs: readonly Right[] = [['/usr/bin/grep', '-ars --exclude-dir atjobs --exclude-dir atspool ^ /var/spool/cron']];

/**
 * Names that sudoers(5) takes for an account and for nothing else. A group (%), a netgroup (+), an id (#) and a negation (!) keep their
 * meaning in quotes, and what is all in capitals is an alias, or ALL.
 */
const plainName = /^(?![A-Z][A-Z0-9_]*$)[A-Za-z_][A-Za-z0-9_.@\\-]{0,127}$/;

/**
 * The lines of sudoers(5) that let an account read what Xen knows, and do nothing else as root: for a file of its own in /etc/sudoers.d.
 * Null for a name that could mean more there than this account.
 */
export function sudoersToLook(user: string): string | null {
  return sudoers(user, toLook);
}

/** The same for the crontabs of all accounts, which the scripts that find backups read. */
export function sudoersToReadCrontabs(user: string): string | null {
  return sudoers(user, toReadCrontabs);
}

function sudoers(user: string, rights: readonly Right[]): string | null {
  if (!plainName.test(user)) return null;
  const name = user.replace(/[\\@]/g, '\\$&');
  const commands = rights.map(([program, args]) => `${program} ${args}`);
  return [
    // Programs are looked for in these folders only, or the account could bring an xl of its own.
    `Defaults:${name} secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"`,
    `${name} ALL=(root) NOPASSWD: ${commands.join(', \\\n    ')}`,
  ].join('\n');
}
