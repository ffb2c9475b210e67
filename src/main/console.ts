import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { version } from '../../package.json';
import type { InventoryHost } from '../shared/contract/inventory.ts';
import type { Problem } from '../shared/errors.ts';
import { createDemoService } from './demo/demo-service.ts';
import { createFleet } from './fleet/fleet.ts';
import { openInventory } from './inventory/inventory.ts';
import { sshConfigImport } from './inventory/ssh-config-import.ts';
import { connectionTest } from './inventory/test-connection.ts';
import type { Logger } from './logging.ts';
import { readMemory } from './memory/memory.ts';
import { readNetwork } from './network/network.ts';
import { openPlans } from './plans/plans.ts';
import { createPrompts } from './prompts/prompts.ts';
import type { Vault } from './prompts/vault.ts';
import { type ClientContext, type ConsoleRouter, createRouter } from './router.ts';
import { openSettings } from './settings/settings.ts';
import { createConfigWay } from './ssh/config-way.ts';
import { elevated } from './ssh/elevated.ts';
import { createHandshakeGate } from './ssh/handshake-gate.ts';
import { createJumpHosts } from './ssh/jump-hosts.ts';
import { defaultKeyFiles } from './ssh/key-files.ts';
import { createKnownHosts } from './ssh/known-hosts.ts';
import { openSeenKeys } from './ssh/seen-keys.ts';
import type { Runner, Session, Target } from './ssh/session.ts';
import { createSession } from './ssh/ssh-session.ts';
import { setAsideIfDamaged } from './storage/damaged.ts';
import { claimDataDir } from './storage/data-dir.ts';
import type { OpenStore, Store } from './storage/store.ts';
import { createTerminals } from './terminals/terminals.ts';
import { createDeployments } from './xen/deploy/deployments.ts';
import { createRemovals } from './xen/deploy/removal.ts';
import { keepTrash } from './xen/deploy/trash.ts';
import { createLifecycle } from './xen/lifecycle.ts';
import { xenStepHandlers } from './xen/step-handlers.ts';
import { openTemplates } from './xen/templates/templates.ts';
import { createXen } from './xen/xen.ts';

export interface ConsoleOptions {
  readonly shell: 'desktop' | 'web';
  readonly dataDir: string;
  readonly openStore: OpenStore;
  /** The built entry of the demo fleet's process. */
  readonly demoServerPath: string;
  /** Where passphrases and passwords are remembered. */
  readonly vault: Vault;
  readonly log: Logger;
}

export interface Console {
  readonly router: ConsoleRouter;
  /** Tells the console of a window or socket; `detach` when it is gone. */
  attach(client: { readonly id: string; readonly writable: () => Promise<void> }): { context: ClientContext; detach(): void };
  /** `domains`: so many on each host, in place of those that the demo gives it. */
  startDemo(hosts: number, domains?: number): Promise<void>;
  /** Ends every session and child and gives the data folder back. */
  stop(): Promise<void>;
}

/**
 * The composition root: builds every service once and wires them.
 * @throws HumError when the data folder cannot be used or another Hum uses it.
 */
