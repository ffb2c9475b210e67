import { type HumError, messageOf } from '../../shared/errors.ts';
import { failure, type Place, seconds, shownPlace, sshCommand } from './failures.ts';

/** The host did not open a channel. RFC 4254 §5.1: 1 prohibited, 2 connect failed, 3 unknown type, 4 shortage. */
export function channelRefused(place: Place, error: unknown): HumError {
  return failure(
    place,
    'channel-refused',
    `${shownPlace(place)} opens no further session on this connection.`,
    'MaxSessions in sshd_config on the host limits them (10 when not set; 0 allows none). Close a terminal, or raise it.',
    messageOf(error),
  );
}

/** The host refused to run a command at all: an account for file transfer only, or an appliance. */
export function commandRefused(place: Place, error: unknown): HumError {
  return failure(
    place,
    'no-shell',
    `${shownPlace(place)} does not run commands for ${place.user}.`,
    'Hum needs an account that may run a shell: look for ForceCommand, a subsystem-only account, or command= in authorized_keys.',
    messageOf(error),
  );
}

/** The host refused a terminal, or a shell on it. */
export function shellRefused(place: Place, error: unknown): HumError {
  return failure(
    place,
    'no-shell',
    `${shownPlace(place)} gives ${place.user} no shell on a terminal.`,
    'Look for PermitTTY and ForceCommand in sshd_config, and for no-pty and command= in authorized_keys.',
    messageOf(error),
  );
}

/** sshd answers so where AllowAgentForwarding is off, or `no-agent-forwarding` stands before the key in authorized_keys. ssh2's words. */
export function isAgentRefusal(error: Error): boolean {
  return error.message === 'Unable to request agent forwarding';
}

/** The host takes no agent. */
export function agentRefused(place: Place): HumError {
  return failure(
    place,
    'agent-refused',
    `${shownPlace(place)} does not let ${place.user} forward an agent.`,
    'Set "Forward the SSH agent" to off for this host, or look at AllowAgentForwarding in its sshd_config and no-agent-forwarding in authorized_keys.',
  );
}

/** The login shell ended, or printed, without the script having begun. */
export function noShell(place: Place, printed: Buffer, code: number | null): HumError {
  return failure(
    place,
    'no-shell',
    `The login as ${place.user} on ${shownPlace(place)} works, but no shell answers${code === null ? '' : ` (it ended with status ${code})`}.`,
    `Look for ForceCommand in sshd_config, command= in authorized_keys, a login shell such as nologin, or a .bashrc that ends or waits: ${sshCommand(place)} 'echo ok'`,
    printed.toString('utf8', 0, detailLength),
  );
}

const detailLength = 400;

/** The login shell runs, and after `ms` the script has still not begun. */
export function noShellInTime(place: Place, ms: number, printed: Buffer): HumError {
  return failure(
    place,
    'no-shell',
    `The login as ${place.user} on ${shownPlace(place)} works, but no shell answered within ${seconds(ms)}.`,
    `A forced command, or a start file (.bashrc, .profile) that waits for something? Try: ${sshCommand(place)} 'echo ok'`,
    printed.toString('utf8', 0, detailLength),
  );
}

/** The login shell printed more than `noiseLimit` of door.ts before the script began. */
export function noisyShell(place: Place, printed: Buffer): HumError {
  return failure(
    place,
    'flooded',
    `The login shell on ${shownPlace(place)} prints without end before it runs a command.`,
    `Look into the start files of ${place.user} (.bashrc, .profile, .cshrc): ${sshCommand(place)} 'echo ok'`,
    printed.toString('utf8', 0, detailLength),
  );
}

/** The script itself printed more than was allowed. */
export function flooded(place: Place, maxBytes: number): HumError {
  return failure(
    place,
    'flooded',
    `A command on ${shownPlace(place)} printed more than ${maxBytes} bytes and was ended.`,
    'Something on the host prints far more than it should. Look at the host itself.',
  );
}

/** The host sends what nobody asked for, or goes on after its channel was closed. */
export function connectionFlooded(place: Place): HumError {
  return failure(
    place,
    'flooded',
    `${shownPlace(place)} kept sending what nobody had asked for, and the connection was ended.`,
    'Its SSH server is broken or hostile. Look at the host itself; Hum tries again after a while.',
  );
}

/** `what` the host did not do in time, as a verb: "open a session". */
export function requestTimeout(place: Place, ms: number, what: string): HumError {
  return failure(
    place,
    'request-timeout',
    `${shownPlace(place)} did not ${what} within ${seconds(ms)}.`,
    'The host is slow or hangs. The connection is kept; try again, and look at the load of the host.',
  );
}
