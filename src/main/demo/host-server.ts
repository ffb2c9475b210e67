import { createServer, type Server as NetServer, type Socket } from 'node:net';
import ssh2, { type Connection, type ParsedKey } from 'ssh2';
import { serveExec } from './exec.ts';
import { HostShell } from './host-shell.ts';
import type { Profile } from './profiles.ts';
import type { Pty } from './pty.ts';
import type { SimulatedHost } from './simulated-host.ts';
import { isAway } from './story.ts';
import type { ImageStore } from './xen/image-store.ts';
import { xenHostOf } from './xen/xen-host.ts';

export interface HostServerOptions {
  readonly profile: Profile;
  /** Private, in OpenSSH's format. */
  readonly hostKey: string;
  readonly clientKey: ParsedKey;
  /** Ms since the demo began. */
  readonly now: () => number;
  /** The hosts of the demo that listen, by their ports; this one enters itself. */
  readonly peers: Map<number, SimulatedHost>;
  /** What the dom0s have mounted of one server; each has its own where it is not given. */
  readonly shared?: ImageStore;
}

/** One simulated host: an SSH server on its own port of the loopback interface. */
export interface HostServer {
  readonly port: number;
  /** Goes away and comes back as the host's story says; called now and then. */
  tick(): void;
  close(): void;
}

/** Listens. The promise fails when no port can be had. */
export async function startHostServer({ profile, hostKey, clientKey, now, peers, shared }: HostServerOptions): Promise<HostServer> {
  const host: SimulatedHost = { profile, xen: xenHostOf(profile, shared), now, peer: (port) => peers.get(port) };
  const sockets = new Set<Socket>();
  const ssh = new ssh2.Server({ hostKeys: [hostKey], ident: 'Hum_demo', keepaliveInterval: 0 });
  ssh.on('connection', (connection) => serveConnection(connection, host, clientKey));

  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    ssh.injectSocket(socket);
  });
  await listen(listener, 0);
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  peers.set(port, host);

  // From here on a failure to listen is tried again by the next tick.
  listener.on('error', () => {});
  const leave = () => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    port,
    tick() {
      const away = isAway(profile, now());
      if (away && listener.listening) leave();
      else if (!away && !listener.listening) listener.listen(port, '127.0.0.1');
    },
    close: leave,
  };
}

function listen(listener: NetServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, '127.0.0.1', () => {
      listener.off('error', reject);
      resolve();
    });
  });
}

function serveConnection(connection: Connection, host: SimulatedHost, clientKey: ParsedKey): void {
  // A client that breaks the protocol or the line is gone; there is nobody to tell.
  connection.on('error', () => connection.end());
  connection.on('authentication', (login) => {
    if (host.profile.role === 'login-refused' || login.method !== 'publickey' || !login.key.data.equals(clientKey.getPublicSSH())) {
      login.reject(['publickey']);
      return;
    }
    // Without a signature the client only asks whether the key would do (RFC 4252 §7).
    const proven = !login.signature || !login.blob || clientKey.verify(login.blob, login.signature, login.hashAlgo) === true;
    if (proven) login.accept();
    else login.reject(['publickey']);
  });
  connection.on('session', (accept) => {
    const session = accept();
    let pty: Pty | undefined;
    session.on('pty', (acceptPty, _reject, { cols, rows }) => {
      pty = { columns: cols, rows };
      acceptPty();
    });
    session.on('window-change', (acceptChange, _reject, { cols, rows }) => {
      if (pty) Object.assign(pty, { columns: cols, rows });
      // A client need not want an answer (RFC 4254 §6.7).
      acceptChange?.();
    });
    session.on('shell', (acceptShell, rejectShell) => {
      if (pty) new HostShell(acceptShell(), host, pty);
      else rejectShell?.();
    });
    session.on('exec', (acceptExec, _reject, { command }) => serveExec(acceptExec(), command, host, pty));
  });
}
