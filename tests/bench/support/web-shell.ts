import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** `npm start`, as a person starts it, in a home of its own. */
export interface WebShell {
  /** With the token. */
  readonly link: string;
  stop(): Promise<void>;
}

/** Building what is stale takes most of it. */
const startWithinMs = 180_000;
const stopWithinMs = 5_000;

export async function startWebShell({ home, flags }: { home: string; flags: readonly string[] }): Promise<WebShell> {
  const { SSH_AUTH_SOCK: _agent, XDG_CONFIG_HOME: _config, ...environment } = process.env;
  const args = ['scripts/start.mjs', '--web', '--no-open', '--data', join(home, 'data'), ...flags];
  const child = spawn(process.execPath, args, { env: { ...environment, HOME: home }, stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
    await gone;
    clearTimeout(timer);
  };
  let printed = '';
  let timer: NodeJS.Timeout | undefined;
  try {
    const link = await new Promise<string>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('the console did not start in time')), startWithinMs);
      child.once('exit', (code) => reject(new Error(`the console ended with ${code}`)));
      child.stdout.on('data', (chunk: Buffer) => {
        printed = (printed + chunk.toString()).slice(-10_000);
        const found = /^Hum is at (http:\S+)$/m.exec(printed)?.[1];
        if (found) resolve(found);
      });
    });
    return { link, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
