import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rig, Server } from './sshd.ts';

/**
 * A host whose `xl` is a stand-in that knows `vm-list` and `console`. Its guests are programs on the console's terminal: they greet, answer
 * `size` with the terminal's size, `flood` with lines until Ctrl-C, `bytes` with broken UTF-8, and echo what else is typed. The console of a
 * guest is held by one at a time, and ends on Ctrl-] or with the guest, as xenconsole's does.
 */
export interface ConsoleHost {
  readonly server: Server;
  /** The domains that run, by their uuid; whoever is left out ends. */
  run(domains: readonly { readonly id: number; readonly uuid: string; readonly name: string }[]): Promise<void>;
}

const guest = String.raw`
import { existsSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
const [, , state, id] = process.argv;
process.stdout.write('guest in domain ' + id + ' is up\r\n');
setInterval(() => existsSync(state + '/' + id) || process.exit(0), 20);
let typed = '';
let flooding = false;
function flood() {
  if (!flooding) return;
  if (process.stdout.write('y 0123456789\r\n'.repeat(1000))) setImmediate(flood);
  else process.stdout.once('drain', flood);
}
process.stdin.on('data', (chunk) => {
  const text = chunk.toString();
  if (text === '\u001d') process.exit(0);
  if (text === '\u0003') {
    flooding = false;
    process.stdout.write('^C\r\nstopped\r\n');
    return;
  }
  process.stdout.write(text);
  for (const letter of text) {
    // As the terminal of a guest has it (ICRNL): either ends a line.
    if (letter !== '\r' && letter !== '\n') {
      typed += letter;
      continue;
    }
    process.stdout.write('\n');
    if (typed === 'size') process.stdout.write(execFileSync('stty', ['size'], { stdio: ['inherit', 'pipe', 'inherit'] }));
    else if (typed === 'flood') { flooding = true; flood(); }
    else if (typed === 'bytes') process.stdout.write(Buffer.from([0x5b, 0xff, 0xe2, 0x82, 0x5d, 0xf0, 0x9f, 0x90, 0x9a, 0x0d, 0x0a]));
    else process.stdout.write('you typed ' + typed + '\r\n');
    typed = '';
  }
});
`;

const xl = (state: string, node: string) => `#!/bin/sh
case $1 in
vm-list)
  echo 'UUID                                  ID    name'
  echo '00000000-0000-0000-0000-000000000000  0    Domain-0                      '
  cat ${state}/list
  ;;
console)
  [ -e ${state}/"$2" ] || { echo "$2 is an invalid domain identifier (rc=-6)" >&2; exit 1; }
  stty raw -echo
  exec flock -n -E 11 ${state}/lock."$2" ${node} ${state}/guest.mjs ${state} "$2"
  ;;
esac
`;

/** An sshd of the rig with the stand-in first in its PATH. */
export async function consoleHost(rig: Rig): Promise<ConsoleHost> {
  const state = join(rig.dir, 'guests');
  const bin = join(rig.dir, 'bin');
  await mkdir(state);
  // Those who log in make the locks.
  await chmod(state, 0o777);
  await mkdir(bin);
  await writeFile(join(state, 'guest.mjs'), guest);
  await writeFile(join(state, 'list'), '');
  // Domain 8 has a framebuffer, and in place of the port of domain 9 stands something else.
  await writeFile(
    join(bin, 'xenstore-read'),
    `#!/bin/sh\ncase $1 in /local/domain/8/console/vnc-port) echo 5903 ;; */8/console/vnc-listen) echo 127.0.0.1 ;; */9/console/vnc-port) echo '$(x):1' ;; *) exit 1 ;; esac\n`,
    { mode: 0o755 },
  );
  await writeFile(join(bin, 'xl'), xl(state, process.execPath), { mode: 0o755 });
  const server = await rig.sshd({ settings: { SetEnv: `PATH=${bin}:/usr/bin:/bin` } });
  let running: readonly number[] = [];
  return {
    server,
    async run(domains) {
      const ids = domains.map(({ id }) => id);
      for (const id of ids) await writeFile(join(state, String(id)), '');
      await writeFile(join(state, 'list'), domains.map(({ id, uuid, name }) => `${uuid}  ${id}    ${name.padEnd(30)}\n`).join(''));
      for (const id of running.filter((each) => !ids.includes(each))) await rm(join(state, String(id)), { force: true });
      running = ids;
    },
  };
}
