import type { CheckState, JobCheck, JobDefinition } from '../../../shared/contract/backup-jobs.ts';
import { formatDuration } from '../../../shared/units.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { shownWord } from '../../ssh/quote.ts';
import type { Runner } from '../../ssh/session.ts';
import type { HostLook } from './host-look.ts';
import { noSuchAccount, runAsUser } from './host-scripts.ts';
import { destinationWord, farAccount, placeOf, remoteShell } from './rsync-words.ts';
import wayScript from './scripts/way-in.sh?raw';

/** What the way to the copies was found to be. */
export interface WayFound {
  readonly checks: readonly JobCheck[];
  /** Bytes; undefined where it is not told. */
  readonly free: number | undefined;
}

const check = (id: string, label: string, state: CheckState, text: string, detail?: string): JobCheck => ({
  id,
  label,
  state,
  text,
  ...(detail === undefined || detail === '' ? {} : { detail }),
});

/** What a look at the host itself says of a job; `now`: epoch ms. */
export function hostChecks({ user, destination }: JobDefinition, look: HostLook, now: number): readonly JobCheck[] {
  const missing = ['flock', ...(destination.kind === 'ssh' ? ['ssh'] : [])].filter((name) => !look.has.has(name));
  const lacks = [...(look.rsync === null ? ['rsync'] : []), ...missing];
  const offMs = Math.abs(look.clock * 1000 - now);
  return [
    look.account === null
      ? check('account', 'The account', 'failed', `There is no account ${user} on the host. Choose another, or add it there.`)
      : check('account', 'The account', 'ok', `${user}, at home in ${visibleText(look.account.home, 100)}`),
    lacks.length > 0
      ? check(
          'tools',
          'Programs on the host',
          'failed',
          `${lacks.join(' and ')} ${lacks.length === 1 ? 'is' : 'are'} missing on the host. Install ${lacks.length === 1 ? 'it' : 'them'} there.`,
        )
      : check('tools', 'Programs on the host', 'ok', `rsync ${visibleText(look.rsync ?? '', 20)}`),
    offMs > 120_000
      ? check(
          'clock',
          'Its clock',
          'note',
          `It is off by ${formatDuration(offMs)}: the job runs by that clock, at another time than you expect.`,
        )
      : check(
          'clock',
          'Its clock',
          'ok',
          look.zone === null ? 'It agrees with this computer.' : `It agrees with this computer; its time zone is ${look.zone}.`,
        ),
  ];
}

/**
 * Tries the way of a job's account to where the copies are to be. Changes nothing. `root` runs scripts as root.
 * @throws HumError what `Runner.run` throws
 */
export async function tryWayIn(root: Pick<Runner, 'run'>, job: JobDefinition, signal: AbortSignal): Promise<WayFound> {
  const { destination, sources, user } = job;
  const words =
    destination.kind === 'ssh'
      ? [...remoteShell(destination), '--', farAccount(destination)]
      : destination.kind === 'daemon'
        ? [
            'rsync',
            '--contimeout=15',
            ...(destination.passwordFile === null ? [] : [`--password-file=${destination.passwordFile}`]),
            '--',
            destinationWord(destination, `${destination.path.split('/')[0]}/`),
          ]
        : [];
  const args = [destination.kind, placeOf(destination), String(sources.length), ...sources, ...words];
  const result = await runAsUser(root, user, wayScript, args, { timeoutMs: 90_000, signal });
  if (result.code === noSuchAccount) return { checks: [], free: undefined };
  const stderr = result.stderr.toString().slice(-4096).trim();
  return readWay(job, result.stdout.toString(), stderr);
}

/** What way-in.sh has printed, as checks. Never throws. */
export function readWay(job: JobDefinition, stdout: string, stderr: string): WayFound {
  const lines = stdout.slice(0, 64 * 1024).split('\n');
  const value = (key: string) => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1);
  const { destination } = job;
  const sources = sourceCheck(job, lines);
  const free = /^\d{1,16}$/.test(value('far free') ?? '') ? Number(value('far free')) * 1024 : undefined;
  if (destination.kind === 'daemon') return { checks: [sources, daemonCheck(value('daemon'), stderr)], free };
  const way = destination.kind === 'ssh' ? [sshCheck(job, value, lines, stderr)] : [];
  if (value('far in') !== 'yes') return { checks: [sources, ...way], free };
  const version = value('far rsync') ?? '';
  const where = destination.kind === 'ssh' ? 'there' : 'here';
  return {
    checks: [
      sources,
      ...way,
      ...(destination.kind === 'ssh'
        ? [
            version === ''
              ? check('far-rsync', 'rsync there', 'failed', `There is no rsync on ${destination.host}. Install it there.`)
              : check('far-rsync', 'rsync there', 'ok', `rsync ${visibleText(version, 20)}`),
          ]
        : []),
      rightsCheck(job, value('far rights') ?? '', value('far there') === 'yes'),
      ...sameDisk(job, lines, value('far device')),
      ...(free === undefined ? [check('space', 'Room', 'note', `How much room there is ${where} cannot be told.`)] : []),
    ],
    free,
  };
}

