import type { ServerChannel } from 'ssh2';
import { uploadPieceBytes } from '../../shared/file-limits.ts';
import runScript from '../commands/run.sh?raw';
import probeScript from '../probe/probe.sh?raw';
import consoleScript from '../terminals/console.sh?raw';
import shellScript from '../terminals/shell.sh?raw';
import xenProbeScript from '../xen/scripts/probe.sh?raw';
import { runText } from './command-text.ts';
import { type DoorScript, readDoor, readPayload } from './door-script.ts';
import { HostShell } from './host-shell.ts';
import { probeAnswer } from './probe-answer.ts';
import { ProbeChannel } from './probe-channel.ts';
import type { Pty } from './pty.ts';
import { scripts } from './scripts.ts';
import type { SimulatedHost } from './simulated-host.ts';
import type { Answer } from './xen/answer.ts';
import { GuestConsole } from './xen/console.ts';
import { XenSections } from './xen/probe-sections.ts';

/** What a script may be given on stdin: a configuration is at most 256 KiB, a piece of an image larger. */
const mostInput = uploadPieceBytes;

/** sh's exit status for a command that is not there (POSIX.1-2017, Shell 2.8.2). */
const notFound = 127;

/** Serves one exec request of a simulated host: Hum's scripts behind Hum's door. Anything else is told so and ends with 127. */
export function serveExec(channel: ServerChannel, command: string, host: SimulatedHost, pty?: Pty): void {
  // The client went away in the middle of a write, to either of them.
  for (const each of [channel, channel.stderr]) each.on('error', () => channel.close());
  const door = readDoor(command);
  if (door === undefined) {
    refuse(channel, `${host.profile.name} is simulated: it runs only what Hum itself asks for.`);
    return;
  }
  if (door.invitation !== '') channel.write(door.invitation);
  let received: Buffer = Buffer.alloc(0);
  const collect = (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    if (received.length < door.length) return;
    channel.off('data', collect);
    begin(channel, readPayload(received.toString('utf8', 0, door.length)), received.subarray(door.length), host, pty);
  };
  channel.on('data', collect);
}

function begin(channel: ServerChannel, door: DoorScript | undefined, rest: Buffer, host: SimulatedHost, pty: Pty | undefined): void {
  const { profile, xen } = host;
  if (!door) {
    refuse(channel, `${profile.name} is simulated: it cannot read this script.`);
    return;
  }
  if (!pty) channel.stderr.write(door.ready);
  channel.write(door.ready);
  const [first = '', second = ''] = door.args;
  if (door.script === probeScript) {
    const run = { nonce: first, proc: second };
    new ProbeChannel(channel, (line, files) => probeAnswer(run, line, files), host).take(rest);
  } else if (door.script === xenProbeScript) {
    const run = new XenSections(first, second);
    new ProbeChannel(channel, (line, files) => run.answer(line, files), host).take(rest);
  } else if (door.script === consoleScript && pty && xen) {
    new GuestConsole(channel, host, xen, Number(first), pty).take(rest);
  } else if (door.script === shellScript && pty) {
    new HostShell(channel, host, pty, first).take(rest);
  } else if (door.script === runScript) {
    tell(channel, runText(host, first));
    // A line ends it.
    channel.once('data', () => channel.close());
  } else {
    const answer = scripts.get(door.script);
    if (answer) whenRead(channel, rest, (stdin) => tell(channel, answer({ host, args: door.args, stdin })));
    else refuse(channel, `${profile.name} is simulated: it knows no such script.`);
  }
}

/** Waits for the end of stdin, which Hum sends at once where a script is given none. */
function whenRead(channel: ServerChannel, begun: Buffer, done: (stdin: Buffer) => void): void {
  const chunks = [begun];
  let length = begun.length;
  channel.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= mostInput) chunks.push(chunk);
    else channel.close();
  });
  channel.once('end', () => done(Buffer.concat(chunks)));
}

function tell(channel: ServerChannel, { stdout, stderr, code, afterMs, live }: Answer): void {
  if (live !== undefined) {
    goOn(channel, live);
    return;
  }
  const answer = () => {
    if (!channel.writable) return;
    channel.stderr.write(stderr);
    channel.write(stdout);
    channel.exit(code);
    channel.end();
  };
  if (afterMs <= 0) {
    answer();
    return;
  }
  const timer = setTimeout(answer, afterMs);
  channel.once('close', () => clearTimeout(timer));
}

function goOn(channel: ServerChannel, live: NonNullable<Answer['live']>): void {
  const giveUp = live(
    (text) => {
      if (!channel.destroyed) channel.write(text);
    },
    (code) => {
      if (channel.destroyed) return;
      channel.exit(code);
      channel.end();
    },
  );
  channel.once('close', giveUp);
}

function refuse(channel: ServerChannel, sentence: string): void {
  channel.stderr.write(`${sentence}\n`);
  channel.exit(notFound);
  channel.end();
}
