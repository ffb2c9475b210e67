import { randomBytes } from 'node:crypto';
import { HumError, type Problem, problemOf } from '../../shared/errors.ts';
import type { Session } from '../ssh/session.ts';
import { type Frame, type FrameBounds, FrameParser } from './frames.ts';
import probeScript from './probe.sh?raw';

/**
 * What a script can be asked for. Of probe.sh: those that read files come in `Frame.files`, `facts`, `processes` and `disks` in `Frame.sections`. The
 * last three are those of xen/scripts/probe.sh, which says what they bring.
 */
export type Section =
  | 'memory'
  | 'pressure'
  | 'load'
  | 'cpu'
  | 'uptime'
  | 'tcp'
  | 'network'
  | 'facts'
  | 'processes'
  | 'disks'
  | 'whole'
  | 'xen'
  | 'xen-load';

/** A script that answers requests with frames. It is given the nonce, where proc(5) is, where the other files are, and `args`. */
export interface ProbeScript {
  readonly text: string;
  readonly args: readonly string[];
}

export interface ProbeOptions {
  /** probe.sh, unless told otherwise. */
  readonly script?: ProbeScript;
  /** Where proc(5) is mounted on the host. */
  readonly proc?: string;
  readonly bounds?: FrameBounds;
  /** For starting the script, ms. */
  readonly timeoutMs?: number;
}

/** The script that runs on one host and answers requests, one after the other. */
export interface Probe {
  /** An answer is still owed, be it one that nobody waits for any more. */
  readonly busy: boolean;
  /**
   * Asks for these sections. One request at a time; after a timeout the next may follow: the late answer is known by its number and dropped.
   * @throws HumError `request-timeout`, `connection-lost`, `flooded`, `bad-answer`; `conflict` when a request is under way
   */
  request(sections: readonly Section[], timeoutMs: number): Promise<Frame>;
  /** Ends the script. A request under way ends in `connection-lost`. */
  close(): void;
}

/**
 * Starts the probe on a host.
 * @throws HumError as `Session.open`
 */
export async function openProbe(session: Pick<Session, 'open' | 'target'>, options: ProbeOptions = {}): Promise<Probe> {
  const { script = { text: probeScript, args: [] }, proc = '/proc', bounds, timeoutMs = 10_000 } = options;
  const nonce = randomBytes(16).toString('hex');
  const channel = await session.open(script.text, [nonce, proc, '', ...script.args], { timeoutMs });

  let asked = 0;
  let answered = 0;
  let waiting: { seq: number; resolve: (frame: Frame) => void; reject: (error: HumError) => void; timer: NodeJS.Timeout } | undefined;
  let ended: HumError | undefined;

  const end = (reason: HumError) => {
    if (ended !== undefined) return;
    ended = reason;
    channel.close();
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    waiting.reject(reason);
    waiting = undefined;
  };

  const parser = new FrameParser({ nonce, proc, ...(bounds === undefined ? {} : { bounds }) }, (frame) => {
    if (frame.seq <= answered || frame.seq > asked) throw neverAsked(frame.seq);
    answered = frame.seq;
    if (waiting?.seq !== frame.seq) return;
    const { resolve, timer } = waiting;
    waiting = undefined;
    clearTimeout(timer);
    resolve(frame);
  });

  channel.onData((chunk) => {
    if (ended !== undefined) return;
    try {
      parser.push(chunk);
    } catch (error) {
      end(new HumError({ ...problemOf(error), host: session.target.id }));
    }
  });
  channel.onClose(() => end(channelEnded(session.target.id)));

  return {
    get busy() {
      return answered < asked;
    },
    request(sections, requestTimeoutMs) {
      if (ended !== undefined) return Promise.reject(ended);
      if (waiting !== undefined) return Promise.reject(underWay(session.target.id));
      asked += 1;
      const seq = asked;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting = undefined;
          reject(new HumError(noAnswer(session.target.id, requestTimeoutMs)));
        }, requestTimeoutMs);
        waiting = { seq, resolve, reject, timer };
        channel.write(`${seq} ${sections.join(' ')}\n`);
      });
    },
    close() {
      end(channelEnded(session.target.id));
    },
  };
}

/** The problem of a host that has not answered for so long. */
export function noAnswer(host: string, waitedMs: number): Problem {
  return {
    code: 'request-timeout',
    message: `The host has not answered for ${Math.round(waitedMs / 1000)} s, though the connection stands.`,
    hint: 'It may be overloaded, out of memory or paused. Hum keeps asking; the figures shown are the last that it sent.',
    host,
  };
}

/** The problem of a host whose answer holds no memory figures. */
export function noFigures(host: string, { sections }: Pick<Frame, 'sections'>): Problem {
  if (sections.has('lacks')) {
    return {
      code: 'program-missing',
      message: 'The host has no awk, with which Hum reads its figures.',
      hint: 'Install one: mawk, gawk or busybox. If there is one, put it in the PATH of the account that Hum logs in as.',
      host,
    };
  }
  return {
    code: 'no-proc',
    message: 'The host has no /proc with memory figures.',
    hint: 'Hum reads Linux hosts. If this is one, see whether /proc is mounted and readable for the account that Hum logs in as.',
    host,
  };
}

function channelEnded(host: string): HumError {
  return new HumError({
    code: 'connection-lost',
    message: 'The script that reads the figures has ended on the host.',
    hint: 'The connection may have broken, or something on the host ended the script. Hum starts it again by itself.',
    host,
  });
}

function underWay(host: string): HumError {
  return new HumError({
    code: 'conflict',
    message: 'The host is being asked already.',
    hint: 'Try again when the answer has come.',
    host,
  });
}

function neverAsked(seq: number): HumError {
  return new HumError({
    code: 'bad-answer',
    message: 'The host answered a question that was not asked.',
    hint: 'Something on the host repeats or makes up answers. Look at its sh, and at what stands between Hum and the host.',
    detail: `answer ${seq}`,
  });
}
