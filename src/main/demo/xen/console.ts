import type { ServerChannel } from 'ssh2';
import type { Pty } from '../pty.ts';
import type { SimulatedHost } from '../simulated-host.ts';
import { TypedLine } from '../typed-line.ts';
import type { Domain } from './domain.ts';
import { guestCommand } from './guest-shell.ts';
import type { XenHost } from './xen-host.ts';

/** Ctrl-], on which xenconsole leaves. */
const leave = 0x1d;
/** How often it is looked whether the guest is still there. */
const lookMs = 200;
/** errno(3) EAGAIN: another has the console. */
const held = 11;

/** `xl console` on a PTY: the login and the shell of a simulated guest, until it ends or the client leaves. */
export class GuestConsole {
  readonly #channel: ServerChannel;
  readonly #host: SimulatedHost;
  readonly #xen: XenHost;
  readonly #id: number;
  readonly #pty: Pty;
  #timer: NodeJS.Timeout | undefined;
  #mode: 'login' | 'password' | 'shell' = 'login';
  #ended = false;
  readonly #typed = new TypedLine({
    echo: (bytes) => void this.#channel.write(bytes),
    line: (line) => this.#enter(line),
    interrupt: () => this.#prompt(),
  });

  constructor(channel: ServerChannel, host: SimulatedHost, xen: XenHost, id: number, pty: Pty) {
    this.#channel = channel;
    this.#host = host;
    this.#xen = xen;
    this.#id = id;
    this.#pty = pty;
    const { consoles } = xen.machine;
    if (consoles.has(id)) {
      this.#end(held, 'Process 4711 on the host holds the console of this guest:\nroot pts/0 Mon Nov 23 09:12:44 2026\n');
      return;
    }
    const domain = this.#domain();
    if (!host.xen || host.profile.user !== 'root' || !domain) {
      this.#end(1, 'xenconsole: Could not read tty from store: No such file or directory\n');
      return;
    }
    consoles.add(id);
    channel.on('data', (chunk: Buffer) => this.take(chunk));
    channel.on('end', () => this.#leave());
    channel.on('close', () => this.#leave());
    this.#timer = setInterval(() => this.#look(), lookMs);
    this.#print(`\nDebian GNU/Linux 12 ${domain.name} hvc0\n\n${domain.name} login: `);
  }

  take(chunk: Buffer): void {
    for (const byte of chunk) {
      if (this.#ended) return;
      if (byte === leave) this.#end(0, '\n');
      else if (this.#domain()?.state === 'alive') this.#typed.take(byte);
    }
  }

  #domain(): Domain | undefined {
    return this.#xen.at(this.#host.now()).machine.domain(this.#id, this.#host.now());
  }

  #enter(line: string): void {
    const domain = this.#domain();
    if (!domain) return;
    if (this.#mode === 'login') {
      if (line.trim() !== '') this.#mode = 'password';
    } else if (this.#mode === 'password') {
      this.#mode = 'shell';
      this.#print(`\nThis guest is simulated; "help" tells what it knows.\n`);
    } else {
      const { text, next } = guestCommand(line, { domain, pty: this.#pty, now: this.#host.now() });
      this.#print(text);
      if (next === 'logout') this.#mode = 'login';
      else if (next) this.#xen.machine.askToEnd(this.#id, next, this.#host.now());
    }
    this.#prompt();
  }

  #prompt(): void {
    this.#typed.echoes = this.#mode !== 'password';
    const name = this.#domain()?.name ?? '';
    this.#print({ login: `\n${name} login: `, password: 'Password: ', shell: `root@${name}:~# ` }[this.#mode]);
  }

  #look(): void {
    const domain = this.#domain();
    if (domain === undefined || domain.state === 'shut-down') this.#end(0, '\n[  OK  ] Reached target shutdown.target.\n');
  }

  /** The line discipline of the PTY makes two of a line end. */
  #print(text: string): void {
    if (this.#channel.writable) this.#channel.write(text.replaceAll('\n', '\r\n'));
  }

  #end(code: number, text: string): void {
    if (this.#ended) return;
    this.#print(text);
    if (code !== held) this.#leave();
    this.#ended = true;
    if (!this.#channel.writable) return;
    this.#channel.exit(code);
    this.#channel.end();
  }

  #leave(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#timer);
    this.#xen.machine.consoles.delete(this.#id);
  }
}