function sourceCheck({ sources }: JobDefinition, lines: readonly string[]): JobCheck {
  const trouble = lines.flatMap((line): string[] => {
    const found = /^source (\d{1,3}) (missing|unreadable|empty)$/.exec(line);
    const path = sources[Number(found?.[1] ?? 0) - 1];
    if (!found || path === undefined) return [];
    const what = { missing: 'is not there', unreadable: 'cannot be read by the account', empty: 'is empty: is its disk mounted?' }[
      found[2] ?? ''
    ];
    return [`${shownWord(path)} ${what}`];
  });
  if (trouble.length > 0) return check('source', 'What is copied', 'failed', `${trouble.join('; ')}.`);
  return check(
    'source',
    'What is copied',
    'ok',
    sources.length === 1 ? 'It is there and can be read.' : `All ${sources.length} are there and can be read.`,
  );
}

/** ssh(1) ends with 255 for every trouble of its own; which one it was only its words tell. */
function sshCheck(
  { user, destination }: JobDefinition,
  value: (key: string) => string | undefined,
  lines: readonly string[],
  stderr: string,
): JobCheck {
  if (destination.kind !== 'ssh') return check('login', 'Login there', 'ok', '');
  const who = farAccount(destination);
  const asUser = `sudo -u ${user} ${[...remoteShell({ ...destination }).filter((word) => !/^(?:-o|\w+=\w+)$/.test(word)), who].map(shownWord).join(' ')}`;
  if (value('far in') === 'yes')
    return check('login', 'Login there', 'ok', `${user} gets in as ${who} with a known host key and without a password.`);
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(stderr)) {
    return check(
      'host-key',
      'Its host key',
      'failed',
      `${destination.host} shows another host key than the one that ${user} knows. Find out why before you remove the old one with ssh-keygen -R.`,
      stderr,
    );
  }
  if (/Host key verification failed|No \S+ host key is known/i.test(stderr)) {
    const offered = lines.filter((line) => line.startsWith('offers ')).map((line) => visibleText(line.slice(7), 160));
    const shows = offered.length === 0 ? '' : ` It shows: ${offered.slice(0, 3).join('; ')}.`;
    return check(
      'host-key',
      'Its host key',
      'failed',
      `${user} does not know the host key of ${destination.host}.${shows} Compare it, then accept it once on the host with: ${asUser}`,
      stderr,
    );
  }
  if (/Permission denied|Too many authentication failures/i.test(stderr)) {
    const locked = lines.filter((line) => line.startsWith('locked ')).map((line) => shownWord(line.slice(7)));
    const why =
      locked.length > 0
        ? `${locked.join(' and ')} has a passphrase, and nobody is there to type it when the job runs: use a key without one.`
        : value('keys') === 'no'
          ? `${user} has no key: make one on the host with ssh-keygen -t ed25519, then ssh-copy-id ${shownWord(who)}.`
          : `${destination.host} wants a password, or does not know the key of ${user}: add it there with ssh-copy-id ${shownWord(who)}.`;
    return check('login', 'Login there', 'failed', `${user} does not get in as ${who}. ${why}`, stderr);
  }
  const why = /Could not resolve|Name or service not known/i.test(stderr)
    ? 'its name does not resolve on the host'
    : /Connection refused/i.test(stderr)
      ? 'the connection is refused: is sshd running there, on this port?'
      : /timed out|No route to host|unreachable/i.test(stderr) || value('ssh') === '124'
        ? 'it does not answer'
        : 'ssh ended before anything could be asked';
  return check('login', 'Login there', 'failed', `${destination.host} cannot be reached from the host: ${why}.`, stderr);
}

function rightsCheck({ destination, keep }: JobDefinition, rights: string, there: boolean): JobCheck {
  const label = 'Rights where the copies go';
  const place = shownWord(placeOf(destination));
  if (rights === 'yes')
    return check('rights', label, 'ok', there ? `${place} can be written.` : `${place} is not there yet; the job makes it.`);
  if (rights === 'nofolder') return check('rights', label, 'failed', `Something that is no folder is in the way of ${place}.`);
  const who = destination.kind === 'ssh' ? farAccount(destination) : 'The account';
  return check(
    'rights',
    label,
    'failed',
    `${who} may not write ${there ? place : `where ${place} would be made`}${keep.kind === 'mirror' ? '' : ', nor keep what is replaced there'}.`,
  );
}

function sameDisk({ destination, sources }: JobDefinition, lines: readonly string[], device: string | undefined): readonly JobCheck[] {
  if (destination.kind !== 'local' || !device) return [];
  const same = sources.filter((_, at) => lines.some((line) => line === `source ${at + 1} ok ${device}`));
  if (same.length === 0) return [];
  return [
    check(
      'disk',
      'Another disk',
      'note',
      `${shownWord(same[0] ?? '')} lies on the same file system as its copy: one broken disk takes both.`,
    ),
  ];
}

function daemonCheck(status: string | undefined, stderr: string): JobCheck {
  const label = 'The daemon there';
  if (status === '0') return check('login', label, 'ok', 'It answers and lets the account in.');
  if (/auth failed|password file/i.test(stderr))
    return check(
      'login',
      label,
      'failed',
      'It wants a user and a password: put the password into a file that the account alone can read (0600), and name it.',
      stderr,
    );
  if (/Unknown module/i.test(stderr)) return check('login', label, 'failed', 'It has no such module.', stderr);
  return check('login', label, 'failed', 'It cannot be reached from the host.', stderr);
}
