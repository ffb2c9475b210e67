import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { failure, type Place, shownPlace } from './failures.ts';
import type { Target, Way } from './session.ts';
import { Wire } from './wire.ts';

const mostWords = 2000;

/**
 * Starts the program of ssh_config(5)'s ProxyCommand; its stdin and stdout are the connection. When it ends before the host spoke, the stream
 * ends with a HumError that tells what it said.
 */
export function openProxyCommand(target: Target, way: Extract<Way, { kind: 'command' }>): Duplex {
  // As OpenSSH (sshconnect.c, expand_proxy_command): the shell makes way for the program, so that the signal reaches it.
  const child = spawn(way.shell, ['-c', `exec ${way.command}`], { stdio: ['pipe', 'pipe', 'pipe'] });
  let words = '';
  let spoken = false;
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-mostWords);
  });
  child.stdout.once('data', () => {
    spoken = true;
  });
  const ended = new Promise<HumError | undefined>((resolve) => {
    const end = (what: string) => resolve(spoken ? undefined : proxyFailure(target, way.command, words || what));
    child.on('error', (error) => end(error.message));
    child.on('close', (code, signal) => end(`It ended with ${signal ?? `status ${code ?? 'unknown'}`}.`));
  });
  const cut = () => {
    child.stdin.destroy();
    child.stdout.destroy();
    child.kill('SIGHUP');
  };
  const wire = new Wire(child.stdout, child.stdin, cut, ended);
  void ended.then((error) => error && wire.destroy(error));
  return wire;
}

function proxyFailure(place: Place, command: string, words: string): HumError {
  return failure(
    place,
    'proxy-command-failed',
    `The ProxyCommand to ${shownPlace(place)} ended before the host said anything.`,
    `Try it in a terminal: ${visibleText(command, 300)}`,
    words,
  );
}
