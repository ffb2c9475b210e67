import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { version } from '../../package.json';
import type { NagiosSource } from '../shared/contract/channels.ts';
import type { InventoryHost } from '../shared/contract/inventory.ts';
import { HumError, type Problem } from '../shared/errors.ts';
import { openAlerts } from './alerts/alerts.ts';
import { createBackups } from './backups/backups.ts';
import { fixStepHandlers } from './backups/lint/fix-steps.ts';
import { createBackupJobs } from './backups/managed/backup-jobs.ts';
import { jobStepHandlers } from './backups/managed/job-steps.ts';
import { openChannels } from './channels/channels.ts';
import type { DesktopAlerts } from './channels/desktop-notices.ts';
import { openCommands } from './commands/commands.ts';
import { openSnippets } from './commands/snippets.ts';
import { createDemoService } from './demo/demo-service.ts';
import { createFiles } from './files/files.ts';
import { createOffers, type TakeFile } from './files/offers.ts';
import { createFleet } from './fleet/fleet.ts';
import { openHistory } from './history/history.ts';
import { openInventory, sameWayIn } from './inventory/inventory.ts';
import { sshConfigImport } from './inventory/ssh-config-import.ts';
import { connectionTest } from './inventory/test-connection.ts';
import type { Logger } from './logging.ts';
import { readMemory } from './memory/memory.ts';
import { readNetwork } from './network/network.ts';
import type { PieceTaker } from './pieces.ts';
import { openPlans } from './plans/plans.ts';
import { createPrompts } from './prompts/prompts.ts';
import type { Vault } from './prompts/vault.ts';
import { type ClientContext, type ConsoleRouter, createRouter } from './router.ts';
import { openSettings } from './settings/settings.ts';
import { createConfigWay } from './ssh/config-way.ts';
import { asRoot, elevated } from './ssh/elevated.ts';
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
import { openSessionLogs } from './terminals/session-logs.ts';
import { createTerminals } from './terminals/terminals.ts';
import { createDeployedGuests } from './xen/deploy/deployed-guests.ts';
import { createDeployments } from './xen/deploy/deployments.ts';
import { createRemovals } from './xen/deploy/removal.ts';
import { keepTrash } from './xen/deploy/trash.ts';
import { createImages } from './xen/images/images.ts';
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
  /** Where incidents are shown beside the page; undefined where there is no desktop. */
  readonly desktopAlerts?: DesktopAlerts | undefined;
  readonly log: Logger;
}

export interface Console {
  readonly router: ConsoleRouter;
  /** Tells the console of a window or socket; `detach` when it is gone. */
  attach(client: { readonly id: string; readonly writable: () => Promise<void> }): { context: ClientContext; detach(): void };
  /** The file that a page has offered under this token: what the shell answers at `offerPath`. */
  readonly takeFile: TakeFile;
  /** The pieces of uploads: what the shell is sent at `piecePath`. */
  readonly pieces: PieceTaker;
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

  /** A runner whose scripts are root's in whole. */
  function wholeRoot(id: string): Runner {
    const runner = runnerOrWhyNot(id);
    const host = fleet.row(id)?.host;
    return host === undefined ? runner : asRoot(runner, host, host.runAs ?? 'sudo-n', prompts);
  }

