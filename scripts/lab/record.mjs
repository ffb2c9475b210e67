import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from '../run.mjs';

/**
 * Runs tests/lab/record.sh on a host and puts what it recorded in place of `folder`.
 * @param {readonly string[]} ssh arguments of ssh(1) that lead to the host
 * @param {string} folder
 * @throws Error when the recording does not come to its end; the folder is as it was then
 */
export async function record(ssh, folder) {
  const scratch = mkdtempSync(join(tmpdir(), 'hum-record-'));
  try {
    await piped('ssh', [...ssh, 'bash -s'], readFileSync(join(root, 'tests', 'lab', 'record.sh')));
    await piped('sh', ['-c', 'ssh "$@" "tar -C /root/fixtures -cf - ." | tar -C "$0" -xf -', scratch, ...ssh]);
    readFileSync(join(scratch, 'index.tsv'));
    rmSync(folder, { recursive: true, force: true });
    await cp(scratch, folder, { recursive: true });
    await run('ssh', [...ssh, 'rm -rf /root/fixtures']);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function piped(program, args, input = '') {
  const child = spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'] });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((done, failed) => {
    child.on('error', failed).on('exit', (code) => (code === 0 ? done() : failed(new Error(`The recording ended with status ${code}.`))));
  });
}