export async function createConsole(options: ConsoleOptions): Promise<Console> {
  const { log, shell } = options;
  const dataDir = claimDataDir(options.dataDir);
  const notices: Problem[] = [];
  const home = homedir();
  const loginUser = userInfo().username;

  function openSound(name: Parameters<OpenStore>[0]): Store {
    const damage = setAsideIfDamaged(join(dataDir.path, `${name}.json`));
    if (damage) notices.push(damage);
    return options.openStore(name, dataDir.path);
  }

  const settings = openSettings(openSound('settings'));
  const inventory = openInventory(openSound('inventory'));
  notices.push(...inventory.notices);
  const knownHosts = createKnownHosts({
    files: [join(home, '.ssh', 'known_hosts'), '/etc/ssh/ssh_known_hosts'],
    appendTo: join(home, '.ssh', 'known_hosts'),
  });
  const gate = createHandshakeGate();
  const prompts = createPrompts({ vault: options.vault });
  const seenKeys = openSeenKeys(openSound('host-keys'));
  const jumps = createJumpHosts({ gate, asker: prompts, onKey: seenKeys.saw });
  const configWay = createConfigWay({
    home,
    loginUser,
    knownHosts,
    agent: agentSocket,
    mayRun: (command) => settings.current.allowedCommands.includes(command),
  });
  const demo = createDemoService({ serverPath: options.demoServerPath, workDir: join(dataDir.path, 'demo'), log });

  function targetOf(host: InventoryHost): Target {
    if (host.origin === 'demo') return demo.target(host);
    return {
      id: host.id,
      address: host.address,
      port: host.port,
      user: host.user,
      keyFiles: host.keyFile === null ? defaultKeyFiles(home) : [host.keyFile.replace(/^~(?=[/\\])/, home)],
      explicitKeys: host.keyFile !== null,
      agent: agentSocket(),
      knownHosts,
    };
  }

  /** What this account's ssh_config adds to it, for a host that came from there. */
  const followFor = ({ sshAlias }: Pick<InventoryHost, 'sshAlias'>) =>
    sshAlias === undefined ? undefined : (target: Target, signal: AbortSignal) => configWay.follow(target, sshAlias, signal);

  /** The session as the Xen feature has it: its scripts need root's rights. */
  const rootSession = (host: InventoryHost, session: Session): Session => {
    const { run, open, terminal } = elevated(session, host, host.runAs ?? 'sudo-n', prompts);
    // A session's status changes: it is asked, not copied.
    return Object.create(session, { run: { value: run }, open: { value: open }, terminal: { value: terminal } }) as Session;
  };
  const rootRunner = (id: string): Runner => {
    const runner = fleet.runner(id);
    const host = fleet.row(id)?.host;
    return host === undefined ? runner : elevated(runner, host, host.runAs ?? 'sudo-n', prompts);
  };

  const xen = createXen({ log });
  const fleet = createFleet({
    openSession: (host) =>
      createSession(targetOf(host), {
        gate,
        asker: prompts,
        jumps,
        seenKeys,
        follow: followFor(host),
        log: ({ event, ...entry }) => log.info(entry, event),
      }),
    readers: { memory: readMemory, network: readNetwork },
    followers: [{ ...xen, connected: (host, session, facts) => xen.connected(host, rootSession(host, session), facts) }],
    log,
  });
  const plans = openPlans({
    dataDir: dataDir.path,
    handlers: xenStepHandlers(() => xen),
    runner: rootRunner,
    hostName: (host) => fleet.row(host)?.host.name ?? host,
    onStep: (host) => xen.refresh(host),
    by: loginUser,
    log,
  });
  notices.push(...plans.notices);
  for (const notice of notices) log.warn(notice, 'worked around at start');
  const lifecycle = createLifecycle({
    xen,
    plans,
    runner: rootRunner,
    hostAddress: (host) => fleet.row(host)?.host,
  });
  const trash = keepTrash({ store: openSound('trash'), runner: rootRunner, log });
  const hostName = (host: string) => fleet.row(host)?.host.name ?? host;
  const removals = createRemovals({ xen, plans, runner: rootRunner, hostName, trash });
  const templates = await openTemplates({ dataDir: dataDir.path, folders: [], xen, log });
  const deployments = createDeployments({
    xen,
    templates,
    plans,
    runner: rootRunner,
    hosts: () => [...demo.hosts, ...inventory.hosts],
  });
  const terminals = createTerminals({ runner: rootRunner, login: (host) => fleet.runner(host), domain: (key) => xen.domain(key) });
  const showHosts = () => fleet.setHosts([...demo.hosts, ...inventory.hosts]);
  inventory.onChange(showHosts);
  demo.onChange(() => {
    showHosts();
    fleet.setDemo(demo.state);
  });
  showHosts();

  const router = createRouter({
    inventory,
    fleet,
    settings,
    demo,
    plans,
    prompts,
    xen,
    lifecycle,
    removals,
    templates,
    deployments,
    terminals,
    sshConfig: sshConfigImport(inventory, home, loginUser),
    configWay,
    testConnection: connectionTest({ targetOf, gate, asker: prompts, jumps, readMemory }),
    info: () => ({ version, shell, platform: process.platform, dataDir: dataDir.path, loginUser, notices }),
    log,
  });

  return {
    router,
    attach({ id, writable }) {
      fleet.setVisible(id, true);
      return { context: { clientId: id, writable }, detach: () => fleet.forgetClient(id) };
    },
    startDemo: (hosts, domains) => demo.start(hosts, domains),
    async stop() {
      prompts.stop();
      deployments.stop();
      trash.stop();
      await plans.stop();
      templates.stop();
      await Promise.all([xen.stop(), fleet.stop(), demo.stop()]);
      jumps.stop();
      seenKeys.flush();
      dataDir.release();
      log.info('stopped');
    },
  };
}

/** The agent that `ssh` would ask: its socket, or on Windows the pipe of the OpenSSH agent service. */
function agentSocket(): string | undefined {
  return process.env.SSH_AUTH_SOCK || (process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined);
}
