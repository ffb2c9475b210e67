import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { person } from '../support/person.ts';
import { openRig, type Rig, type Server } from '../support/sshd.ts';
import type { Account } from '../support/sshd-account.ts';
import { firstProblem, online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

/** Why there is no PAM to test with, or an empty text. */
function missing(): string {
  if (process.getuid?.() !== 0) return 'only root can give sshd a /etc/pam.d of its own';
  if (spawnSync('unshare', ['--mount', 'mount', '--bind', '/tmp', '/mnt']).status !== 0) return 'mount namespaces are not allowed here';
  const folders = [`/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/security`, '/lib/security', '/lib64/security'];
  const modules = ['pam_unix.so', 'pam_stress.so', 'pam_exec.so', 'pam_permit.so'];
  const there = folders.some((folder) => modules.every((module) => existsSync(join(folder, module))));
  return there ? '' : 'the modules of PAM are not there';
}

const why = missing();
const password = 'correct horse; $(battery) staple';
const code = '424242';

describe.skipIf(why !== '')(`keyboard-interactive through PAM${why === '' ? '' : `: skipped, ${why}`}`, () => {
  let rig: Rig;
  let server: Server;
  let account: Account;

  beforeAll(async () => {
    rig = await openRig();
    account = await rig.account({ shell: '/bin/sh', password });
    const pamFolder = join(rig.dir, 'pam.d');
    const check = join(rig.dir, 'check-code');
    await mkdir(pamFolder);
    // pam_exec(8) hands over the answer with a NUL at its end.
    await writeFile(check, `#!/bin/sh\n[ "$(tr -d '\\000')" = ${code} ]\n`);
    await chmod(check, 0o755);
    // pam_unix asks for the password; pam_stress asks once more and checks nothing; what it was told, check-code looks at.
    const service = [
      'auth requisite pam_unix.so',
      'auth required pam_stress.so',
      `auth required pam_exec.so expose_authtok quiet ${check}`,
      'account required pam_permit.so',
      'session required pam_permit.so',
    ];
    await writeFile(join(pamFolder, 'sshd'), `${service.join('\n')}\n`);
    const settings = { UsePAM: 'yes', KbdInteractiveAuthentication: 'yes', AuthenticationMethods: 'keyboard-interactive' };
    server = await rig.sshd({ settings, mounts: [['--bind', pamFolder, '/etc/pam.d']] });
  });
  afterEach(stopSessions);
  afterAll(() => rig?.close());

  test('PAM asks for the password and then for a code, each in its own words, and both let in', async () => {
    const asker = person(({ fields }) => fields.map(({ text }) => (/STRESS/.test(text) ? code : password)));
    const session = await online(sessionFor(await targetFor(rig, server, { user: account.name }), { asker }));
    expect((await session.run('id -un')).stdout.toString()).toBe(`${account.name}\n`);
    expect(asker.asked.map(({ fields }) => fields.map(({ text }) => text).join())).toEqual([
      expect.stringMatching(/password/i),
      expect.stringMatching(/STRESS/),
    ]);
  });

  test('a wrong code is refused by PAM, and the host gets no further than that', async () => {
    const asker = person(({ fields }) => fields.map(({ text }) => (/STRESS/.test(text) ? '000000' : password)));
    const { problem } = await firstProblem(sessionFor(await targetFor(rig, server, { user: account.name }), { asker }));
    expect(problem.code).toMatch(/^(?:answer-wrong|auth-failed)$/);
    expect(JSON.stringify(problem)).not.toContain(password);
  });
});
