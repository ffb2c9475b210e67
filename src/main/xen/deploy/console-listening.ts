import { HumError } from '../../../shared/errors.ts';
import type { StepContext } from '../../plans/plan.ts';
import { pause } from '../../stream.ts';
import { xenScript } from '../scripts.ts';

/** One following of a console, s: one that Hum cannot end any more goes on so long at most. */
const followS = 60;

/** So many consoles of a host are followed at a time, each in a session of its own (MaxSessions of sshd_config is 10); the others are read every second. */
const mostFollowed = 2;
const followed = new Map<string, number>();

/** From the beginning of one following, or reading, to the next, ms. */
const restMs = 1000;

export interface Listening {
  /** Hears what has been printed by now, and stops. */
  toTheEnd(): Promise<void>;
  stop(): Promise<void>;
}

/** Hears what the guest prints, when it prints it. What stands in the way of that, the looks will tell. */
export function listen(mark: string, context: StepContext, hear: (printed: string) => void): Listening {
  const stopped = new AbortController();
  const signal = AbortSignal.any([context.signal, stopped.signal]);
  const decoder = new TextDecoder();
  let after = 0;

  async function follow(seconds: string, until?: AbortSignal): Promise<void> {
    const options = {
      timeoutMs: 2 * followS * 1000,
      onStdout(bytes: Buffer) {
        after += bytes.length;
        hear(decoder.decode(bytes, { stream: true }));
      },
      ...(until === undefined ? {} : { signal: until }),
    };
    try {
      await context.runner().run(xenScript('watch'), ['follow', mark, String(after), seconds], options);
    } catch (error) {
      if (!(error instanceof HumError)) throw error;
    }
  }

  const following = (async () => {
    while (!signal.aborted) {
      const began = performance.now();
      const others = followed.get(context.host) ?? 0;
      if (others < mostFollowed) {
        followed.set(context.host, others + 1);
        await follow(String(followS), signal).finally(() => followed.set(context.host, (followed.get(context.host) ?? 1) - 1));
      } else await follow('', signal);
      // A host without timeout(1) follows nothing, and is asked again.
      await pause(restMs - (performance.now() - began), signal);
    }
  })();
  // `stop` tells.
  following.catch(() => undefined);
  const stop = () => {
    stopped.abort();
    return following;
  };
  return {
    async toTheEnd() {
      await stop();
      await follow('');
    },
    stop,
  };
}
