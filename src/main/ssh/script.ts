import type { Client, ClientChannel, PseudoTtyOptions } from 'ssh2';
import { type HumError, messageOf } from '../../shared/errors.ts';
import {
  agentRefused,
  channelRefused,
  commandRefused,
  isAgentRefusal,
  noisyShell,
  noShell,
  noShellInTime,
  requestTimeout,
} from './channel-failures.ts';
import type { Deadlines } from './deadlines.ts';
import { type Door, NoiseFilter } from './door.ts';
import { connectionLost, type Place } from './failures.ts';
import type { Cells, TerminalOptions } from './session.ts';

/** What a script on a host does, in the order of the calls. After `closed` or `failed`, one of which comes, nothing follows. */
export interface ScriptEvents {
  /** The login shell's noise is over. From here on output is the script's, and it may be written to. */
  ready(): void;
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  /** The channel ended after `ready`. `code` is null when a signal, or nothing, told how. */
  closed(code: number | null, signal: string | null): void;
  failed(error: HumError): void;
}

/** A script that was started. Every method may be called at any time. */
export interface Script {
  /** `sent` is called once the host has let us send all of it; never, where the script ends before. */
  write(data: Buffer | string, sent?: () => void): void;
  /** Sends `data` and then the end of the input. */
  finish(data: Buffer | string | undefined): void;
  /** Stops and goes on taking in what the host sends; stdout alone, which on a terminal is all there is. */
  pause(): void;
  resume(): void;
  resize(size: Cells): void;
  /** Bytes that were written and that the host has not let us send yet. */
  unsent(): number;
  /** Ends the channel; no event follows. */
  hangUp(): void;
}

/** One that a person types into. */
export type TypedScript = Omit<Script, 'finish'>;

export interface ScriptContext {
  readonly place: Place;
  readonly client: Client;
  /** Why the connection is over, or undefined while it stands. */
  readonly over: () => HumError | undefined;
  readonly deadlines: Pick<Deadlines, 'channel' | 'shell'>;
  /** Asks for a terminal, for a door that was made for one. */
  readonly terminal?: TerminalOptions;
}

