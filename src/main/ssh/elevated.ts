import type { RunAs } from '../../shared/contract/inventory.ts';
import { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { Asker } from './ask.ts';
import { failure, shownPlace } from './failures.ts';
import type { Root, Runner, Target } from './session.ts';

/** In a script, this name stands before the program: `sudo -n true` fails, and no command goes through it. */
const noSudo = 'sudo() { return 1; }\n';

/**
 * A runner whose scripts have root's rights, in the way that was chosen for the host: by themselves with `sudo -n` for single commands, not
 * at all, or as a whole by sudo with a password or by doas. Root's own scripts run as they are. A terminal is not
 * raised: its input belongs to the person.
 */
export function elevated(runner: Runner, target: Pick<Target, 'id' | 'address' | 'port' | 'user'>, runAs: RunAs, asker: Asker): Runner {
  if (runAs === 'sudo-n' || target.user === 'root') return runner;
  if (runAs === 'nothing') {
    return {
      run: (script, args, options) => runner.run(noSudo + script, args, options),
      open: (script, args, options) => runner.open(noSudo + script, args, options),
      terminal: (script, ...rest) => runner.terminal(noSudo + script, ...rest),
    };
  }
  return asRoot(runner, target, runAs, asker);
}

/** A runner each of whose scripts is root's as a whole, in the way that was chosen for the host. A terminal is not raised. */
export function asRoot(runner: Runner, target: Pick<Target, 'id' | 'address' | 'port' | 'user'>, runAs: RunAs, asker: Asker): Runner {
  if (target.user === 'root') return runner;
  const key = `sudo ${target.user}@${shownPlace(target)}`;

  async function root(silent: boolean): Promise<Root> {
    if (runAs === 'nothing') {
      throw failure(
        target,
        'not-permitted',
        `${visibleText(target.user, 100)} is not to become root on ${shownPlace(target)}.`,
        'Choose a way to become root for this host when it is edited, or run this as the account that Hum logs in as.',
      );
    }
    if (runAs !== 'sudo-password') return { by: runAs };
    const answers = await asker.ask(
      {
        key,
        kind: 'password',
        title: `sudo password of ${visibleText(target.user, 100)}`,
        reason: 'Commands are run as root on this host by sudo, which wants the password.',
        instructions: '',
        fields: [{ text: 'Password', echo: false }],
        asker: { id: target.id, place: shownPlace(target), user: visibleText(target.user), hop: undefined },
        reusable: true,
      },
      { signal: new AbortController().signal, byPerson: false, silent },
    );
    const [password] = answers ?? [];
    if (password !== undefined) return { by: 'sudo', password };
    throw failure(
      target,
      'not-permitted',
      `${shownPlace(target)} runs commands as root by sudo, and nobody gave the password.`,
      'Reconnect the host to be asked again, or choose another way to become root for it.',
    );
  }

  /** A script that did not begin because it was not let: said in the words of whoever refused. */
  async function withRoot<T>(start: (root: Root) => Promise<T>, silent = false): Promise<T> {
    const as = await root(silent);
    try {
      return await start(as);
    } catch (error) {
      if (!(error instanceof HumError) || error.problem.code !== 'no-shell') throw error;
      const words = error.problem.detail ?? '';
      if (as.by === 'sudo' && /incorrect password|try again/i.test(words)) {
        asker.wrong(key, 'sudo refused this password.');
        throw refused(target, `sudo on ${shownPlace(target)} refused the password.`, 'Do it again to be asked for another.', words);
      }
      if (/sudo|doas|not permitted|not in the sudoers|not found/i.test(words)) {
        throw refused(
          target,
          `${visibleText(target.user)} may not run commands as root on ${shownPlace(target)} by ${as.by === 'doas' ? 'doas' : 'sudo'}.`,
          as.by === 'doas'
            ? 'Allow it in /etc/doas.conf: permit nopass USER as root cmd sh'
            : `Allow it in a file of /etc/sudoers.d: USER ALL=(root) ${as.by === 'sudo-n' ? 'NOPASSWD: ' : ''}/bin/sh`,
          words,
        );
      }
      throw error;
    }
  }

  return {
    run: (script, args, options) => withRoot((as) => runner.run(script, args, { ...options, root: as }), options?.quietly),
    open: (script, args, options) => withRoot((as) => runner.open(script, args, { ...options, root: as })),
    terminal: (...call) => runner.terminal(...call),
  };
}

function refused(target: Pick<Target, 'id' | 'address' | 'port' | 'user'>, message: string, hint: string, words: string): HumError {
  return failure(target, 'not-permitted', message, hint.replace('USER', visibleText(target.user, 100)), words);
}
