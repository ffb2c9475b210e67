import ssh2, { type IdentityCallback, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2';
import { messageOf } from '../../shared/errors.ts';

/** What the agent holds, or why it did not say. */
export interface AgentKeys {
  readonly keys: readonly ParsedKey[];
  readonly problem: string | undefined;
}

/** An agent answers from memory; one that does not is not waited for. */
const agentAnswerMs = 5000;

/** Asks an agent for its keys. Never throws. */
export function listAgentKeys(socket: string): Promise<AgentKeys> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve({ keys: [], problem: 'The agent does not answer.' }), agentAnswerMs);
    const answer = (keys: readonly ParsedKey[], problem?: string) => {
      clearTimeout(late);
      resolve({ keys, problem });
    };
    try {
      ssh2.createAgent(socket).getIdentities((error, keys) => {
        if (error) answer([], messageOf(error));
        else answer((keys ?? []).flatMap(parsed));
      });
    } catch (error) {
      answer([], messageOf(error));
    }
  });
}

function parsed(entry: unknown): ParsedKey[] {
  if (typeof entry !== 'string' && !Buffer.isBuffer(entry) && !isParsedKey(entry)) return [];
  const key = ssh2.utils.parseKey(entry);
  return key instanceof Error ? [] : [key];
}

function isParsedKey(value: unknown): value is ParsedKey {
  return typeof value === 'object' && value !== null && 'getPublicSSH' in value;
}

/** The agent, showing one of its keys: so that each key is an attempt of its own, in our order and with a name. */
export class OneKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #socket: string;
  readonly #key: ParsedKey;

  constructor(socket: string, key: ParsedKey) {
    super();
    this.#socket = socket;
    this.#key = key;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#key]);
  }

  override sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, callback?: SignCallback): void {
    const agent = ssh2.createAgent(this.#socket);
    if (typeof options === 'function') agent.sign(key, data, options);
    else agent.sign(key, data, options, callback);
  }
}

/**
 * A key whose private half is not at hand yet, in the clothes of an agent: the host is asked whether the key would do before anybody is
 * asked for its passphrase, as OpenSSH does it.
 */
export class LockedKeyAgent extends ssh2.BaseAgent<ParsedKey> {
  readonly #publicKey: ParsedKey;
  readonly #unlock: () => Promise<ParsedKey | undefined>;

  /** `unlock` gives undefined when the key stays locked. */
  constructor(publicKey: ParsedKey, unlock: () => Promise<ParsedKey | undefined>) {
    super();
    this.#publicKey = publicKey;
    this.#unlock = unlock;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#publicKey]);
  }

  override sign(_key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, callback?: SignCallback): void {
    const done = typeof options === 'function' ? options : callback;
    const hash = typeof options === 'function' ? undefined : options.hash;
    this.#unlock().then(
      (key) => {
        const signature: Buffer | Error | undefined = key?.sign(data, hash);
        if (signature === undefined) done?.(new Error('The key stays locked.'));
        else if (signature instanceof Error) done?.(signature);
        else done?.(undefined, signature);
      },
      (error: unknown) => done?.(error instanceof Error ? error : new Error(messageOf(error))),
    );
  }
}
