/**
 * SSH servers that misbehave in one chosen way, on a free loopback port. Keys are any that ssh2 can read (`rig.hostKey()`).
 *
 *     const host = await badHost({ kind: 'hangs-after-greeting' });
 *     … host.port …
 *     await host.close();
 */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server as NetServer, Socket } from 'node:net';
import ssh2, { type Algorithms, type AuthenticationType, type Connection, type KeyboardAuthContext, type ServerChannel } from 'ssh2';

export type Misbehaviour =
  /** Accepts connections and never says a word. */
  | { readonly kind: 'half-open' }
  /** Accepts and closes at once. */
  | { readonly kind: 'slams-the-door' }
  /** Says this, then waits; `closes` ends the connection after it. */
  | { readonly kind: 'says'; readonly text: string; readonly closes?: boolean }
  | { readonly kind: 'hangs-after-greeting' }
  /** A working server, whose bytes leave one at a time. */
  | { readonly kind: 'one-byte-at-a-time'; readonly hostKey: string }
  /** Offers only these algorithms. */
  | { readonly kind: 'offers'; readonly hostKey: string; readonly algorithms: Algorithms }
  /** Lets nobody in; `partial` accepts the key and asks for a password as well. */
  | { readonly kind: 'refuses-login'; readonly hostKey: string; readonly partial?: boolean; readonly wants?: readonly string[] }
  /** Takes no key and asks, by keyboard-interactive, in rounds of several lines. */
  | {
      readonly kind: 'asks';
      readonly hostKey: string;
      readonly rounds: readonly (readonly { readonly text: string; readonly echo: boolean; readonly right: string }[])[];
    }
  /** Says all that a server says before its banner, too much of it, line by line (RFC 4253 §4.2 allows lines, not without end). */
  | { readonly kind: 'garbage-first'; readonly lines: number; readonly hostKey: string }
  /** Never answers a login. */
  | { readonly kind: 'silent-login'; readonly hostKey: string }
  /** Lets everybody in and never answers when a channel is asked for. */
  | { readonly kind: 'silent-channels'; readonly hostKey: string }
  /** Reports the exit status and closes the channel without an EOF. */
  | { readonly kind: 'no-eof'; readonly hostKey: string }
  /** Ends the connection in the middle of a packet. */
  | { readonly kind: 'torn-packet'; readonly hostKey: string }
  /** Lets everybody in and opens no channel. */
  | { readonly kind: 'refuses-channels'; readonly hostKey: string }
  | { readonly kind: 'refuses-commands'; readonly hostKey: string }
  /** Takes the command and then says nothing. */
  | { readonly kind: 'silent-shell'; readonly hostKey: string }
  /** Prints without end; `afterReady` first opens the door properly. */
  | { readonly kind: 'flood'; readonly hostKey: string; readonly afterReady?: boolean }
  /** Opens the door and sends without end, whatever the window allows, also when the channel has been closed. */
  | { readonly kind: 'flood-for-ever'; readonly hostKey: string }
  /** Reports the exit status and never closes the channel. */
  | { readonly kind: 'never-closes'; readonly hostKey: string }
  /** Shows its key, and another one when the keys of the connection are exchanged anew, in the middle of a command (RFC 4253 §9). */
  | { readonly kind: 'other-key-later'; readonly hostKey: string; readonly laterKey: string }
  /** Cuts the connection in the middle of a command. */
  | { readonly kind: 'cuts-off'; readonly hostKey: string };

