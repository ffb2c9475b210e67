import { existsSync } from 'node:fs';
import { run } from './run.mjs';

/** What the tests outside the lab need of Debian: a browser, SSH servers, a login shell and an awk of every kind, ways to become root, what a host is asked about, what is run in terminals, and Nagios. */
export const testPackages = [
  'chromium',
  'openssh-server',
  'openssh-client',
  'dropbear-bin',
  'zsh',
  'fish',
  'tcsh',
  'mksh',
  'gawk',
  'original-awk',
  'busybox',
  'sudo',
  'opendoas',
  'iptables',
  'rsync',
  'cron',
  'tmux',
  'screen',
  // What runs in terminals under test.
  'vim',
  'less',
  'htop',
  'vttest',
  // Before Nagios, which wants some mailer: this one starts nothing.
  'esmtp-run',
  'nagios4-core',
];

/**
 * Installs what is missing where this account may. Answers what stands in the way, or undefined when everything is there.
 * @param {readonly string[]} packages
 */
export async function provideSystemPackages(packages) {
  if (!existsSync('/etc/debian_version')) return 'this is not Debian, and the tests know only its packages';
  const missing = await missingPackages(packages);
  if (missing.length === 0) return undefined;
  const command = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0) return `missing; as root: apt-get update && ${command}`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const updated = await run('apt-get', ['update'], { env });
  if (!updated.ok) return `apt-get update failed: ${lastLine(updated.output)}`;
  const installed = await run('apt-get', command.split(' ').slice(1), { env });
  return installed.ok ? undefined : `${command} failed: ${lastLine(installed.output)}`;
}

/** dpkg-query(1): `name status`, a line each. */
const listing = ['$', '{Package} $', '{db:Status-Status}\n'].join('');

async function missingPackages(packages) {
  const { stdout } = await run('dpkg-query', ['-W', '-f', listing, ...packages]);
  const installed = new Set(stdout.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])));
  // Ubuntu's chromium is an empty package that leads to a snap; any browser will do.
  return packages.filter((name) => !installed.has(name) && !(name === 'chromium' && findBrowser()));
}

function lastLine(text) {
  return text.split('\n').at(-1);
}

/** A Chromium or Chrome of this system, for Playwright, which downloads none here. */
export function findBrowser() {
  return [
    process.env.HUM_BROWSER,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ].find((path) => path && existsSync(path));
}
