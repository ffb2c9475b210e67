import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Opens the link in the person's browser. Every account of a machine can read the arguments of a process, so the browser is handed a file
 * that only this account can read, and the file leads on to the link. Answers how to remove the file; calls `failed` where no browser can be opened.
 */
export function openBrowser(link: string, dataDir: string, failed: (reason: string) => void): () => void {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    failed('there is no display here');
    return () => undefined;
  }
  const file = join(dataDir, 'open.html');
  rmSync(file, { force: true });
  writeFileSync(file, `<!doctype html><title>Hum</title><meta http-equiv="refresh" content="0; url=${link}">\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  const [command, args] = opener(file);
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', (error) => failed(error.message));
  child.unref();
  return () => rmSync(file, { force: true });
}

function opener(file: string): [command: string, args: string[]] {
  switch (process.platform) {
    case 'darwin':
      return ['open', [file]];
    case 'win32':
      return ['explorer.exe', [file]];
    default:
      return ['xdg-open', [file]];
  }
}
