import { type HumError, messageOf } from '../../shared/errors.ts';
import { connectionLost, failure, type Place, seconds, shownPlace, sshCommand } from './failures.ts';

/** What the host had said when the handshake ended, as far as it came. */
export interface HandshakeTrace {
  /** The first bytes, at most a few hundred; undefined when it never said anything. */
  readonly firstWords: string | undefined;
  /** Whether keys had been exchanged, so that the login was under way. */
  readonly encrypted: boolean;
}

/** The words of ssh2 (lib/protocol/Protocol.js, parseHeader) for a peer that does not speak SSH. */
const notSshWords = /identification string|greeting lines|Invalid header|Header line|before handshake/;

/** Why the handshake failed, from the error of ssh2 and from what the host had said. */
export function handshakeFailure(place: Place, error: unknown, trace: HandshakeTrace): HumError {
  const said = messageOf(error);
  if (/no matching/i.test(said)) {
    return failure(
      place,
      'no-common-algorithm',
      `${shownPlace(place)} and Hum have no algorithm in common${algorithmKind(said)}.`,
      `The SSH server is very old or set up very strictly. What it offers: ${sshCommand(place)} 2>&1 | grep -i 'kex\\|cipher\\|mac'`,
      said,
    );
  }
  if (/MaxStartups|Not allowed at this time/i.test(trace.firstWords ?? '')) {
    return failure(
      place,
      'connection-lost',
      `${shownPlace(place)} lets no more connections in at the moment.`,
      'Too many logins at once. Hum tries again; raise MaxStartups in sshd_config on the host if it keeps happening.',
      trace.firstWords,
    );
  }
  if (trace.firstWords !== undefined && !trace.firstWords.startsWith('SSH-') && notSshWords.test(said)) {
    return failure(
      place,
      'not-ssh',
      `${shownPlace(place)} answers, but not as an SSH server.`,
      'Check the port: another service listens there.',
      trace.firstWords,
    );
  }
  if (trace.firstWords === undefined) return closedSilently(place);
  return trace.encrypted ? connectionLost(place, said) : brokenHandshake(place, said);
}

/** The handshake did not end within `ms`; how far it came decides the sentence. */
export function handshakeTimeout(place: Place, ms: number, trace: HandshakeTrace): HumError {
  const where = shownPlace(place);
  const message =
    trace.firstWords === undefined
      ? `${where} accepted the connection and then said nothing for ${seconds(ms)}.`
      : trace.encrypted
        ? `${where} did not finish the login within ${seconds(ms)}.`
        : `${where} began to speak SSH and did not finish within ${seconds(ms)}.`;
  return failure(
    place,
    'handshake-timeout',
    message,
    `The host is overloaded or its sshd hangs (a slow name server and UseDNS can do that). Look from here: ${sshCommand(place)}`,
    trace.firstWords,
  );
}

function closedSilently(place: Place): HumError {
  return failure(
    place,
    'connection-lost',
    `${shownPlace(place)} accepted the connection and closed it without a word.`,
    'hosts.deny, fail2ban or MaxStartups on the host may refuse this machine.',
  );
}

function brokenHandshake(place: Place, said: string): HumError {
  return failure(
    place,
    'connection-lost',
    `The SSH handshake with ${shownPlace(place)} broke off.`,
    `Look where it ends: ${sshCommand(place)}`,
    said,
  );
}

function algorithmKind(said: string): string {
  const kind = /no matching (.+)$/i.exec(said)?.[1];
  if (kind === undefined) return '';
  if (/cipher/i.test(kind)) return ' for encryption';
  if (/MAC/.test(kind)) return ' for message authentication';
  if (/host key/i.test(kind)) return ' for the host key';
  if (/key exchange/i.test(kind)) return ' for the key exchange';
  return '';
}
