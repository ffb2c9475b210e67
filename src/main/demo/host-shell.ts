import type { ServerChannel } from 'ssh2';
import { homeOf, hostCommand, type ShellState, tree } from './host-commands.ts';
import type { Pty } from './pty.ts';
import type { SimulatedHost } from './simulated-host.ts';
import { TypedLine } from './typed-line.ts';

/** The login shell of a simulated host: it reads lines, knows a few commands, and says that it is a demo. */
export class HostShell {
  readonly #channel: ServerChannel;
  readonly #state: ShellState;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  readonly #typed = new TypedLine({
    echo: (bytes) => this.#send(bytes),
    line: (line) => this.#enter(line),
    interrupt: () => this.#interrupt(),
    end: () => this.#end(0, 'logout\n'),
  });

  /** Begins in `directory`, or at home where that is not there. */
  constructor(channel: ServerChannel, host: SimulatedHost, pty: Pty, directory?: string) {
    this.#channel = channel;
    this.#state = { host, pty, directory: homeOf(host), status: 0 };
    channel.on('error', () => channel.close());
    channel.on('data', (chunk: Buffer) => this.take(chunk));
    channel.on('end', () => this.#end(0, ''));
    channel.on('close', () => this.#leave());
    if (directory !== undefined) this.#begin(directory);
    this.#print(`This host is simulated, and so is its shell: “help” tells what it knows.\n`);
    this.#prompt();
  }

  take(chunk: Buffer): void {
    for (const byte of chunk) {
      if (this.#ended) return;
      // What is typed while a command runs is nobody's, but for Ctrl-C.
      if (this.#timer === undefined || byte === 0x03) this.#typed.take(byte);
    }
  }

  #begin(directory: string): void {
    if (tree(this.#state.host).has(directory)) this.#state.directory = directory;
    else this.#print(`Hum: there is no way into ${directory} any more. This is ${this.#state.directory}.\n`);
  }

  #enter(line: string): void {
    const answer = hostCommand(line, this.#state);
    if (answer.afterMs <= 0) {
      this.#answer(answer);
      return;
    }
    this.#timer = setTimeout(() => this.#answer(answer), answer.afterMs);
  }

  #answer({ text, code, exit }: ReturnType<typeof hostCommand>): void {
    this.#timer = undefined;
    this.#state.status = code;
    if (exit) {
      this.#end(code, text);
      return;
    }
    this.#print(text);
    this.#prompt();
  }

  #interrupt(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#state.status = 130;
    this.#prompt();
  }

  /** With the directory, as bash tells it where vte.sh is read (OSC 7). */
  #prompt(): void {
    const { host, directory } = this.#state;
    const { user, name } = host.profile;
    const home = homeOf(host);
    const shown = directory === home ? '~' : directory;
    this.#print(`\u001b]7;file://${name}${encodeURI(directory)}\u001b\\`);
    this.#print(`\u001b[1;32m${user}@${name}\u001b[0m:\u001b[1;34m${shown}\u001b[0m${user === 'root' ? '#' : '$'} `);
  }

  /** The line discipline of the PTY makes two of a line end. */
  #print(text: string): void {
    this.#send(Buffer.from(text.replaceAll('\n', '\r\n')));
  }

  #send(bytes: Buffer): void {
    if (this.#channel.writable) this.#channel.write(bytes);
  }

  #end(code: number, text: string): void {
    if (this.#ended) return;
    this.#print(text);
    this.#leave();
    if (!this.#channel.writable) return;
    this.#channel.exit(code);
    this.#channel.end();
  }

  #leave(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
