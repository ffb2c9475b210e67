import type { ProcessRow } from '../../shared/contract/fleet.ts';
import { HumError } from '../../shared/errors.ts';
import { parseProcesses } from './processes.ts';

interface Request {
  readonly resolve: (processes: readonly ProcessRow[]) => void;
  readonly reject: (error: HumError) => void;
}

/** Those who wait for the processes of one host. They ride on its next sample: a host is never asked two things at once. */
export class ProcessRequests {
  #requests: Request[] = [];

  get any(): boolean {
    return this.#requests.length > 0;
  }

  /**
   * Waits for the next `answer` or `refuse`. `ask` sends a request, or joins the one under way; it never rejects.
   * @throws HumError `bad-answer` when the host answers without them
   */
  wait(ask: () => Promise<void>): Promise<readonly ProcessRow[]> {
    return new Promise((resolve, reject) => {
      const request: Request = { resolve, reject };
      this.#requests.push(request);
      void (async () => {
        await ask();
        // The request under way, if any, was sent without this one.
        if (this.#requests.includes(request)) await ask();
        if (!this.#requests.includes(request)) return;
        this.#requests = this.#requests.filter((each) => each !== request);
        reject(leftOut());
      })();
    });
  }

  /** `text` is what the `processes` section printed. */
  answer(text: string): void {
    const rows = parseProcesses(text);
    for (const request of this.#requests.splice(0)) request.resolve(rows);
  }

  refuse(error: HumError): void {
    for (const request of this.#requests.splice(0)) request.reject(error);
  }
}

function leftOut(): HumError {
  return new HumError({
    code: 'bad-answer',
    message: 'The host answered, but left out its processes.',
    hint: 'Something on the host answers in place of the script that Hum sent. Look at its sh, and for a forced command.',
  });
}
