import type { ServerChannel } from 'ssh2';
import { ProcFiles } from './proc-files.ts';
import type { SimulatedHost } from './simulated-host.ts';
import { answerDelayMs } from './story.ts';

/** The longest request line; a console's are below a hundred characters. */
const longestLine = 4096;
/** Requests that may wait for the slow host. */
const mostWaiting = 64;

/** The frame that a probe script answers one request line with (without its newline). */
export type ProbeAnswer = (line: string, files: ProcFiles) => string;

/** Answers request lines one after the other, as the script does, each after the time that the host takes. */
export class ProbeChannel {
  readonly #channel: ServerChannel;
  readonly #frame: ProbeAnswer;
  readonly #host: SimulatedHost;
  readonly #waiting: string[] = [];
  #partial = '';
  #answered = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(channel: ServerChannel, frame: ProbeAnswer, host: SimulatedHost) {
    this.#channel = channel;
    this.#frame = frame;
    this.#host = host;
    channel.on('data', (chunk: Buffer) => this.take(chunk));
    channel.on('end', () => this.#end(0));
    channel.on('close', () => this.#end(0));
  }

  take(chunk: Buffer): void {
    if (chunk.length === 0 || this.#ended) return;
    const lines = (this.#partial + chunk.toString('latin1')).split('\n');
    this.#partial = lines.pop() ?? '';
    this.#waiting.push(...lines);
    if (this.#partial.length > longestLine || this.#waiting.length > mostWaiting) this.#end(1);
    else if (this.#timer === undefined) this.#next();
  }

  #next(): void {
    for (let line = this.#waiting.shift(); line !== undefined; line = this.#waiting.shift()) {
      const request = line;
      const delayMs = answerDelayMs(this.#host.profile, this.#answered);
      if (delayMs > 0) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this.#answer(request);
          this.#next();
        }, delayMs);
        return;
      }
      this.#answer(request);
    }
  }

  #answer(request: string): void {
    this.#answered += 1;
    const { profile, xen, now } = this.#host;
    const taken = this.#channel.write(this.#frame(request, new ProcFiles(profile, now(), xen)));
    if (taken) return;
    // Nobody reads: stop reading too, as a script whose output is blocked does.
    this.#channel.pause();
    this.#channel.once('drain', () => this.#channel.resume());
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    if (!this.#channel.writable) return;
    this.#channel.exit(code);
    this.#channel.end();
  }
}