  const history = openHistory({ dataDir: dataDir.path, limitBytes: () => settings.current.history.limitBytes, log });
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
    hopAnswers: jumps.answers,
    onSample(host, sample) {
      history.collect(host, sample);
      alerts.collect(host, sample);
    },
    followers: [
      { ...xen, connected: (host, session, facts) => xen.connected(host, rootSession(host, session), facts) },
      {
        connected: (host, session) => backups.connected(host, rootSession(host, session)),
        disconnected: (id, removed) => backups.disconnected(id, removed),
        setHidden: (hidden) => backups.setHidden(hidden),
      },
    ],
    log,
  });
  const alerts = openAlerts({
    dataDir: dataDir.path,
    sources: {
      rows: () => fleet.rows(),
      via: (host) => fleet.via(host),
      outage: () => fleet.outage(),
      disks: (host) => fleet.disks(host),
      interfaces: (host) => fleet.interfaces(host),
      xenHosts: () => xen.hosts(),
      domains: () => xen.domains(),
      backupJobs: () => backups.jobs(),
    },
    row: (host) => fleet.row(host),
    past: (query) => history.range(query),
    runner(id) {
      const runner = fleet.runner(id);
      const host = fleet.row(id)?.host;
      // Nobody is asked for a password at night.
      const runAs = host?.runAs === 'sudo-password' ? 'nothing' : (host?.runAs ?? 'sudo-n');
      return host === undefined ? runner : elevated(runner, host, runAs, prompts);
    },
    by: loginUser,
    log,
  });
  const plans = openPlans({
    dataDir: dataDir.path,
    handlers: { ...xenStepHandlers(() => xen), ...fixStepHandlers(wholeRoot), ...jobStepHandlers(wholeRoot) },
    runner: rootRunner,
    hostName: (host) => fleet.row(host)?.host.name ?? host,
    onStep: async (host, subject) => {
      await (/^backups? /.test(subject) ? backups.refresh([host]) : xen.refresh(host));
    },
    undoneLater: new Set(['backup-fix']),
    by: loginUser,
    log,
  });
  const backups = createBackups({ root: wholeRoot, plans, log });
  /** What stands in the way says more than that there is no connection. */
  function runnerOrWhyNot(id: string): Runner {
    try {
      return fleet.runner(id);
    } catch (error) {
      const problem = fleet.row(id)?.status.problem;
      throw problem === undefined ? error : new HumError(problem);
    }
  }
  function runnerAs(id: string, as: 'login' | 'root'): Runner {
    return as === 'login' ? runnerOrWhyNot(id) : wholeRoot(id);
  }
  const commands = openCommands({
    dataDir: dataDir.path,
    runner: runnerAs,
    hostName: (id) => fleet.row(id)?.host.name,
    by: loginUser,
    log,
  });
  notices.push(...plans.notices, ...commands.notices, ...alerts.notices);
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
  const templates = await openTemplates({ dataDir: dataDir.path, xen, log });
  const stopping = new AbortController();
  void followTemplateFolders();
  const deployments = createDeployments({
    xen,
    templates,
    plans,
    runner: rootRunner,
    hosts: () => [...demo.hosts, ...inventory.hosts].map((host) => ({ ...host, asked: fleet.row(host.id)?.system != null })),
  });
  const guests = createDeployedGuests({
    record: (id) => plans.record(id),
    knownHosts,
    keepingOn: (id) => (demo.hosts.some((host) => host.id === id) ? 'in-memory' : 'named'),
    savedHost: (way) => inventory.hosts.find((host) => sameWayIn(host) === sameWayIn(way))?.id,
    addHost: (draft) => inventory.add(draft),
  });
  const images = createImages({
    xen,
    hosts: (id) => {
      // No real host has anything of the demo's mounted.
      const all = demo.hosts.some((host) => host.id === id) ? demo.hosts : inventory.hosts;
      return all.map((host) => ({ id: host.id, name: host.name, plain: xen.isPlain(host) }));
    },
    folders: () => settings.current.imageFolders,
    templates: () =>
      templates.list().flatMap(({ id, name }) => {
        const read = templates.get(id);
        return read === undefined ? [] : [{ name, template: read.template }];
      }),
    runner: rootRunner,
    files: (host) => fleet.runner(host),
    hostAddress: (host) => fleet.row(host)?.host,
  });
  const terminals = createTerminals({
    runner: rootRunner,
    login: (host) => fleet.runner(host),
    domain: (key) => xen.domain(key),
    shellManner: (host) => {
      const { keepShells = 'no', forwardAgent = false } = fleet.row(host)?.host ?? {};
      return { keeps: keepShells, forwardAgent };
    },
    hostName,
    logs: openSessionLogs(join(dataDir.path, 'session-logs')),
  });
  const backupJobs = createBackupJobs({ plans, root: wholeRoot, hostName });
  const files = createFiles({ session: (host) => fleet.runner(host) });
  const offers = createOffers(files);
  const channels = openChannels({
    dataDir: dataDir.path,
    store: openSound('channels'),
    vault: options.vault,
    incidents: alerts,
    hosts: () => fleet.rows(),
    runner: runnerAs,
    hostName,
    demoSource: () => demoNagios(demo.hosts),
    desktop: options.desktopAlerts,
    log,
  });
  const showHosts = () => {
    const hosts = [...demo.hosts, ...inventory.hosts];
    fleet.setHosts(hosts);
    const ids = hosts.map(({ id }) => id);
    history.setHosts(ids);
    alerts.setHosts(ids);
  };
  inventory.onChange(showHosts);
  demo.onChange(() => {
    showHosts();
    fleet.setDemo(demo.state);
  });
  showHosts();

  const router = createRouter({
    inventory,
    fleet,
    history,
    alerts,
    settings,
    demo,
    plans,
    prompts,
    xen,
    lifecycle,
    removals,
    templates,
    deployments,
    guests,
    images,
    terminals,
    commands,
    backups,
    snippets: openSnippets(openSound('snippets')),
    channels,
    files,
    offers,
    backupJobs,
    sshConfig: sshConfigImport(inventory, home, loginUser),
    configWay,
    testConnection: connectionTest({ targetOf, gate, asker: prompts, jumps, readMemory }),
    info: () => ({ version, shell, platform: process.platform, dataDir: dataDir.path, loginUser, notices }),
    log,
  });

  async function followTemplateFolders(): Promise<void> {
    let before = '';
    for await (const { templateFolders } of settings.watch(stopping.signal)) {
      const now = JSON.stringify(templateFolders);
      if (now === before) continue;
      before = now;
      templates.follow(templateFolders.map((path) => path.replace(/^~(?=[/\\])/, home)));
    }
  }

  return {
    router,
    attach({ id, writable }) {
      fleet.setVisible(id, true);
      const detach = () => {
        fleet.forgetClient(id);
        files.forget(id);
      };
      return { context: { clientId: id, writable }, detach };
    },
    takeFile: (token) => offers.take(token),
    pieces: {
      expects: (transfer) => images.expects(transfer) || files.expects(transfer),
      take: (piece) => (images.expects(piece.transfer) ? images : files).take(piece),
    },
    startDemo: (hosts, domains) => demo.start(hosts, domains),
    async stop() {
      stopping.abort();
      prompts.stop();
      deployments.stop();
      trash.stop();
      await Promise.all([plans.stop(), images.stop()]);
      templates.stop();
      commands.stop();
      backups.stop();
      backupJobs.stop();
      // Before the hosts go: what they go for is no incident, and ends none.
      alerts.stop();
      channels.stop();
      await Promise.all([xen.stop(), fleet.stop(), demo.stop()]);
      history.stop();
      jumps.stop();
      seenKeys.flush();
      dataDir.release();
      log.info('stopped');
    },
  };
}

/** Undefined without a demo. One of its hosts that is well plays the host of a Nagios. */
function demoNagios(hosts: readonly InventoryHost[]): NagiosSource | undefined {
  const host = hosts[3] ?? hosts[0];
  if (host === undefined) return undefined;
  const [id, path] = ['8d0f1c3e-6a55-4a0e-9c0b-0de300000001', '/var/lib/nagios4/status.dat'];
  return { kind: 'file', id, name: 'Nagios of the demo', intervalMs: 10_000, host: host.id, path, as: 'login' };
}

/** The agent that `ssh` would ask: its socket, or on Windows the pipe of the OpenSSH agent service. */
function agentSocket(): string | undefined {
  return process.env.SSH_AUTH_SOCK || (process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined);
}
