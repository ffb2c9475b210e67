/** Ctrl-C must be over within two seconds, and the launcher takes a moment of its own. */
const deadlineMs = 1_200;

/**
 * Runs `stop` once when the process is asked to end: by a signal, by the launcher's message `stop` (Windows has no SIGTERM), or by the
 * launcher's death, which closes the channel between them. Then, or when `stop` takes too long, calls `exit` with the code to end with.
 * Answers a function that asks for the same from inside.
 */
export function endWhenAsked(stop: () => Promise<void>, exit: (code: number) => void): () => void {
  let ending = false;
  function end(): void {
    if (ending) return;
    ending = true;
    setTimeout(() => exit(1), deadlineMs).unref();
    stop().then(
      () => leave(0, exit),
      () => leave(1, exit),
    );
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  process.on('disconnect', end);
  process.on('message', (message) => {
    if (message === 'stop') end();
  });
  return end;
}

/**
 * Node's end waits for each name look-up under way (libuv joins its threads): ten seconds with a name server that is away. The launcher is
 * told that everything is done, and need not wait.
 */
function leave(code: number, exit: (code: number) => void): void {
  if (process.connected && process.send) process.send({ ended: code }, () => exit(code));
  else exit(code);
}

/** Keeps a slip in one corner from ending the whole console: it is logged, and everything else goes on. */
export function outliveStrayRejections(log: { error(what: object, message: string): void }): void {
  process.on('unhandledRejection', (reason) => log.error({ err: reason }, 'unhandled rejection'));
}
