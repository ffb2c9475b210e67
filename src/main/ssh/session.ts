import type { KnownKeyView, OfferedKeyView } from '../../shared/contract/fleet.ts';
import type { HumError, Problem } from '../../shared/errors.ts';
import type { Strictness } from './config-values.ts';
import type { KnownHosts } from './known-hosts.ts';

/** Where a host is and how to get in. */
export interface Target {
  /** The inventory id; goes into problems. */
  readonly id: string;
  /** A name or an IP address, without brackets. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /**
   * Absolute paths. The default files (see `defaultKeyFiles`) are tried after the agent, and skipped where missing; with `explicitKeys`
   * they are tried before the agent's other keys, and must exist.
   */
  readonly keyFiles: readonly string[];
  readonly explicitKeys: boolean;
  /** The agent's socket, or undefined for none. */
  readonly agent: string | undefined;
  /** IdentitiesOnly of ssh_config(5): of the agent's keys only those that `keyFiles` name. */
  readonly identitiesOnly?: boolean;
  readonly knownHosts: KnownHosts;
  /** The name that known_hosts has for it, without a port, in place of its address (HostKeyAlias of ssh_config(5)). */
  readonly hostKeyAlias?: string | undefined;
  /** Whether a line that is added to known_hosts hides the name (HashKnownHosts of ssh_config(5)). */
  readonly hashKnownHosts?: boolean | undefined;
  /** What becomes of a key that known_hosts does not have; a changed one is always refused. Default: `ask`. */
  readonly strict?: Strictness | undefined;
  readonly algorithms?: AlgorithmWishes | undefined;
  /** In place of the usual deadline for TCP, ms. */
  readonly connectTimeoutMs?: number | undefined;
  readonly keepalive?: { readonly intervalMs: number; readonly countMax: number } | undefined;
  readonly family?: 4 | 6 | undefined;
  /** How to reach it; directly, where nothing is said. */
  readonly way?: Way | undefined;
  /** The host that this one is a jump host for, as people know it. */
  readonly hop?: string | undefined;
}

/** The way to a host: through another host, itself reached in some way, or through a program whose stdin and stdout are the connection. */
export type Way =
  | { readonly kind: 'jump'; readonly through: Target }
  | { readonly kind: 'command'; readonly command: string; readonly shell: string };

/** Lists of algorithms as ssh_config(5) writes them: in place of the defaults, or changes to them (`+`, `-`, `^`). */
export interface AlgorithmWishes {
  readonly hostKeys?: string | undefined;
  readonly ciphers?: string | undefined;
  readonly kex?: string | undefined;
  readonly macs?: string | undefined;
}

export type SessionStatus =
  | { readonly state: 'idle' }
  /** `waiting`: for a person, to answer what the host or a key asks. */
  | { readonly state: 'connecting'; readonly since: number; readonly waiting?: Problem }
  | { readonly state: 'online'; readonly since: number }
  | {
      readonly state: 'unreachable' | 'auth-failed' | 'host-key-changed';
      readonly since: number;
      readonly problem: Problem;
      /** Epoch ms; undefined where only a person can help (a changed key, a question that was not answered). */
      readonly retryAt: number | undefined;
      readonly offeredKey?: OfferedKeyView;
      readonly knownKeys?: readonly KnownKeyView[];
    }
  | { readonly state: 'host-key-unknown'; readonly since: number; readonly problem: Problem; readonly offeredKey: OfferedKeyView };

export interface RunOptions {
  /** From the request to the exit status, ms. Default 30 s; Infinity for as long as it takes. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /**
   * Sent once the script has said that it is ready. The next of several pieces is asked for when the host has let us send the one before: what is
   * sent takes no more memory than a piece and the host's window. A script that ends early ends them (`return`).
   */
  readonly stdin?: Buffer | string | AsyncIterable<Buffer>;
  /**
   * Takes stdout as it comes, in place of `RunResult.stdout`; a chunk is its receiver's until the promise settles, and meanwhile the host has to
   * wait. What it throws ends the script, and `run` rejects with it.
   */
  readonly onStdout?: (chunk: Buffer) => void | Promise<void>;
  /** More than this on either stream ends the command with `flooded`. Default 8 MiB. */
  readonly maxBytes?: number;
  /** Nobody is asked for a password for it: where none is known, it fails. */
  readonly quietly?: boolean;
  /** Runs the whole script as root. */
  readonly root?: Root | undefined;
}

/** Who makes a script root's. The password goes to sudo on stdin, never into a command line; `sudo-n` is sudo that is to ask for none. */
export type Root = { readonly by: 'sudo'; readonly password: string } | { readonly by: 'sudo-n' | 'doas' };

