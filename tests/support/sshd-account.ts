import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface AccountOptions {
  /** The login shell; must exist, and for dropbear be in /etc/shells. */
  readonly shell: string;
  /** Files of its home, by relative path: `{ '.bashrc': 'echo hello\n' }`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Default: none that would let anybody in. Empty: an account without a password. */
  readonly password?: string;
  /** The text of its `~/.ssh/authorized_keys`. */
  readonly authorizedKeys: string;
}

export interface Account {
  readonly name: string;
  readonly home: string;
  readonly uid: number;
  remove(): Promise<void>;
}

const accounts = new Set<string>();
process.on('exit', () => {
  for (const name of accounts) spawnSync('userdel', ['--remove', '--force', name], { stdio: 'ignore' });
});

/** Makes a Unix account with an own home below /tmp. @throws when not root. */
export async function createAccount({ shell, files = {}, password, authorizedKeys }: AccountOptions): Promise<Account> {
  if (process.getuid?.() !== 0) throw new Error('Only root can create the accounts that these tests log in to.');
  const name = `hum-${randomBytes(5).toString('hex')}`;
  const home = `/tmp/home-${name}`;
  // `*` is no password at all; the `!` that useradd sets would lock the account for sshd without PAM (sshd(8), "LOGIN PROCESS").
  const hash = password === undefined ? '*' : password && (await execute('openssl', ['passwd', '-6', password])).stdout.trim();
  await patiently('useradd', ['--create-home', '--home-dir', home, '--shell', shell, '--password', hash, '--skel', '/dev/null', name]);
  accounts.add(name);

  const uid = Number((await execute('id', ['-u', name])).stdout);

  for (const [path, text] of Object.entries({ ...files, '.ssh/authorized_keys': authorizedKeys })) {
    const file = join(home, path);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, text, { mode: 0o600 });
  }
  await execute('chown', ['-R', `${name}:`, home]);

  return {
    name,
    home,
    uid,
    async remove() {
      await patiently('userdel', ['--remove', '--force', name]);
      accounts.delete(name);
    },
  };
}

/** Tests side by side share one /etc/passwd, and its tools give up at once when another holds the lock. */
async function patiently(program: string, args: readonly string[]): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await execute(program, [...args]);
      return;
    } catch (error) {
      const words = error instanceof Error ? error.message : '';
      if (!/lock/.test(words) || attempt === 400) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
