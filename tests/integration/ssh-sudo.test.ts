import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hostBackups } from '../../src/main/backups/host-backups.ts';
import { elevated } from '../../src/main/ssh/elevated.ts';
import type { Runner } from '../../src/main/ssh/session.ts';
import configurationScript from '../../src/main/xen/scripts/configuration.sh?raw';
import probeScript from '../../src/main/xen/scripts/probe.sh?raw';
import type { RunAs } from '../../src/shared/contract/inventory.ts';
import { sudoersToLook, sudoersToReadCrontabs } from '../../src/shared/sudoers.ts';
import { person } from '../support/person.ts';
import { command, type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import type { Account } from '../support/sshd-account.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

/** Why sudo and doas cannot be tried as they are, or an empty text. */
function missing(): string {
  if (process.getuid?.() !== 0) return 'only root can give them an /etc of their own';
  const overlay = ['mount', '-t', 'overlay', 'overlay', '-o', 'lowerdir=/usr/sbin:/usr/bin', '/mnt'];
  if (spawnSync('unshare', ['--mount', ...overlay]).status !== 0) return 'overlays in mount namespaces are not allowed here';
  const absent = ['/usr/bin/sudo', '/usr/sbin/visudo', '/usr/bin/doas'].filter((program) => !existsSync(program));
  return absent.length === 0 ? '' : `there is no ${absent.join(', no ')}`;
}

const why = missing();
const password = 'correct horse; $(battery) staple';
const crontab = '# of root\n0 3 * * * rsync -a /srv/www/ backup:/srv/$(id -u)\n';

/** The machine's own sudo and doas, in a mount namespace with rules and programs of Xen of its own: nothing of this machine changes. */
describe.skipIf(why !== '')(`the real sudo and doas${why === '' ? '' : `: skipped, ${why}`}`, () => {
  let rig: Rig;
  let key: KeyPair;
  let server: Server;
  let account: Account;
  let rules: string;
  let doasRules: string;

  beforeAll(async () => {
    rig = await openRig();
    key = await rig.clientKey();
    account = await rig.account({ shell: '/bin/sh', password });
    // Where Debian has them.
    const machine = { '/usr/sbin': 'xl', '/usr/bin': 'xenstore-ls' };
    const mounts: string[][] = [];
    for (const [folder, program] of Object.entries(machine)) {
      const over = join(rig.dir, program);
      await mkdir(over, { mode: 0o755 });
      await writeFile(join(over, program), `#!/bin/sh\necho "${program} $* of $(id -u)"\n`);
      await chmod(join(over, program), 0o755);
      mounts.push(['-t', 'overlay', 'overlay', '-o', `lowerdir=${over}:${folder}`, folder]);
    }
    const etc = join(rig.dir, 'etc');
    [rules, doasRules] = [join(etc, 'sudoers.d'), join(etc, 'doas.conf')];
    await mkdir(join(etc, 'pam.d'), { recursive: true, mode: 0o755 });
    await mkdir(rules, { mode: 0o755 });
    await writeFile(doasRules, '');
    // Debian's has a secure_path, which is not what every machine has.
    await writeFile(join(etc, 'sudoers'), 'root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n', { mode: 0o440 });
    // Debian's own, but a wrong password is not punished with two seconds.
    const auth = ['auth required pam_unix.so nodelay', 'account required pam_unix.so', 'session required pam_permit.so'];
    await writeFile(join(etc, 'pam.d', 'sudo'), `${auth.join('\n')}\n`);
    mounts.push(['-t', 'overlay', 'overlay', '-o', `lowerdir=${etc}:/etc`, '/etc']);
    // The files below an overlay may not change under it.
    const spool = join(rig.dir, 'spool');
    await mkdir(join(spool, 'crontabs'), { recursive: true });
    await chmod(join(spool, 'crontabs'), 0o1730);
    await writeFile(join(spool, 'crontabs', 'root'), crontab, { mode: 0o600 });
    await mkdir(join(spool, 'atjobs'));
    await writeFile(join(spool, 'atjobs', 'a0001'), '0 1 * * * rsync -a /a/ /nobody/\n', { mode: 0o600 });
    mounts.push(['--bind', spool, '/var/spool/cron']);
    mounts.push(['--bind', rules, '/etc/sudoers.d'], ['--bind', doasRules, '/etc/doas.conf']);
    server = await rig.sshd({ mounts });
  });
  afterEach(stopSessions);
  afterAll(() => rig?.close());

  /** The lines of the only file in sudoers.d, put there as visudo(8) does it: under another name first. */
  async function sudoers(lines: string): Promise<void> {
    const file = join(rules, 'hum');
    await writeFile(`${file}.tmp`, `${lines}\n`, { mode: 0o440 });
    await rename(`${file}.tmp`, file);
    await command('visudo', ['-c', '-s', '-f', file]);
  }

  async function runnerAs(runAs: RunAs, answer = password): Promise<Runner> {
    const target = await targetFor(rig, server, { key, user: account.name });
    return elevated(
      await online(sessionFor(target)),
      target,
      runAs,
      person(() => [answer]),
    );
  }

  test('the lines that Hum offers let the account look, and do nothing else as root', async () => {
    const runner = await runnerAs('sudo-n');
    const printed = async (...call: Parameters<Runner['run']>) => (await runner.run(...call)).stdout.toString();
    const look = () => printed(probeScript, ['nonce', '/proc', '', 'xl'], { stdin: '1 xen xen-load\n' });
    expect(await look()).toContain(`xl list of ${account.uid}\n`);

    await sudoers(sudoersToLook(account.name) ?? '');
    const seen = await look();
    for (const words of ['info', 'list', 'list --long', 'uptime']) expect(seen).toContain(`xl ${words} of 0\n`);
    expect(await printed(configurationScript, ['running', 'xl', '12'])).toBe('xl list --long 12 of 0\n');
    expect(await printed(configurationScript, ['addresses', '12'])).toBe('xenstore-ls -f /local/domain/12/attr of 0\n');

    // A command for each line; all of them as the account would try to get more out of its rights.
    const tries = `mkdir -p "$HOME/bin"
printf '#!/bin/sh\\necho mine "$(id -u)"\\n' >"$HOME/bin/xl" && chmod 755 "$HOME/bin/xl"
try() { printf '%s: ' "$*"; "$@" 2>/dev/null || echo refused; }
try sudo -n true x
try sudo -n id -u
try sudo -n sh -c 'id -u'
try sudo -n timeout 20 id -u
try sudo -n timeout 20 sh
try sudo -n timeout 2 xl info
try sudo -n timeout 20 xl info x
try sudo -n timeout 20 xl list x
try sudo -n timeout 20 "$HOME/bin/xl" info
try sudo -n "$HOME/bin/xl" list --long 1
try sudo -n xl destroy 1
try sudo -n xl list --long '1 2'
try sudo -n xl list --long 1 2
try sudo -n xl list --long 1x
try sudo -n xenstore-ls -f /local/domain/1/attr/
try sudo -n xenstore-ls -f '/local/domain/1/attr
'
try sudo -n -u '#1' true
try sudo -n -e /etc/passwd
try env PATH="$HOME/bin:$PATH" sudo -n timeout 20 xl info
try sudo -n PATH="$HOME/bin" timeout 20 xl info`;
    const outcomes = (await printed(tries)).trimEnd().replaceAll('attr\n:', 'attr:').split('\n');
    expect(outcomes).toHaveLength(20);
    expect(outcomes.filter((line) => !line.endsWith(': refused'))).toEqual([
      // What the account has in its own PATH is not what runs.
      expect.stringMatching(/^env PATH=.* xl info: xl info of 0$/),
    ]);
  });

  test('the line for crontabs lets the account read all of them, noticed without a reconnect, and nothing else of root’s', async () => {
    const runner = await runnerAs('sudo-n');
    const backups = hostBackups('web01');
    const read = async () => {
      await backups.read(runner);
      const { rights, jobs } = backups.view;
      return {
        rights,
        jobs: jobs.filter(({ origin }) => origin.file.startsWith('/var/spool')).map(({ user, command }) => [user, command]),
      };
    };
    await sudoers('');
    expect(await read()).toEqual({ rights: 'account', jobs: [] });
    await sudoers(sudoersToReadCrontabs(account.name) ?? '');
    expect(await read()).toEqual({ rights: 'crontabs', jobs: [['root', 'rsync -a /srv/www/ backup:/srv/$(id -u)']] });
    // Where the host is not to be asked for root's rights, it is not.
    const shy = hostBackups('web01');
    await shy.read(await runnerAs('nothing'));
    expect(shy.view.rights).toBe('account');

    const opts = '-ars --exclude-dir atjobs --exclude-dir atspool';
    // The jobs of at(1) are nobody's business: what they hold of the environment may be secret.
    const all = (await runner.run(`sudo -n grep ${opts} ^ /var/spool/cron`)).stdout.toString();
    expect(all).toBe(
      crontab
        .trimEnd()
        .split('\n')
        .map((line) => `/var/spool/cron/crontabs/root:${line}\n`)
        .join(''),
    );
    const tries = `opts='${opts}'
try() { printf '%s: ' "$*"; "$@" 2>/dev/null || echo refused; }
try sudo -n grep -ars ^ /var/spool/cron
try sudo -n grep $opts ^ /etc/shadow
try sudo -n grep $opts ^ /var/spool/cron /etc/shadow
try sudo -n grep $opts ^ /var/spool/cron/../../../etc/shadow
try sudo -n grep -f /etc/shadow $opts ^ /var/spool/cron
try sudo -n grep $opts x /var/spool/cron
try sudo -n sh -c id`;
    const outcomes = (await runner.run(tries)).stdout.toString().trimEnd().split('\n');
    expect(outcomes).toHaveLength(7);
    expect(outcomes.filter((line) => !line.endsWith(': refused'))).toEqual([]);
    await sudoers('');
  });

  test('the line that is named where sudo refuses is the one that helps; the password goes there, and a wrong one nowhere', async () => {
    await sudoers('');
    const runner = await runnerAs('sudo-password');
    const refused: unknown = await runner.run('id -u').catch((error: unknown) => error);
    const { code, hint = '' } = Object(refused).problem;
    expect([code, hint]).toEqual(['not-permitted', expect.stringContaining('/etc/sudoers.d: ')]);
    await sudoers(hint.split('sudoers.d: ')[1] ?? '');
    const { stdout } = await runner.run('id -u; printf "%s" "$1"; cat; cat /proc/*/cmdline | tr "\\0" " "', ['a b'], { stdin: ' in ' });
    expect(stdout.toString()).toMatch(/^0\na b in /);
    expect(stdout.toString()).not.toContain(password);

    const mistaken = await runnerAs('sudo-password', 'not this one');
    await expect(mistaken.run('id -u')).rejects.toMatchObject({
      problem: { code: 'not-permitted', message: expect.stringContaining('refused the password') },
    });
    await sudoers(`${account.name} ALL=(root) NOPASSWD: ALL`);
    const unasked = await runnerAs('sudo-password', 'touch /tmp/hum-was-run; echo oops');
    expect((await unasked.run('id -u')).stdout.toString()).toBe('0\n');
  });

  test('the line that is named where doas refuses is the one that helps', async () => {
    const runner = await runnerAs('doas');
    const refused: unknown = await runner.run('id -u').catch((error: unknown) => error);
    const { code, hint = '' } = Object(refused).problem;
    expect([code, hint]).toEqual(['not-permitted', expect.stringContaining('/etc/doas.conf: ')]);
    await writeFile(doasRules, `${hint.split('doas.conf: ')[1]}\n`);
    expect((await runner.run('id -u')).stdout.toString()).toBe('0\n');
  });
});