export interface RunResult {
  /** Exit status; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** A script that runs until it is closed and is spoken to line by line. What the login shell printed first has been dropped. */
export interface ScriptChannel {
  write(data: string): void;
  /** Chunks as they come; the receiver copies what it keeps. */
  onData(listener: (chunk: Buffer) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** A terminal's size in cells. */
export interface Cells {
  readonly columns: number;
  readonly rows: number;
}

export interface TerminalOptions extends Cells {
  /** What the host's terminfo calls the terminal: "xterm-256color". */
  readonly term: string;
  /** Wishes for the environment. sshd takes those that its AcceptEnv names and passes over the others without a word. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Lets programs on the host sign with the keys of the target's agent for as long as the connection stands, as `ssh -A` does. Without an agent
   * nothing is asked for.
   */
  readonly forwardAgent?: boolean;
}

/** How a script on a terminal ended: by itself, with its status (null when a signal ended it), or because the connection did. */
export type TerminalEnd = { readonly code: number | null; readonly signal: string | null } | { readonly error: HumError };

/** A script on a terminal of its own. What the login shell printed first has been dropped. */
export interface TerminalChannel {
  write(data: string): void;
  /** Bytes that were written and that the host has not let us send yet. */
  readonly unsent: number;
  resize(size: Cells): void;
  /** Takes nothing more in: once the window of the channel (2 MiB) is full the host has to wait, and what prints there with it. */
  pause(): void;
  resume(): void;
  /** Ends what runs, as a modem that hangs up (SIGHUP). The listener hears nothing more. */
  close(): void;
}

/** Who listens to a terminal. In this order: any number of `data`, then `end` once. */
export interface TerminalListener {
  data(chunk: Buffer): void;
  end(how: TerminalEnd): void;
}

/** Scripts on one host: what a session and a connection test have in common. */
export interface Runner {
  /**
   * Runs a POSIX sh script on the host, whatever the login shell is. `args` are its `$1`, `$2`, …: data, quoted here and nowhere else.
   * An exit status other than 0 is a result, not an error.
   * @throws HumError `connection-lost`, `channel-refused`, `request-timeout`, `no-shell`, `flooded`, `cancelled`
   */
  run(script: string, args?: readonly string[], options?: RunOptions): Promise<RunResult>;
  /**
   * Starts a long-lived script and waits until it is ready.
   * @throws HumError as `run`
   */
  open(script: string, args?: readonly string[], options?: Pick<RunOptions, 'timeoutMs' | 'root'>): Promise<ScriptChannel>;
  /**
   * Starts a script on a terminal and waits until it is ready.
   * @throws HumError as `run`
   */
  terminal(script: string, args: readonly string[], options: TerminalOptions, listener: TerminalListener): Promise<TerminalChannel>;
}

/** What a person would get from `ssh`. */
export interface LoginShells {
  /**
   * Starts the login shell of the account on a terminal of its own, with everything that it prints.
   * @throws HumError `connection-lost`, `channel-refused`, `request-timeout`, `no-shell`, `agent-refused`
   */
  shell(options: TerminalOptions, listener: TerminalListener): Promise<TerminalChannel>;
}

/** Of a file; bytes and epoch ms, as the host tells them. */
export interface FileStat {
  /** Not a directory, device or the like. */
  readonly regular: boolean;
  readonly bytes: number;
  readonly modifiedAt: number;
}

/** What a directory holds, not followed where it is a symbolic link. */
export interface FolderEntry extends FileStat {
  /** As UTF-8; bytes that are none appear as U+FFFD, and cannot be asked for. */
  readonly name: string;
  readonly link: boolean;
}

/** A file that is open on a host. Everything throws HumError as `RemoteFiles`. */
export interface RemoteFile {
  /** Less than `length` only where the file ends. The blocks of it are asked for at once. */
  read(position: number, length: number): Promise<Buffer>;
  write(position: number, data: Buffer): Promise<void>;
  /** Cuts the file, or makes it longer by a hole. */
  resize(bytes: number): Promise<void>;
  stat(): Promise<FileStat>;
  close(): Promise<void>;
}

/**
 * The files of a host with the rights of its account. Paths go to no shell.
 * @throws HumError `connection-lost`, `request-timeout`, `not-found`, `not-permitted`, `command-failed`
 */
export interface RemoteFiles {
  /** The absolute path; that of `.` is the account's home. */
  real(path: string): Promise<string>;
  /** Undefined where nothing is there. `linkStat` does not follow a symbolic link, and calls it not regular. */
  stat(path: string): Promise<FileStat | undefined>;
  linkStat(path: string): Promise<FileStat | undefined>;
  /** What lies in a directory, `most` names at most, in the host's order; neither `.` nor `..`. */
  list(path: string, most: number): Promise<{ readonly entries: readonly FolderEntry[]; readonly more: boolean }>;
  /** `create` fails where something is there. */
  open(path: string, how: 'read' | 'write' | 'create'): Promise<RemoteFile>;
  /** Free bytes on the file system of a path; undefined where the host does not say. */
  room(path: string): Promise<number | undefined>;
  /** OpenSSH puts it over no other file. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Resolves, and never rejects, when the host has closed the channel too: Dropbear 2022.83 may close one that is opened before. */
  close(): Promise<void>;
}

export interface FileAccess {
  /**
   * Opens a channel of its own for files, until it is closed.
   * @throws HumError `connection-lost`, `channel-refused`, `request-timeout`, `program-missing` where the host offers no SFTP
   */
  files(): Promise<RemoteFiles>;
}

/** One connection to one host, for everything. It reconnects by itself until it is stopped. */
export interface Session extends Runner, LoginShells, FileAccess {
  readonly target: Target;
  readonly status: SessionStatus;
  /** Called on each change, after `status` has changed. Returns the way to stop listening. */
  onStatus(listener: (status: SessionStatus) => void): () => void;
  start(): void;
  /** Closes the connection and every channel; the session is `idle` after. */
  stop(): Promise<void>;
  /** The machine has slept, or the network changed: sees at once whether the connection still stands, and tries again where it does not. */
  wake(): void;
  /** Connects now, whatever the backoff says. */
  retryNow(): void;
  /**
   * Stores the offered key in known_hosts, if it is still the one with this fingerprint, and connects. `once`: only until Hum ends.
   * @throws HumError `conflict` when another key is offered by now, `known-hosts-unwritable`.
   */
  trustOfferedKey(fingerprint: string, once?: boolean): Promise<void>;
  /**
   * Takes the lines that name another key than the one that the host offers out of known_hosts, and tries again; the new key is then unknown.
   * @throws HumError `conflict` when no changed key is offered, `known-hosts-unwritable`
   */
  forgetKnownKeys(): Promise<void>;
}
