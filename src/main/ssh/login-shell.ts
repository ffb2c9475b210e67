import type { ClientChannel } from 'ssh2';
import { messageOf } from '../../shared/errors.ts';
import { agentRefused, channelRefused, isAgentRefusal, requestTimeout, shellRefused } from './channel-failures.ts';
import { connectionLost } from './failures.ts';
import { hangUp, ptyOf, type ScriptContext, type ScriptEvents, type TypedScript, wishesOf } from './script.ts';
import type { TerminalOptions } from './session.ts';

/**
 * Opens a channel and starts the login shell of the account on it, as `ssh` does: no door is before it, and what it prints first (the message
 * of the day) is for the person. `ready` comes once the host has agreed. Throws nothing: failures are events.
 */
export function startLoginShell(
  { place, client, over, deadlines, terminal }: ScriptContext & { readonly terminal: TerminalOptions },
  events: ScriptEvents,
): TypedScript {
  let channel: ClientChannel | undefined;
  let done = false;
  let code: number | null = null;
  let signal: string | null = null;

  const late = setTimeout(() => fail(requestTimeout(place, deadlines.channel, 'open a shell')), deadlines.channel);

  function end(): boolean {
    if (done) return false;
    done = true;
    clearTimeout(late);
    return true;
  }

  function fail(error: Parameters<ScriptEvents['failed']>[0]): void {
    if (!end()) return;
    if (channel !== undefined) hangUp(channel);
    events.failed(error);
  }

  function attach(opened: ClientChannel): void {
    opened.on('exit', (status: number | null, name?: string) => {
      code = status;
      signal = name ?? null;
    });
    opened.on('data', (chunk: Buffer) => {
      if (!done) events.stdout(chunk);
    });
    // On a terminal there is nothing of its own here; what a hostile host sends all the same is taken in and dropped.
    opened.stderr.resume();
    opened.on('close', () => {
      const reason = over();
      if (reason !== undefined) fail(reason);
      else if (end()) events.closed(code, signal);
    });
  }

  try {
    client.shell(ptyOf(terminal), wishesOf(terminal), (error, opened) => {
      if (error !== undefined) {
        fail(over() ?? refusal(error));
        return;
      }
      opened.on('error', () => fail(over() ?? connectionLost(place)));
      if (done) {
        hangUp(opened);
        return;
      }
      channel = opened;
      clearTimeout(late);
      attach(opened);
      events.ready();
    });
  } catch (error) {
    // ssh2 throws when its socket has just gone.
    const reason = over() ?? connectionLost(place, messageOf(error));
    queueMicrotask(() => fail(reason));
  }

  /** ssh2: what was not opened has the reason of RFC 4254 §5.1; what was refused after that, a terminal or a shell, has none. */
  function refusal(error: Error) {
    if ('reason' in error) return channelRefused(place, error);
    return isAgentRefusal(error) ? agentRefused(place) : shellRefused(place, error);
  }

  const stands = () => !done && over() === undefined;

  return {
    write(data) {
      if (!stands() || channel === undefined) return;
      try {
        channel.write(data);
      } catch (error) {
        fail(connectionLost(place, messageOf(error)));
      }
    },
    unsent: () => channel?.writableLength ?? 0,
    pause: () => void channel?.pause(),
    resume: () => void channel?.resume(),
    resize(size) {
      try {
        if (stands()) channel?.setWindow(size.rows, size.columns, 0, 0);
      } catch {
        // The close of the connection is on its way.
      }
    },
    hangUp() {
      if (end() && channel !== undefined) hangUp(channel);
    },
  };
}
