/** What an exit status of rsync means (rsync(1), EXIT VALUES; 20, 255 and the shell's own from signal(7), ssh(1) and sh(1)), and 66, 69, 73 and 75 of a job that Hum wrote. */
export interface ExitMeaning {
  readonly kind: 'ok' | 'warning' | 'error';
  /** What happened, a sentence. */
  readonly words: string;
  /** What to do about it. */
  readonly hint: string;
}

const error = (words: string, hint: string): ExitMeaning => ({ kind: 'error', words, hint });
const warning = (words: string, hint: string): ExitMeaning => ({ kind: 'warning', words, hint });

const meanings: Readonly<Record<number, ExitMeaning>> = {
  0: { kind: 'ok', words: 'It went well.', hint: '' },
  1: error('rsync did not understand its options.', 'Run the line by hand with --dry-run: it names the option.'),
  2: error('The two rsyncs do not speak the same protocol.', 'Bring rsync up to date on both sides.'),
  3: error('A file or directory to read or write could not be selected.', 'Look whether source and destination exist.'),
  4: error(
    'An action was asked for that this rsync cannot do.',
    'One side was built without it, ACLs or 64-bit files for instance: leave the option out.',
  ),
  5: error('The daemon did not let the client in.', 'Look at user, password and module on the daemon’s side.'),
  6: error('The daemon could not write to its log.', 'Look at the log file and the disk of the daemon.'),
  10: error('The connection to the daemon failed.', 'Is the daemon running, and is port 873 open?'),
  11: error('A file could not be read or written.', 'A full or broken disk more often than not: look at df and dmesg on both sides.'),
  12: error(
    'The other side hung up in the middle.',
    'Most often its disk is full; else rsync is missing there or was ended. Look at df there.',
  ),
  13: error(
    'The program that rsync started said something that it did not understand.',
    'The login shell on the other side must print nothing: ssh there and run “true”.',
  ),
  14: error('The processes of rsync could not talk to each other.', 'Look for a shortage of memory or processes on the host.'),
  16: error('The daemon or the other rsync was ended.', 'Look at its log on that side.'),
  19: warning('It was ended by SIGUSR1.', 'Somebody, or a script, ended it.'),
  20: error('It was ended by a signal.', 'Somebody stopped it, or the host was shut down.'),
  21: error('waitpid() failed.', 'Look at the kernel’s messages on the host.'),
  22: error('It ran out of memory.', 'Many millions of files at once need much: split the job by directory.'),
  23: error('Some files were not transferred.', 'The log names each: most often rights, or a file system that cannot hold them.'),
  24: warning('Some files vanished while it ran.', 'Usual on a busy source; nothing is wrong unless they are the same ones each time.'),
  25: warning('--max-delete stopped it from deleting more.', 'Look whether the source is whole before you let it delete that many.'),
  30: error(
    'Nothing came for as long as --timeout allows.',
    'Look at the network and at the disk of the other side, or give it more time.',
  ),
  35: error('The daemon did not answer in time.', 'Look whether the daemon’s host is reachable on port 873.'),
  66: error(
    'Nothing was done: the source is empty or not there, and the copy would have been emptied.',
    'Is its disk mounted? This is what a job of Hum’s with --delete says.',
  ),
  69: error(
    'Nothing was done: flock is missing on the host.',
    'Install util-linux there: without it runs of a job of Hum’s could overlap.',
  ),
  73: error(
    'Nothing was done: the folder of the job in /var/lib/hum/jobs cannot be written.',
    'Look whose it is, and for a full disk; saving the job in Hum again makes it anew.',
  ),
  75: warning('It did not start: the run before held the lock.', 'It takes longer than the time between two starts. Start it less often.'),
  124: error('timeout(1) ended it: it took too long.', 'Give it more time, or look why it takes so long.'),
  126: error('The program is there and cannot be run.', 'Look at its mode, and whether the file system is mounted noexec.'),
  127: error('A program was not found.', 'Is rsync installed, and in the PATH of cron? cron’s own is /usr/bin:/bin.'),
  130: error('Somebody pressed Ctrl-C.', 'Start it again.'),
  137: error('It was killed (SIGKILL).', 'The kernel kills when memory runs out: look at dmesg.'),
  143: error('It was ended by SIGTERM.', 'Somebody stopped it, or the host was shut down.'),
  255: error('ssh could not connect.', 'That is ssh’s own status: run ssh to the destination as the job’s user, and read what it says.'),
};

/** Every status that has words. */
export const knownExitCodes: readonly number[] = Object.keys(meanings).map(Number);

/** The meaning of any exit status. */
export function exitMeaning(code: number): ExitMeaning {
  return (
    meanings[code] ??
    error(`It ended with status ${code}.`, code > 128 && code < 160 ? `That is signal ${code - 128}.` : 'The log may say more.')
  );
}