export interface BadHost {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Starts one. */
export async function badHost(behaviour: Misbehaviour): Promise<BadHost> {
  const open = new Set<Socket>();
  let connections = 0;
  const greet = await behave(behaviour);
  const server: NetServer = createServer((socket) => {
    connections++;
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    get connections() {
      return connections;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

async function behave(behaviour: Misbehaviour): Promise<(socket: Socket) => void> {
  switch (behaviour.kind) {
    case 'half-open':
      return (socket) => void socket.resume();
    case 'slams-the-door':
      return (socket) => void socket.end();
    case 'says':
      return (socket) => {
        socket.write(behaviour.text);
        if (behaviour.closes === true) socket.end();
        socket.resume();
      };
    case 'hangs-after-greeting':
      return (socket) => {
        socket.write('SSH-2.0-OpenSSH_9.2\r\n');
        socket.resume();
      };
    default:
      return sshServer(behaviour, await readFile(behaviour.hostKey));
  }
}

type SshBehaviour = Extract<Misbehaviour, { hostKey: string }>;

function sshServer(behaviour: SshBehaviour, hostKey: Buffer): (socket: Socket) => void {
  const server = new ssh2.Server(
    { hostKeys: [hostKey], ...(behaviour.kind === 'offers' ? { algorithms: behaviour.algorithms } : {}) },
    (client) => serve(client, behaviour),
  );
  return (socket) => {
    if (behaviour.kind === 'one-byte-at-a-time') trickle(socket);
    if (behaviour.kind === 'garbage-first') socket.write('This is no banner yet.\r\n'.repeat(behaviour.lines));
    server.injectSocket(socket);
  };
}

/** Splits each write into single bytes, each a packet of its own. */
function trickle(socket: Socket): void {
  socket.setNoDelay(true);
  const write = socket.write.bind(socket);
  socket.write = ((data: Uint8Array | string) => {
    for (const byte of Buffer.from(data as Uint8Array)) write(Buffer.of(byte));
    return true;
  }) as typeof socket.write;
}

function serve(client: Connection, behaviour: SshBehaviour): void {
  client.on('error', () => undefined);
  client.on('authentication', (context) => {
    if (behaviour.kind === 'silent-login') return;
    if (behaviour.kind === 'asks') {
      if (context.method === 'keyboard-interactive') askInRounds(context, behaviour.rounds);
      else context.reject(['keyboard-interactive']);
    } else if (behaviour.kind !== 'refuses-login') context.accept();
    else if (behaviour.partial === true && context.method === 'publickey') {
      // The first question only asks whether the key would do.
      if (context.signature === undefined) context.accept();
      else context.reject([...(behaviour.wants ?? ['password'])] as AuthenticationType[], true);
    } else context.reject(['publickey']);
  });
  client.on('session', (accept, reject) => {
    // Neither accepted nor refused: ssh2 sends nothing.
    if (behaviour.kind === 'silent-channels') return;
    if (behaviour.kind === 'refuses-channels') {
      reject();
      return;
    }
    const session = accept();
    session.on('exec', (acceptExec, rejectExec, info) => {
      if (behaviour.kind === 'refuses-commands') {
        rejectExec();
        return;
      }
      runCommand(acceptExec(), client, behaviour, info.command);
    });
  });
}

function askInRounds(context: KeyboardAuthContext, rounds: Extract<Misbehaviour, { kind: 'asks' }>['rounds'], index = 0): void {
  const round = rounds[index];
  if (round === undefined) {
    context.accept();
    return;
  }
  const prompts = round.map(({ text, echo }) => ({ prompt: text, echo }));
  context.prompt(prompts, 'Log in', `Round ${index + 1}`, (answers) => {
    if (round.every(({ right }, place) => answers[place] === right)) askInRounds(context, rounds, index + 1);
    else context.reject(['keyboard-interactive']);
  });
}

function runCommand(channel: ServerChannel, client: Connection, behaviour: SshBehaviour, command: string): void {
  channel.on('error', () => undefined);
  const wanted = Number(/head -c (\d+)/.exec(command)?.[1] ?? 0);
  let received = '';
  let opened = false;
  channel.on('data', (chunk: Buffer) => {
    received += chunk.toString();
    if (opened || received.length < wanted) return;
    opened = true;
    const [, first = '', second = ''] = /printf '[^']*' (\w+) (\w+)/.exec(received) ?? [];
    const ready = `\n${first}${second}\n`;
    switch (behaviour.kind) {
      case 'flood':
        if (behaviour.afterReady === true) channel.write(ready);
        flood(channel);
        return;
      case 'flood-for-ever':
        channel.write(ready, () => floodForEver(client, channel));
        return;
      case 'never-closes':
        channel.write(`${ready}done\n`);
        channel.exit(0);
        return;
      case 'no-eof':
        channel.write(`${ready}done\n`);
        channel.stderr.write(ready);
        channel.exit(0);
        channel.close();
        return;
      case 'torn-packet':
        channel.write(ready, () => tear(client));
        return;
      case 'cuts-off':
        channel.write(ready, () => client.end());
        return;
      case 'other-key-later':
        channel.write(ready, () =>
          exchangeAnew(client, behaviour.laterKey, () => {
            channel.stderr.write(ready);
            channel.write('done\n');
            channel.exit(0);
            channel.end();
          }),
        );
        return;
      case 'one-byte-at-a-time':
        channel.stderr.write(ready);
        channel.write(`${ready}slow but well\n`, () => {
          channel.exit(0);
          channel.end();
        });
        return;
      default:
        return;
    }
  });
}

/** Past ssh2's window and state of the channel, straight into its protocol (lib/protocol/Protocol.js, channelData). */
function floodForEver(client: Connection, channel: ServerChannel): void {
  const protocol: unknown = Reflect.get(client, '_protocol');
  const socket: unknown = Reflect.get(client, '_sock');
  const { id } = Reflect.get(channel, 'outgoing') as { readonly id: number };
  if (typeof protocol !== 'object' || protocol === null || !(socket instanceof Socket)) throw new Error('ssh2 has changed inside');
  const send = Reflect.get(protocol, 'channelData') as (id: number, data: Buffer) => void;
  const chunk = Buffer.alloc(32 * 1024 - 64, 'x');
  const more = () => {
    if (!socket.writable) return;
    for (let count = 0; count < 32; count += 1) send.call(protocol, id, chunk);
    if (socket.writableLength > 4 * 1024 * 1024) socket.once('drain', more);
    else setImmediate(more);
  };
  more();
}

/** Exchanges keys with the signature of this host key, of the same type as the one before; `done` when the client took it. */
function exchangeAnew(client: Connection, file: string, done: () => void): void {
  const key = ssh2.utils.parseKey(readFileSync(file));
  const [parsed] = [key].flat();
  if (parsed === undefined || parsed instanceof Error) throw new Error(`${file} is no key`);
  const { _protocol: protocol } = client as unknown as { _protocol: { _hostKeys: Record<string, unknown> } };
  for (const type of Object.keys(protocol._hostKeys)) protocol._hostKeys[type] = parsed;
  client.rekey(done);
}

/** A length that promises more than ever comes, and the end of the connection. */
function tear(client: Connection): void {
  const socket: unknown = Reflect.get(client, '_sock');
  if (!(socket instanceof Socket)) throw new Error('ssh2 has changed inside');
  socket.end(Buffer.from([0, 0, 0x10, 0, 1, 2, 3]));
}

function flood(channel: ServerChannel): void {
  const chunk = Buffer.alloc(32 * 1024, 'x');
  const more = () => {
    if (channel.writable) channel.write(chunk, more);
  };
  more();
}
