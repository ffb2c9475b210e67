import { HumError, messageOf, type ProblemCode } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { localCommands } from './local-commands.ts';
import { shownWord } from './quote.ts';
import type { Target } from './session.ts';

/** The part of a target that sentences name. */
export type Place = Pick<Target, 'id' | 'address' | 'port' | 'user'>;

/** `address:port`, with brackets around an IPv6 address, as people write it. */
export function shownPlace({ address, port }: Place): string {
  return visibleText(`${address.includes(':') ? `[${address}]` : address}:${port}`);
}

/** The command that shows a person the same way in, with every step: for hints. */
export function sshCommand({ address, port, user }: Place): string {
  return `ssh -v ${port === 22 ? '' : `-p ${port} `}${shownWord(`${user}@${address}`)}`;
}

/** Room for eight keys with their places, or a list of key files; nothing that a host sends makes a longer one. */
const longestSentence = 2000;

/** An error about one host, with its raw words made bounded. */
export function failure(place: Place, code: ProblemCode, message: string, hint: string, detail?: string): HumError {
  const words = detail?.trim();
  return new HumError({
    code,
    message: visibleText(message, longestSentence),
    hint: visibleText(hint, longestSentence),
    host: place.id,
    ...(words === undefined || words === '' ? {} : { detail: visibleText(words) }),
  });
}

/** Why a name has no address: getaddrinfo(3)'s answer. */
export function lookupFailure(place: Place, error: unknown): HumError {
  const name = visibleText(place.address);
  const check = localCommands().lookUp(shownWord(place.address));
  if (errorCode(error) === 'EAI_AGAIN') {
    return failure(
      place,
      'name-unresolved',
      `The name ${name} could not be looked up: no name server answered.`,
      `Check the network and the name server of this machine: ${check}`,
      messageOf(error),
    );
  }
  return failure(
    place,
    'name-unresolved',
    `The name ${name} does not resolve to an address.`,
    `Check the spelling, or enter the IP address. What this machine finds: ${check}`,
    messageOf(error),
  );
}

/** AddressFamily of ssh_config(5) rules out the very address. */
export function wrongFamily(place: Place, family: 4 | 6): HumError {
  return failure(
    place,
    'name-unresolved',
    `${visibleText(place.address)} is no address of IPv${family}, and ssh_config wants one.`,
    'Change AddressFamily or HostName in ~/.ssh/config.',
  );
}

/** No answer from getaddrinfo(3) for `ms`. */
export function lookupTimeout(place: Place, ms: number): HumError {
  return failure(
    place,
    'name-unresolved',
    `Looking up the name ${visibleText(place.address)} took more than ${seconds(ms)}.`,
    `The name server of this machine is slow or away: ${localCommands().lookUp(shownWord(place.address))}`,
  );
}

/** Why a TCP connection did not come about: connect(2)'s errors. */
export function connectFailure(place: Place, thrown: unknown): HumError {
  const error = thrown instanceof AggregateError ? (thrown.errors[0] as unknown) : thrown;
  const where = shownPlace(place);
  const detail = messageOf(error);
  switch (errorCode(error)) {
    case 'ECONNREFUSED':
      return failure(
        place,
        'connection-refused',
        `${where} refused the connection: nothing listens on this port.`,
        'Check the port, and on the host that sshd runs: systemctl status ssh (or sshd).',
        detail,
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EHOSTDOWN':
    case 'ENETDOWN':
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return failure(
        place,
        'network-unreachable',
        `There is no way from here to ${where}.`,
        `Check the cable, the VPN and the routes of this machine: ${localCommands().route(shownWord(place.address))}`,
        detail,
      );
    case 'EACCES':
    case 'EPERM':
      return failure(
        place,
        'network-unreachable',
        `This machine does not allow a connection to ${where}.`,
        `Check the firewall of this machine: ${localCommands().firewall}`,
        detail,
      );
    case 'ETIMEDOUT':
      return connectTimeout(place);
    case 'ECONNRESET':
      return failure(
        place,
        'connection-lost',
        `${where} ended the connection at once.`,
        'A firewall, hosts.deny or fail2ban on the host may refuse this machine.',
        detail,
      );
    case 'EMFILE':
    case 'ENFILE':
      return failure(
        place,
        'internal',
        'This machine has no file descriptor left for a connection.',
        'Raise the limit before starting Hum: ulimit -n 65536.',
        detail,
      );
    default:
      return failure(place, 'network-unreachable', `The connection to ${where} failed.`, `See where it ends: ${sshCommand(place)}`, detail);
  }
}

/** No answer to TCP's SYN: for `ms` by our clock, or, without it, for as long as the kernel tried. */
export function connectTimeout(place: Place, ms?: number): HumError {
  return failure(
    place,
    'connect-timeout',
    `${shownPlace(place)} did not answer${ms === undefined ? '' : ` within ${seconds(ms)}`}.`,
    `The host is off, or a firewall drops the packets. Try: ${localCommands().tryPort(shownWord(place.address), place.port)}`,
  );
}

/** A connection that stood has ended, nobody knows why. */
export function connectionLost(place: Place, detail?: string): HumError {
  return failure(
    place,
    'connection-lost',
    `The connection to ${shownPlace(place)} was lost.`,
    'Hum connects again by itself. If it keeps happening, look at the network and at the log of sshd on the host.',
    detail,
  );
}

/** A connection stands and the host no longer answers on it. */
export function keepaliveLost(place: Place): HumError {
  return failure(
    place,
    'connection-lost',
    `${shownPlace(place)} has stopped answering on an open connection.`,
    'The host hangs, or the network between dropped the connection. Hum connects again by itself.',
  );
}

/** Something was asked of a host without a connection. */
export function notConnected(place: Place): HumError {
  return failure(
    place,
    'connection-lost',
    `There is no connection to ${shownPlace(place)}.`,
    'Wait until the host is online again, or choose "Reconnect".',
  );
}

/** The caller's signal aborted. */
export function cancelled(place: Place): HumError {
  return failure(place, 'cancelled', 'The request was cancelled.', 'Nothing more happens. Start it again when needed.');
}

/** A deadline in words: `700 ms`, `1.5 s`. */
export function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
