import type { AnyAuthMethod, AuthenticationType, ParsedKey } from 'ssh2';
import type { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { listAgentKeys, OneKeyAgent } from './agent-keys.ts';
import { failure, shownPlace, sshCommand } from './failures.ts';
import { type KeyFile, loadKeyFile, shownPath } from './key-files.ts';
import { shownWord } from './quote.ts';
import type { Target } from './session.ts';

/** One key to try, under the name that a person knows it by. */
interface Attempt {
  readonly source: 'agent' | 'file' | 'none';
  readonly name: string;
  readonly method: AnyAuthMethod;
}

/** The ways to log in to one host, handed to ssh2 one after another, and the words for when none worked. */
export interface Login {
  /** The next attempt, or false when there is none left. `left` and `partial` are the host's answer to the one before. */
  next(left: readonly AuthenticationType[] | null, partial: boolean | null): AnyAuthMethod | false;
  /** What let us in, after success: "agent: work key", "~/.ssh/id_ed25519". */
  readonly current: string;
  failure(detail?: string): HumError;
}

/**
 * Gathers the keys for a host. Keys that the person named for it go first, through the agent where that holds them; then the agent's;
 * then the default files. (OpenSSH puts the agent's other keys before a named file, and people run into MaxAuthTries.)
 */
export async function prepareLogin(target: Target): Promise<Login> {
  const [agent, files] = await Promise.all([
    target.agent === undefined ? { keys: [], problem: undefined } : listAgentKeys(target.agent),
    Promise.all(target.keyFiles.map(loadKeyFile)),
  ]);
  const attempts = planAttempts(target, agent.keys, files);
  const tried: Attempt[] = [];
  /** Unknown after a key of the agent: ssh2 keeps that answer to itself. */
  let left: readonly AuthenticationType[] | undefined;
  let partial = false;

  return {
    next(hostAccepts, wasPartial) {
      left = hostAccepts ?? left;
      partial = wasPartial ?? false;
      // RFC 4252 §5.1: the host lists what may go on. Without publickey in it, further keys only fill the host's log.
      const attempt = tried.length > 0 && left?.includes('publickey') === false ? undefined : attempts[tried.length];
      if (attempt === undefined) return false;
      tried.push(attempt);
      return attempt.method;
    },
    get current() {
      return tried.at(-1)?.name ?? '';
    },
    failure: (detail) => loginFailure(target, { tried, files, agentProblem: agent.problem, left: left ?? [], partial, detail }),
  };
}

function planAttempts(target: Target, agentKeys: readonly ParsedKey[], files: readonly KeyFile[]): Attempt[] {
  const username = target.user;
  const byAgent = (key: ParsedKey): Attempt[] =>
    target.agent === undefined
      ? []
      : [
          {
            source: 'agent',
            name: `agent: ${visibleText(key.comment || key.type, 100)}`,
            method: { type: 'agent', username, agent: new OneKeyAgent(target.agent, key) },
          },
        ];
  const byFile = (file: KeyFile): Attempt[] =>
    file.state === 'ready' ? [{ source: 'file', name: shownPath(file.path), method: { type: 'publickey', username, key: file.key } }] : [];

  const inFiles = new Set(files.flatMap((file) => publicKeyOf(file)?.toString('base64') ?? []));
  const inAgent = new Set(agentKeys.map((key) => key.getPublicSSH().toString('base64')));
  const named = agentKeys.filter((key) => inFiles.has(key.getPublicSSH().toString('base64')));
  const others = agentKeys.filter((key) => !named.includes(key));
  const fromFiles = files.filter((file) => !inAgent.has(publicKeyOf(file)?.toString('base64') ?? '')).flatMap(byFile);
  const attempts = target.explicitKeys
    ? [...named.flatMap(byAgent), ...fromFiles, ...others.flatMap(byAgent)]
    : [...agentKeys.flatMap(byAgent), ...fromFiles];
  // With no key at all, ask what the host would accept; a host that lets everybody in says so here.
  return attempts.length > 0 ? attempts : [{ source: 'none', name: 'no credentials', method: { type: 'none', username } }];
}

function publicKeyOf(file: KeyFile): Buffer | undefined {
  if (file.state === 'ready') return file.key.getPublicSSH();
  return file.state === 'encrypted' ? file.publicKey : undefined;
}

interface Refusal {
  readonly tried: readonly Attempt[];
  readonly files: readonly KeyFile[];
  readonly agentProblem: string | undefined;
  readonly left: readonly AuthenticationType[];
  readonly partial: boolean;
  readonly detail: string | undefined;
}

function loginFailure(target: Target, refusal: Refusal): HumError {
  const who = `${visibleText(target.user)} on ${shownPlace(target)}`;
  const keys = refusal.tried.filter((attempt) => attempt.source !== 'none');
  const detail = refusal.detail ?? refusal.agentProblem;

  if (refusal.partial) {
    const more = visibleText(refusal.left.join(' or '), 100) || 'something else';
    return failure(
      target,
      'auth-failed',
      `${shownPlace(target)} accepted the key for ${visibleText(target.user)} and wants ${more} as well.`,
      'Hum cannot give a second factor yet. Allow the key alone for this account: AuthenticationMethods in sshd_config.',
      detail,
    );
  }
  if (target.explicitKeys) {
    const broken = refusal.files.find((file) => file.state !== 'ready');
    if (broken !== undefined) return brokenKey(target, broken);
  }
  const encrypted = refusal.files.find((file) => file.state === 'encrypted');
  if (keys.length === 0 && encrypted !== undefined) return brokenKey(target, encrypted);
  const unreadable = refusal.files.find((file) => file.state === 'unreadable');
  if (keys.length === 0 && unreadable !== undefined) return brokenKey(target, unreadable);
  if (keys.length === 0) {
    return failure(
      target,
      'no-credentials',
      `There is no key to log in with as ${who}: ${agentWords(target, refusal)}, and no default key file.`,
      'Make a key (ssh-keygen -t ed25519), or load one into the agent (ssh-add), or choose a key file for this host.',
      detail,
    );
  }
  const skipped = refusal.files
    .filter((file) => file.state === 'encrypted')
    .map((file) => `${shownPath(file.path)} is encrypted and was not`);
  const tooMany = /too many authentication/i.test(refusal.detail ?? '');
  return failure(
    target,
    'auth-failed',
    `The login as ${who} was refused. Tried: ${triedWords(keys)}${skipped.length > 0 ? `; ${skipped.join(', ')}` : ''}.`,
    tooMany
      ? 'The host allows fewer tries (MaxAuthTries) than there are keys: choose the right key file for this host, or remove keys from the agent (ssh-add -l, ssh-add -d FILE).'
      : `Check the user, and that its authorized_keys on the host has one of these keys. To put it there: ${copyCommand(target, refusal.files)}. To see every step: ${sshCommand(target)}`,
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
        `The key file ${path} is protected by a passphrase, which Hum cannot ask for yet.`,
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

function triedWords(keys: readonly Attempt[]): string {
  const agent = keys.filter((attempt) => attempt.source === 'agent').length;
  const files = keys.filter((attempt) => attempt.source === 'file').map((attempt) => attempt.name);
  return [...(agent > 0 ? [`agent (${agent} ${agent === 1 ? 'key' : 'keys'})`] : []), ...files].join(', ');
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
