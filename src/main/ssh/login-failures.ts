import type { AuthenticationType } from 'ssh2';
import type { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { failure, shownPlace, sshCommand } from './failures.ts';
import { type KeyFile, shownPath } from './key-files.ts';
import { shownWord } from './quote.ts';
import type { Target } from './session.ts';

/** How a login was tried, as far as its words go. */
export interface Tried {
  readonly source: 'agent' | 'file' | 'none' | 'answers' | 'password';
  readonly name: string;
}

export interface Refusal {
  readonly tried: readonly Tried[];
  readonly files: readonly KeyFile[];
  readonly agentProblem: string | undefined;
  /** What the host would go on with. */
  readonly left: readonly AuthenticationType[];
  readonly partial: boolean;
  /** What a person was asked for and did not answer: "the passphrase of ~/.ssh/id_rsa". */
  readonly unanswered: readonly string[];
  /** Nobody can be asked here, or must not be: the host is not known. */
  readonly mute: boolean;
  readonly detail: string | undefined;
}

/** Why nobody was let in, and what to do about it. */
export function loginFailure(target: Target, refusal: Refusal): HumError {
  const who = `${visibleText(target.user)} on ${shownPlace(target)}`;
  const tried = refusal.tried.filter((attempt) => attempt.source !== 'none');
  const answered = tried.filter((attempt) => attempt.source === 'answers' || attempt.source === 'password');
  const detail = refusal.detail ?? refusal.agentProblem;

  if (refusal.unanswered.length > 0) {
    return failure(
      target,
      'not-answered',
      `The login as ${who} needs ${refusal.unanswered.join(' and ')}, and nobody gave it.`,
      'Choose "Reconnect" to be asked again.',
      detail,
    );
  }
  if (answered.length > 0) {
    return failure(
      target,
      'answer-wrong',
      `The login as ${who} was refused. Tried: ${triedWords(tried)}.`,
      `Check the user and the password, then choose "Reconnect" to be asked again. To see every step: ${sshCommand(target)}`,
      detail,
    );
  }
  if (refusal.partial) {
    const more = visibleText(refusal.left.join(' or '), 100) || 'something else';
    return failure(
      target,
      'auth-failed',
      `${shownPlace(target)} accepted the key for ${visibleText(target.user)} and wants ${more} as well.`,
      refusal.mute
        ? 'A second factor can only be asked for by a host of the fleet whose key is known: add the host, trust its key, and Hum asks.'
        : 'Hum has nothing else to offer this host. Allow the key alone for this account: AuthenticationMethods in sshd_config.',
      detail,
    );
  }
  if (target.explicitKeys) {
    const broken = refusal.files.find((file) => file.state !== 'ready');
    if (broken !== undefined && !isTried(tried, broken)) return brokenKey(target, broken);
  }
  const encrypted = refusal.files.find((file) => file.state === 'encrypted');
  if (tried.length === 0 && encrypted !== undefined) return brokenKey(target, encrypted);
  const unreadable = refusal.files.find((file) => file.state === 'unreadable');
  if (tried.length === 0 && unreadable !== undefined) return brokenKey(target, unreadable);
  if (tried.length === 0) return noCredentials(target, refusal, who, detail);
  const skipped = refusal.files
    .filter((file) => file.state === 'encrypted' && !isTried(tried, file))
    .map((file) => `${shownPath(file.path)} is encrypted and was not`);
  const tooMany = /too many authentication/i.test(refusal.detail ?? '');
  return failure(
    target,
    'auth-failed',
    `The login as ${who} was refused. Tried: ${triedWords(tried)}${skipped.length > 0 ? `; ${skipped.join(', ')}` : ''}.`,
    tooMany
      ? 'The host allows fewer tries (MaxAuthTries) than there are keys: choose the right key file for this host, or remove keys from the agent (ssh-add -l, ssh-add -d FILE).'
      : `Check the user, and that its authorized_keys on the host has one of these keys. To put it there: ${copyCommand(target, refusal.files)}. To see every step: ${sshCommand(target)}`,
    detail,
  );
}

/** Nobody has answered yet, and the host no longer keeps the connection open for it. */
export function answerAwaited(target: Target, what: string): HumError {
  return failure(
    target,
    'answer-awaited',
    `${shownPlace(target)} waits for ${what}.`,
    'Answer the question that Hum shows. The login goes on from there.',
  );
}

function isTried(tried: readonly Tried[], file: KeyFile): boolean {
  return tried.some((attempt) => attempt.source === 'file' && attempt.name === shownPath(file.path));
}

function noCredentials(target: Target, refusal: Refusal, who: string, detail: string | undefined): HumError {
  const wants = refusal.left.filter((method) => method !== 'publickey');
  const other = wants.length === 0 ? '' : ` The host would take ${visibleText(wants.join(' or '), 100)}.`;
  return failure(
    target,
    'no-credentials',
    `There is no key to log in with as ${who}: ${agentWords(target, refusal)}, and no default key file.${other}`,
    'Make a key (ssh-keygen -t ed25519), or load one into the agent (ssh-add), or choose a key file for this host.',
    detail,
  );
}

function brokenKey(target: Target, file: KeyFile): HumError {
  const path = shownPath(file.path);
  const add = `ssh-add ${shownWord(file.path)}`;
  switch (file.state) {
    case 'encrypted':
      return failure(
        target,
        'key-encrypted',
        `The key file ${path} is protected by a passphrase.`,
        `Load it into the agent, and Hum uses it from there: ${add}${target.agent === undefined ? ' (no agent is running here; start one: eval "$(ssh-agent)")' : ''}`,
      );
    case 'missing':
      return failure(
        target,
        'key-unreadable',
        `The key file ${path} is not there.`,
        'Choose another key file for this host, or none.',
        file.detail,
      );
    case 'unreadable':
      return failure(
        target,
        'key-unreadable',
        `The key file ${path} cannot be read.`,
        `Check who may read it: ls -l ${shownWord(file.path)}`,
        file.detail,
      );
    default:
      return failure(
        target,
        'key-unreadable',
        `The file ${path} holds no private key that Hum can use.`,
        `Choose a private key of OpenSSH: ssh-keygen -lf ${shownWord(file.path)} says what it is.`,
        file.state === 'unusable' ? file.detail : undefined,
      );
  }
}

function triedWords(tried: readonly Tried[]): string {
  const agent = tried.filter((attempt) => attempt.source === 'agent').length;
  const others = tried.filter((attempt) => attempt.source !== 'agent').map((attempt) => attempt.name);
  return [...(agent > 0 ? [`agent (${agent} ${agent === 1 ? 'key' : 'keys'})`] : []), ...new Set(others)].join(', ');
}

function agentWords(target: Target, refusal: Refusal): string {
  if (target.agent === undefined) return 'no agent is running here';
  return refusal.agentProblem === undefined ? 'the agent is empty' : 'the agent does not answer';
}

function copyCommand(target: Target, files: readonly KeyFile[]): string {
  const file = files.find((each) => each.state === 'ready');
  const identity = file === undefined ? '' : `-i ${shownWord(file.path)} `;
  return `ssh-copy-id ${identity}${target.port === 22 ? '' : `-p ${target.port} `}${shownWord(`${target.user}@${target.address}`)}`;
}