/** Opens a channel, brings the script through the door and passes on what it says. Throws nothing: failures are events. */
export function startScript({ place, client, over, deadlines, terminal }: ScriptContext, door: Door, events: ScriptEvents): Script {
  const { command, invitation, ready } = door;
  /** Undefined once it is sent: it is as long as the script, and the channel may live for days. */
  let payload: Buffer | undefined = door.payload;
  const invited = invitation === undefined ? undefined : new NoiseFilter(invitation);
  const out = new NoiseFilter(ready, invited !== undefined);
  const err = new NoiseFilter(ready);
  let channel: ClientChannel | undefined;
  let done = false;
  let code: number | null = null;
  let signal: string | null = null;

  let late = setTimeout(() => fail(requestTimeout(place, deadlines.channel, 'open a session')), deadlines.channel);

  function end(): boolean {
    if (done) return false;
    done = true;
    clearTimeout(late);
    return true;
  }

  function fail(error: HumError): void {
    if (!end()) return;
    if (channel !== undefined) hangUp(channel);
    events.failed(error);
  }

  const printed = () => Buffer.concat([...(invited === undefined ? [] : [invited.noise]), out.noise, err.noise]);

  /** What comes after the invitation, which it answers; undefined before it. */
  function afterInvitation(chunk: Buffer): Buffer | undefined {
    if (invited === undefined || invited.passed) return chunk;
    const rest = invited.take(chunk);
    if (invited.overflowed) fail(noisyShell(place, invited.noise));
    else if (rest !== undefined) sendPayload();
    return rest;
  }

  function attach(opened: ClientChannel): void {
    opened.on('exit', (status: number | null, name?: string) => {
      code = status;
      signal = name ?? null;
    });
    opened.on('data', (chunk: Buffer) => {
      if (done) return;
      const passedBefore = out.passed;
      const heard = afterInvitation(chunk);
      if (heard === undefined) return;
      const rest = out.take(heard);
      if (rest === undefined) {
        if (out.overflowed) fail(noisyShell(place, out.noise));
        return;
      }
      if (!passedBefore) {
        clearTimeout(late);
        events.ready();
      }
      if (rest.length > 0 && !done) events.stdout(rest);
    });
    opened.stderr.on('data', (chunk: Buffer) => {
      if (done) return;
      const rest = err.take(chunk);
      if (rest !== undefined && rest.length > 0) events.stderr(rest);
      else if (err.overflowed) fail(noisyShell(place, err.noise));
    });
    opened.on('close', () => {
      if (out.passed && over() === undefined) {
        if (end()) events.closed(code, signal);
      } else {
        fail(over() ?? noShell(place, printed(), code));
      }
    });
  }

  try {
    client.exec(command, terminal === undefined ? {} : { pty: ptyOf(terminal), ...wishesOf(terminal) }, (error, opened) => {
      if (error !== undefined) {
        fail(over() ?? openFailure(place, error));
        return;
      }
      opened.on('error', () => fail(over() ?? connectionLost(place)));
      if (done) {
        hangUp(opened);
        return;
      }
      channel = opened;
      clearTimeout(late);
      late = setTimeout(() => fail(noShellInTime(place, deadlines.shell, printed())), deadlines.shell);
      attach(opened);
      if (invited === undefined) sendPayload();
    });
  } catch (error) {
    // ssh2 throws when its socket has just gone.
    const reason = over() ?? connectionLost(place, messageOf(error));
    queueMicrotask(() => fail(reason));
  }

  function send(data: Buffer | string, sent?: () => void): void {
    if (done || channel === undefined || over() !== undefined) return;
    try {
      channel.write(data, sent);
    } catch (error) {
      fail(connectionLost(place, messageOf(error)));
    }
  }

  function sendPayload(): void {
    if (payload !== undefined) send(payload);
    payload = undefined;
  }

  const sendEnd = () => {
    // Not `end()`: that sends the EOF in a later turn, and ssh2 throws out of a stream's event when the connection has gone by then.
    try {
      if (!done && over() === undefined) channel?.eof();
    } catch {
      // The close of the connection is on its way.
    }
  };

  return {
    write: send,
    finish(data) {
      if (data === undefined || data.length === 0) sendEnd();
      else send(data, sendEnd);
    },
    unsent: () => channel?.writableLength ?? 0,
    pause: () => void channel?.pause(),
    resume: () => void channel?.resume(),
    resize(size) {
      try {
        if (!done && over() === undefined) channel?.setWindow(size.rows, size.columns, 0, 0);
      } catch {
        // The close of the connection is on its way.
      }
    },
    hangUp() {
      if (end() && channel !== undefined) hangUp(channel);
    },
  };
}

/** As RFC 4254 §6.2 asks for it; the size in pixels is not told. */
export function ptyOf({ term, columns, rows }: TerminalOptions): PseudoTtyOptions {
  return { term, cols: columns, rows, width: 0, height: 0 };
}

/** ssh2 asks for the agent where `agentForward` is set on a channel; its types leave that out. */
export function wishesOf({ environment, forwardAgent = false }: TerminalOptions): { env: NodeJS.ProcessEnv; agentForward: boolean } {
  return { env: { ...environment }, agentForward: forwardAgent };
}

/** Ends what runs (sshd since 7.9 passes signals on, RFC 4254 §6.9) and the channel. A host that never confirms costs a few objects. */
export function hangUp(channel: ClientChannel): void {
  try {
    channel.resume();
    channel.stderr.resume();
    channel.signal('TERM');
    channel.close();
  } catch {
    // The connection has gone, and the channel with it.
  }
}

function openFailure(place: Place, error: unknown): HumError {
  // ssh2: "(SSH) Channel open failure: …" has the reason of RFC 4254 §5.1; "Unable to exec" is a refused request.
  if (!(error instanceof Error)) return commandRefused(place, error);
  if ('reason' in error) return channelRefused(place, error);
  return isAgentRefusal(error) ? agentRefused(place) : commandRefused(place, error);
}
