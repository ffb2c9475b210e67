import type { AnyAuthMethod, AuthenticationType, ParsedKey, Prompt } from 'ssh2';
import type { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { LockedKeyAgent, listAgentKeys, OneKeyAgent } from './agent-keys.ts';
import type { Asker, Question } from './ask.ts';
import { shownPlace } from './failures.ts';
import { type KeyFile, loadKeyFile, shownPath, unlockKeyFile } from './key-files.ts';
import { loginFailure, type Tried } from './login-failures.ts';
import type { Target } from './session.ts';

/** One way to try. A method that has to be made first (a passphrase) may come to nothing. */
interface Attempt extends Tried {
  readonly method: AnyAuthMethod | (() => Promise<AnyAuthMethod | undefined>);
}

/** The ways to log in to one host, handed to ssh2 one after another, and the words for when none worked. */
export interface Login {
  /** The next attempt, or false when there is none left. */
  next(): Promise<AnyAuthMethod | false>;
  /** The host's answer to an attempt: how it may go on, and whether the attempt was right but not enough. */
  answered(left: readonly AuthenticationType[], partial: boolean): void;
  /** What let us in, after success: "agent: work key", "~/.ssh/id_ed25519 and password". */
  readonly current: string;
  /** What a person is being asked for at this moment. */
  readonly asking: Asking | undefined;
  failure(detail?: string): HumError;
}

export interface Asking {
  /** "the passphrase of ~/.ssh/id_rsa". */
  readonly what: string;
  /** Settles when it is answered, or will not be. */
  readonly settled: Promise<void>;
  /** The answer is only of use to this very connection. */
  readonly bound: boolean;
}

export interface LoginOptions {
  /** Absent where nobody can be asked. */
  readonly asker?: Asker | undefined;
  /** Nobody wants to get in any more. */
  readonly signal: AbortSignal;
  /** The connection is gone, and with it what was only of use to it. */
  readonly gone: AbortSignal;
  /** Whether a secret may be given to this host: not before its key is known. */
  readonly mayGiveSecrets: () => boolean;
  readonly byPerson?: boolean | undefined;
  /** A question is put, or settled: no deadline runs in between. */
  readonly onAsking?: ((asking: Asking | undefined) => void) | undefined;
}

/** NumberOfPasswordPrompts of ssh_config(5). */
const mostAnswers = 3;

/**
 * Gathers the ways in to a host, in OpenSSH's order: keys, then the host's own questions, then the password, as the host allows. Keys: of the
 * agent those that the files name, the agent's others, then the files alone. A key that the person named for the host goes before the
 * agent's others: OpenSSH puts it after them, and people run into MaxAuthTries.
 */
export async function prepareLogin(target: Target, options: LoginOptions): Promise<Login> {
  const [agent, files] = await Promise.all([
    target.agent === undefined ? { keys: [], problem: undefined } : listAgentKeys(target.agent),
    Promise.all(target.keyFiles.map(loadKeyFile)),
  ]);
  const tried: Attempt[] = [];
  const unanswered: string[] = [];
  const passed: string[] = [];
  let left: readonly AuthenticationType[] | undefined;
  let partial = false;
  let asking: Asking | undefined;
  const count = { 'keyboard-interactive': 0, password: 0 };

  async function ask(
    question: Omit<Question, 'asker'>,
    what: string,
    check?: (answers: readonly string[]) => Promise<string | undefined>,
  ): Promise<readonly string[] | undefined> {
    const { asker, signal, gone, byPerson = false, onAsking } = options;
    if (asker === undefined) return undefined;
    const answering = asker.ask(
      { ...question, asker: { id: target.id, place: shownPlace(target), user: visibleText(target.user), hop: target.hop } },
      { signal: question.reusable ? signal : AbortSignal.any([signal, gone]), byPerson, check },
    );
    const settled = answering.then(
      () => undefined,
      () => undefined,
    );
    asking = { what, settled, bound: !question.reusable };
    onAsking?.(asking);
    try {
      const answers = await answering;
      if (answers === undefined) unanswered.push(what);
      return answers;
    } finally {
      asking = undefined;
      onAsking?.(undefined);
    }
  }

  /** The private half of an encrypted file, once for all who need it. */
  async function unlock(path: string): Promise<ParsedKey | undefined> {
    const shown = shownPath(path);
    const tryOut = async ([passphrase = '']: readonly string[]) =>
      (await unlockKeyFile(path, passphrase)) === 'wrong' ? 'This passphrase does not open the key.' : undefined;
    const answers = await ask(
      {
        key: `passphrase ${path}`,
        kind: 'passphrase',
        title: `Passphrase of ${shown}`,
        reason: 'The key file is encrypted, and no agent holds its key.',
        instructions: '',
        fields: [{ text: 'Passphrase', echo: false }],
        reusable: true,
      },
      `the passphrase of ${shown}`,
      tryOut,
    );
    const key = answers === undefined ? undefined : await unlockKeyFile(path, answers[0] ?? '');
    return key === 'wrong' ? undefined : key;
  }

  const keys = planKeys(target, agent.keys, files, options.asker === undefined ? undefined : unlock);
  let next = 0;

  function nextAttempt(): Attempt | undefined {
    // RFC 4252 §5.1: the host lists what may go on. Without publickey in it, further keys only fill the host's log.
    if (left === undefined || left.includes('publickey')) {
      const key = keys[next];
      if (key !== undefined) {
        next += 1;
        return key;
      }
    }
    // With no key at all, ask what the host would accept; a host that lets everybody in says so here.
    if (left === undefined && !tried.some(({ source }) => source === 'none'))
      return { source: 'none', name: 'no credentials', method: { type: 'none', username: target.user } };
    if (left === undefined || options.asker === undefined || !options.mayGiveSecrets()) return undefined;
    for (const method of ['keyboard-interactive', 'password'] as const) {
      // What nobody answered is not asked for in another form.
      if (unanswered.includes('the password') || !left.includes(method) || count[method] >= mostAnswers) continue;
      count[method] += 1;
      return method === 'password' ? passwordAttempt() : questionsAttempt();
    }
    return undefined;
  }

  const passwordKey = `password ${target.user}@${shownPlace(target)}`;

  function askPassword(reason: string): Promise<readonly string[] | undefined> {
    return ask(
      {
        key: passwordKey,
        kind: 'password',
        title: `Password of ${visibleText(target.user, 100)}`,
        reason,
        instructions: '',
        fields: [{ text: 'Password', echo: false }],
        reusable: true,
      },
      'the password',
    );
  }

  const passwordReason = () =>
    partial ? 'The host accepted the key and wants the password as well.' : 'The host accepts no key that Hum has, and takes a password.';

  function passwordAttempt(): Attempt {
    return {
      source: 'password',
      name: 'password',
      method: async () => {
        const answers = await askPassword(passwordReason());
        return answers && { type: 'password', username: target.user, password: answers[0] ?? '' };
      },
    };
  }

  function questionsAttempt(): Attempt {
    return {
      source: 'answers',
      name: 'keyboard-interactive',
      method: {
        type: 'keyboard-interactive',
        username: target.user,
        prompt(name, instructions, _language, prompts, finish) {
          // An empty answer to each is no answer to any of them: the host refuses it, and the login goes on.
          const none = prompts.map(() => '');
          answerHost(name, instructions, prompts).then(
            (answers) => finish([...(answers ?? none)]),
            () => finish(none),
          );
        },
      },
    };
  }

  function answerHost(name: string, instructions: string, prompts: readonly Prompt[]): Promise<readonly string[] | undefined> {
    // Most hosts ask for nothing but the password this way (PAM): that is the same question in other words.
    const [only] = prompts;
    if (prompts.length === 1 && only?.echo !== true && /^(?:\([^()]*\) )?password: ?$/i.test(only?.prompt ?? '')) {
      return askPassword(passwordReason());
    }
    return ask(
      {
        key: `questions ${target.id}`,
        kind: 'questions',
        title: `${visibleText(target.user, 100)} on ${shownPlace(target)}`,
        reason: partial ? 'The host accepted the key and asks for more.' : 'The host asks this before it lets anybody in.',
        instructions: [name, instructions].filter((text) => text !== '').join('\n'),
        fields: prompts.map(({ prompt, echo }) => ({ text: prompt, echo: echo ?? false })),
        reusable: false,
      },
      'what the host asks for',
    );
  }

  return {
    async next() {
      for (let attempt = nextAttempt(); attempt !== undefined; attempt = nextAttempt()) {
        const method = typeof attempt.method === 'function' ? await attempt.method() : attempt.method;
        if (method === undefined) continue;
        tried.push(attempt);
        return method;
      }
      return false;
    },
    answered(hostAccepts, wasPartial) {
      left = hostAccepts;
      const last = tried.at(-1);
      if (wasPartial) {
        partial = true;
        if (last !== undefined) passed.push(last.name);
      } else if (last?.source === 'password' || last?.source === 'answers') {
        options.asker?.wrong(passwordKey, 'The host refused this password.');
      }
    },
    get current() {
      return [...new Set([...passed, tried.at(-1)?.name ?? ''])].join(' and ');
    },
    get asking() {
      return asking;
    },
    failure: (detail) =>
      loginFailure(target, {
        tried,
        files,
        agentProblem: agent.problem,
        left: left ?? [],
        partial,
        unanswered: [...new Set(unanswered)],
        mute: options.asker === undefined || !options.mayGiveSecrets(),
        detail,
      }),
  };
}

function planKeys(
  target: Target,
  agentKeys: readonly ParsedKey[],
  files: readonly KeyFile[],
  unlock: ((path: string) => Promise<ParsedKey | undefined>) | undefined,
): Attempt[] {
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
  const byFile = (file: KeyFile): Attempt[] => {
    const named = { source: 'file', name: shownPath(file.path) } as const;
    if (file.state === 'ready') return [{ ...named, method: { type: 'publickey', username, key: file.key } }];
    if (file.state !== 'encrypted' || unlock === undefined) return [];
    const { path, publicKey } = file;
    if (publicKey !== undefined) {
      return [{ ...named, method: { type: 'agent', username, agent: new LockedKeyAgent(publicKey, () => unlock(path)) } }];
    }
    return [
      {
        ...named,
        async method() {
          const key = await unlock(path);
          return key && { type: 'publickey', username, key };
        },
      },
    ];
  };

  const inFiles = new Set(files.flatMap((file) => publicKeyOf(file)?.toString('base64') ?? []));
  const inAgent = new Set(agentKeys.map((key) => key.getPublicSSH().toString('base64')));
  const named = agentKeys.filter((key) => inFiles.has(key.getPublicSSH().toString('base64'))).flatMap(byAgent);
  const others = target.identitiesOnly
    ? []
    : agentKeys.filter((key) => !inFiles.has(key.getPublicSSH().toString('base64'))).flatMap(byAgent);
  const fromFiles = files.filter((file) => !inAgent.has(publicKeyOf(file)?.toString('base64') ?? '')).flatMap(byFile);
  return target.explicitKeys ? [...named, ...fromFiles, ...others] : [...named, ...others, ...fromFiles];
}

function publicKeyOf(file: KeyFile): Buffer | undefined {
  if (file.state === 'ready') return file.key.getPublicSSH();
  return file.state === 'encrypted' ? file.publicKey?.getPublicSSH() : undefined;
}
