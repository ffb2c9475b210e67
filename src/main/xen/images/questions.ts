import { HumError, type Problem } from '../../../shared/errors.ts';
import type { Runner, RunResult } from '../../ssh/session.ts';
import { xenRootScript } from '../scripts.ts';
import { imageFailure } from './image-failures.ts';

/** What is asked of hosts about images and disks, where a server that is gone can make it hang. */
export interface Questions {
  /**
   * What images.sh prints. One thing is asked of a host once at a time: what hangs takes one channel, and is not asked again before it has ended.
   * @param what the act, and the folder it is about
   * @param begun called when the script runs: whoever had to be asked for a password has given the right one
   * @throws HumError `request-timeout` where it hangs, and why the host cannot be asked
   */
  ask(host: string, what: 'list' | 'disks', folder: string, input?: string, begun?: () => void): Promise<Buffer>;
}

/** From when the script runs, ms. The host itself ends it before (watchdog.sh), where it can. */
const usualTimeoutMs = 60_000;

export function createQuestions(runner: (host: string) => Runner, timeoutMs = usualTimeoutMs): Questions {
  /** `over` settles when it has ended or is late. */
  const asked = new Map<string, { readonly over: Promise<void>; late: boolean }>();

  async function turn(key: string, host: string): Promise<void> {
    for (let before = asked.get(key); before !== undefined; before = asked.get(key)) {
      if (before.late) throw new HumError(hangs(host));
      await before.over;
    }
  }

  return {
    async ask(host, what, folder, input = '', begun) {
      const key = `${host} ${what} ${folder}`;
      await turn(key, host);
      const over = Promise.withResolvers<void>();
      const late = Promise.withResolvers<never>();
      const question = { over: over.promise, late: false };
      asked.set(key, question);
      let timer: NodeJS.Timeout | undefined;
      // It is asked for its input when it runs, and the time begins then: a person may be asked for a password before.
      async function* stdin() {
        timer = setTimeout(() => {
          question.late = true;
          over.resolve();
          late.reject(new HumError(hangs(host)));
        }, timeoutMs);
        begun?.();
        yield Buffer.from(input);
      }
      const going = Promise.resolve()
        .then(() => runner(host).run(xenRootScript('images'), ['', what, folder], { timeoutMs: Number.POSITIVE_INFINITY, stdin: stdin() }))
        .finally(() => {
          clearTimeout(timer);
          asked.delete(key);
          over.resolve();
        });
      const result = await Promise.race([going, late.promise]);
      if (wasKilled(result)) throw new HumError(hangs(host));
      if (result.code !== 0) throw new HumError({ ...imageFailure(result), host });
      return result.stdout;
    },
  };
}

/** By watchdog.sh; sudo may tell it as a shell does. */
function wasKilled({ code, signal }: RunResult): boolean {
  return signal === 'KILL' || signal === 'SIGKILL' || code === 137;
}

function hangs(host: string): Problem {
  return {
    code: 'request-timeout',
    message: 'The host did not come to the end of what it was asked.',
    hint: 'A server that it has mounted may be gone: look at its mounts, and read again.',
    host,
  };
}
