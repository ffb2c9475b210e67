import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-lifetime-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it.runIf(process.platform === 'linux')(
  'tells the launcher that all is done while a thread of the system still holds the process',
  async () => {
    // A pipe that nobody writes to stands for the name server that is away: both keep a thread of libuv's pool.
    const pipe = join(dir, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const lifetime = new URL('../../src/main/web/lifetime.ts', import.meta.url).href;
    const program = join(dir, 'shell.mjs');
    writeFileSync(
      program,
      `import { readFile } from 'node:fs';
     import { endWhenAsked } from ${JSON.stringify(lifetime)};
     readFile(${JSON.stringify(pipe)}, () => undefined);
     endWhenAsked(async () => undefined, (code) => process.exit(code));
     process.send('ready');`,
    );
    const shell = fork(program, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    try {
      expect(await once(shell, 'message')).toEqual(['ready', undefined]);
      const told = once(shell, 'message');
      shell.kill('SIGTERM');
      expect(await told).toEqual([{ ended: 0 }, undefined]);
      expect(shell.exitCode).toBeNull();
    } finally {
      shell.kill('SIGKILL');
    }
  },
);
