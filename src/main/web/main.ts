import { join } from 'node:path';
import { RPCHandler } from '@orpc/server/ws';
import { type Problem, problemOf } from '../../shared/errors.ts';
import { createConsole } from '../console.ts';
import { createLogger } from '../logging.ts';
import { memoryVault } from '../prompts/vault.ts';
import { makeDataDir } from '../storage/data-dir.ts';
import { openBrowser } from './browser.ts';
import { readShellFlags, type ShellFlags } from './flags.ts';
import { endWhenAsked, outliveStrayRejections } from './lifetime.ts';
import { createToken, isLoopback, isToken } from './security.ts';
import { startWebServer } from './server.ts';
import { loadSite } from './site.ts';
import { openConfStore } from './store.ts';

/** The built files lie beside this one: out/main/web.js, out/main/demo-server.js, out/renderer/. */
const built = import.meta.dirname;

async function run(flags: ShellFlags): Promise<void> {
  makeDataDir(flags.dataDir);
  const log = createLogger(flags.dataDir);
  outliveStrayRejections(log);
  const token = tokenFromEnvironment() ?? createToken();
  const server = await startWebServer({ site: loadSite(join(built, '../renderer')), host: flags.host, port: flags.port, token, log });
  const console = await createConsole({
    shell: 'web',
    dataDir: flags.dataDir,
    openStore: openConfStore,
    demoServerPath: join(built, 'demo-server.js'),
    vault: memoryVault(),
    log,
  });
  const calls = new RPCHandler(console.router);
  server.open((socket, id) => {
    const { context, detach } = console.attach({ id, writable: socket.writable });
    void calls.upgrade(socket, { context });
    return detach;
  }, console);

  let forgetLink: () => void = () => undefined;
  endWhenAsked(
    async () => {
      forgetLink();
      await Promise.all([server.close(), console.stop()]);
    },
    (code) => process.exit(code),
  );

  const link = `${server.url}#token=${token}`;
  process.stdout.write(`Hum is at ${link}\n`);
  log.info({ url: server.url }, 'web shell started');
  if (!isLoopback(flags.host)) {
    say(`Warning: ${flags.host} can be reached from other machines, and what passes is plain HTTP. Anyone on the way can read the token.`);
  }
  if (flags.openBrowser) {
    forgetLink = openBrowser(link, flags.dataDir, (reason) => say(`No browser was opened (${reason}); open the link above.`));
  }
  if (flags.demoHosts > 0) await console.startDemo(flags.demoHosts, flags.demoDomains).catch((error: unknown) => tell(problemOf(error)));
}

/** `HUM_TOKEN` keeps the link the same over restarts, for `npm run dev`. Other accounts cannot read it, unlike an argument (proc(5), environ). */
function tokenFromEnvironment(): string | undefined {
  const token = process.env.HUM_TOKEN;
  delete process.env.HUM_TOKEN;
  return token !== undefined && isToken(token) ? token : undefined;
}

function say(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

function tell(problem: Problem): void {
  if (problem.code === 'cancelled') return;
  say([problem.message, problem.detail, problem.hint].filter((part) => part !== undefined).join(' '));
}

try {
  await run(readShellFlags(process.argv.slice(2)));
} catch (error) {
  const problem = problemOf(error);
  tell(problem);
  process.exit(problem.code === 'bad-input' ? 2 : 1);
}
