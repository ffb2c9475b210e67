import { type HumError, messageOf } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { failure, type Place, shownPlace } from './failures.ts';

/** Status codes of draft-ietf-secsh-filexfer-02 §7. */
const [noSuchFile, permissionDenied, unsupported] = [2, 3, 8];

/** What the host answered about a file. */
export function sftpFailure(place: Place, path: string, error: Error): HumError {
  const shown = visibleText(path, 200);
  const words = messageOf(error);
  switch (Reflect.get(error, 'code')) {
    case noSuchFile:
      return failure(
        place,
        'not-found',
        `${shown} is not on ${shownPlace(place)}.`,
        'Look at the name, and at the directory that it is looked for in.',
        words,
      );
    case permissionDenied:
      return failure(
        place,
        'not-permitted',
        `${visibleText(place.user, 100)} may not do this with ${shown} on ${shownPlace(place)}.`,
        'Files are moved with the rights of the account that Hum logs in as: use a directory of its own.',
        words,
      );
    case unsupported:
      return failure(
        place,
        'program-missing',
        `The file server of ${shownPlace(place)} cannot do this.`,
        'Use OpenSSH’s sftp-server there.',
        words,
      );
    default:
      return failure(
        place,
        'command-failed',
        `${shownPlace(place)} could not do this with ${shown}.`,
        'A full disk, a read-only file system or a file of this name are what it may mean; SFTP does not say which.',
        words,
      );
  }
}

/** The host has no SFTP subsystem, or it ended at once. */
export function noSftp(place: Place, words: string): HumError {
  return failure(
    place,
    'program-missing',
    `${shownPlace(place)} offers no SFTP.`,
    'Look for “Subsystem sftp” in sshd_config, and on a small system for the package openssh-sftp-server.',
    words,
  );
}

/** The channel went away in the middle, and the connection did not. */
export function sftpEnded(place: Place): HumError {
  return failure(
    place,
    'connection-lost',
    `The file server of ${shownPlace(place)} has ended.`,
    'Do it again: an upload goes on where it was cut.',
  );
}
