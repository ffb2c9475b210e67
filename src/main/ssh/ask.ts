/** Something that only a person knows, and who wants to know it. */
export interface Question {
  /** Questions of one key are one question, asked once for all who wait: `passphrase <file>`, `password <user@host:port>`. */
  readonly key: string;
  readonly kind: 'passphrase' | 'password' | 'questions';
  /** "Passphrase of ~/.ssh/id_ed25519". */
  readonly title: string;
  readonly reason: string;
  /** The host's own words. Hostile. */
  readonly instructions: string;
  readonly fields: readonly { readonly text: string; readonly echo: boolean }[];
  readonly asker: AskingHost;
  /** The same answer is good another time. */
  readonly reusable: boolean;
}

/** The host on whose behalf something is asked. */
export interface AskingHost {
  /** The inventory id. */
  readonly id: string;
  readonly place: string;
  readonly user: string;
  /** The host that this one is a jump host for. */
  readonly hop: string | undefined;
}

export interface AskOptions {
  /** Nobody waits any more. */
  readonly signal: AbortSignal;
  /** A person started this attempt: an answer that was refused a moment ago is asked for again. */
  readonly byPerson: boolean;
  /** Only what was answered before counts. */
  readonly silent?: boolean;
  /** Says what is wrong with an answer where that is known at once. */
  readonly check?: ((answers: readonly string[]) => Promise<string | undefined>) | undefined;
}

/** The way to the person. Answers never leave the main process, and nobody writes them down but the vault. */
export interface Asker {
  /**
   * The answers, from memory where they were given before; undefined when the person will not answer.
   * @throws the signal's reason
   */
  ask(question: Question, options: AskOptions): Promise<readonly string[] | undefined>;
  /** The answers to this key were wrong: they are forgotten, and `mistake` is shown with the next question of that key. */
  wrong(key: string, mistake: string): void;
}
