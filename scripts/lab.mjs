import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { LabHindrance } from './lab/hindrance.mjs';
import { folderOf, hostStatus, labEnvironment, peerOf, resetHost, startHost, stopHost } from './lab/host.mjs';
import { record } from './lab/record.mjs';
import { sshArguments } from './lab/way-in.mjs';
import { node24, root, say } from './run.mjs';

/**
 * `npm run lab`: a real Xen host in QEMU (tests/lab/README.md). HUM_LAB names it, so that several can run side by side.
 */

const usage = `Usage: npm run lab -- [command]

  start            bring the host up (the default); the first time builds and boots it
  stop [two]       end it and the second one, or only the second; what was written is lost
  reset            back to how it was when it had just come up
  status           where it is; exit status 3 when it does not run
  ssh [command]    a shell on it, or one command
  record           record tests/fixtures/xen-4.17 anew
  two              bring a second host up beside it
  test [files]     run the tests of tests/lab against it

HUM_LAB=NAME takes a lab of that name instead of the one called "one".
`;

const name = process.env.HUM_LAB ?? 'one';
const commands = { start, stop, reset, status, ssh, record: recordFixtures, two, test };

process.exitCode = await main();

async function main() {
  const [command = 'start', ...rest] = process.argv.slice(2);
  if (!/^[\w-]{1,40}$/.test(name)) {
    say('HUM_LAB is a name of letters, digits, - and _ (40 at most).');
    return 2;
  }
  if (!Object.hasOwn(commands, command)) {
    say(command === '--help' ? usage : `There is no command called "${command}".\n\n${usage}`);
    return command === '--help' ? 0 : 2;
  }
  try {
    return await commands[command](rest);
  } catch (error) {
    say(error instanceof LabHindrance ? `There can be no lab here: ${error.message}.` : error.message);
    return 1;
  }
}

async function start() {
  tell(await startHost(name, { say }));
  return 0;
}

async function two() {
  await startHost(name, { say });
  tell(await startHost(peerOf(name), { kind: 'two', say }));
  return 0;
}

async function stop([which]) {
  await Promise.all((which === 'two' ? [peerOf(name)] : [name, peerOf(name)]).map(stopHost));
  return 0;
}

async function reset() {
  tell(await resetHost(name));
  return 0;
}

function status() {
  const hosts = [name, peerOf(name)].flatMap((each) => hostStatus(each) ?? []);
  for (const host of hosts) tell(host);
  if (hosts.length > 0) return 0;
  say('The lab does not run: npm run lab');
  return 3;
}

async function ssh(command) {
  const host = await startHost(name, { say });
  return inherit('ssh', [...sshArguments(folderOf(name), host.port), ...(command.length > 0 ? command : ['-t'])]);
}

async function recordFixtures() {
  const host = await resetIfThere();
  await record(sshArguments(folderOf(name), host.port), join(root, 'tests', 'fixtures', 'xen-4.17'));
  return 0;
}

/** A recording begins with a host that has just booted: the ids of its domains count from there. */
function resetIfThere() {
  return hostStatus(name) ? resetHost(name) : startHost(name, { say });
}

async function test(files) {
  const host = await startHost(name, { say });
  const config = join(root, 'tests', 'lab', 'vitest.config.ts');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  return inherit(node24, [vitest, 'run', '--config', config, ...files], labEnvironment([host]));
}

/** One JSON object a line: for people, and for whoever starts a lab from a program. */
function tell(host) {
  process.stdout.write(`${JSON.stringify(host)}\n`);
}

function inherit(program, args, env = {}) {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  return new Promise((done, failed) => child.on('error', failed).on('exit', (code) => done(code ?? 1)));
}
