import { implement, ORPCError } from '@orpc/server';
import type { ApplicationInfo } from '../shared/contract/application.ts';
import { contract } from '../shared/contract/index.ts';
import { HumError, type Problem, problemOf } from '../shared/errors.ts';
import type { Alerts } from './alerts/alerts.ts';
import type { Backups } from './backups/backups.ts';
import type { BackupJobs } from './backups/managed/backup-jobs.ts';
import type { Channels } from './channels/channels.ts';
import type { Commands } from './commands/commands.ts';
import type { Snippets } from './commands/snippets.ts';
import type { DemoService } from './demo/demo-service.ts';
import type { Files } from './files/files.ts';
import type { Offers } from './files/offers.ts';
import type { Fleet } from './fleet/fleet.ts';
import type { History } from './history/history.ts';
import type { Inventory } from './inventory/inventory.ts';
import { readInventoryFile, writeInventoryFile } from './inventory/inventory-file.ts';
import { previewAddress } from './inventory/preview.ts';
import type { SshConfigImport } from './inventory/ssh-config-import.ts';
import type { ConnectionTest } from './inventory/test-connection.ts';
import type { Logger } from './logging.ts';
import type { Plans } from './plans/plans.ts';
import type { Prompts } from './prompts/prompts.ts';
import type { SettingsService } from './settings/settings.ts';
import type { ConfigWay } from './ssh/config-way.ts';
import type { Terminals } from './terminals/terminals.ts';
import type { DeployedGuests } from './xen/deploy/deployed-guests.ts';
import type { Deployments } from './xen/deploy/deployments.ts';
import type { Removals } from './xen/deploy/removal.ts';
import type { Images } from './xen/images/images.ts';
import type { Lifecycle } from './xen/lifecycle.ts';
import type { Templates } from './xen/templates/templates.ts';
import type { Xen } from './xen/xen.ts';

/** What a shell knows of the window or socket that a call came from. */
export interface ClientContext {
  readonly clientId: string;
  /** Resolves when the way to the client has room again: streams wait for it, so that a slow client costs no memory. */
  readonly writable: () => Promise<void>;
}

/** Everything that the router serves. */
export interface ConsoleServices {
  readonly inventory: Inventory;
  readonly fleet: Fleet;
  readonly history: History;
  readonly alerts: Alerts;
  readonly settings: SettingsService;
  readonly demo: DemoService;
  readonly plans: Plans;
  readonly prompts: Prompts;
  readonly xen: Xen;
  readonly lifecycle: Lifecycle;
  readonly removals: Removals;
  readonly templates: Templates;
  readonly deployments: Deployments;
  readonly guests: DeployedGuests;
  readonly images: Images;
  readonly terminals: Terminals;
  readonly commands: Commands;
  readonly backups: Backups;
  readonly snippets: Snippets;
  readonly channels: Channels;
  readonly files: Files;
  readonly offers: Offers;
  readonly backupJobs: BackupJobs;
  readonly sshConfig: SshConfigImport;
  readonly configWay: ConfigWay;
  readonly testConnection: ConnectionTest;
  readonly info: () => ApplicationInfo;
  readonly log: Logger;
}

/** A page needs three or four. Each costs a snapshot of the fleet when the way to the client has room again, all of them at once. */
const mostStreams = 32;

function tooManyStreams(): HumError {
  return new HumError({
    code: 'conflict',
    message: `This window follows ${mostStreams} streams already.`,
    hint: 'Load the page anew. If it happens again, something in it asks without end.',
  });
}

/** The contract, served: each procedure hands its parsed input to one service. No decision is made here. */
export function createRouter(services: ConsoleServices) {
  const {
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
    terminals,
    files,
    offers,
    templates,
    deployments,
    guests,
    images,
    commands,
    snippets,
    backups,
    backupJobs,
    channels,
    log,
  } = services;
  /** How many streams each client has open. */
  const streams = new Map<string, number>();

  /** Every error leaves as the contract's `PROBLEM`; what nobody foresaw is logged whole and told in one sentence. */
  function told(thrown: unknown): ORPCError<'PROBLEM', Problem> {
    const problem = isInvalidInput(thrown) ? badInput(thrown) : problemOf(thrown);
    if (problem.code === 'internal') log.error({ err: thrown }, 'unforeseen error');
    return new ORPCError('PROBLEM', { defined: true, status: 422, message: problem.message, data: problem });
  }

  /** A stream that its own service counts: terminals. */
  async function* toldAlong<T>(stream: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
    try {
      yield* stream;
    } catch (error) {
      throw told(error);
    }
  }

  async function* toldStream<T>({ clientId }: ClientContext, stream: AsyncGenerator<T, void, void>): AsyncGenerator<T, void, void> {
    const open = streams.get(clientId) ?? 0;
    try {
      if (open >= mostStreams) throw tooManyStreams();
      streams.set(clientId, open + 1);
      try {
        yield* stream;
      } finally {
        const left = (streams.get(clientId) ?? 1) - 1;
        if (left > 0) streams.set(clientId, left);
        else streams.delete(clientId);
      }
    } catch (error) {
      throw told(error);
    }
  }

  const os = implement(contract)
    .$context<ClientContext>()
    .use(async ({ next }) => {
      try {
        return await next();
      } catch (error) {
        throw told(error);
      }
    });

  return os.router({
    application: {
      info: os.application.info.handler(() => services.info()),
      startDemo: os.application.startDemo.handler(({ input }) => demo.start(input.hosts)),
      stopDemo: os.application.stopDemo.handler(() => demo.stop()),
    },
    fleet: {
      watch: os.fleet.watch.handler(({ context, signal }) => toldStream(context, fleet.watch(signal, context.writable))),
      watchHost: os.fleet.watchHost.handler(({ input, context, signal }) =>
        toldStream(context, fleet.watchHost(input.id, signal, context.writable)),
      ),
      processes: os.fleet.processes.handler(({ input }) => fleet.processes(input.id)),
      reconnect: os.fleet.reconnect.handler(({ input }) => fleet.reconnect(input.ids)),
      trustHostKeys: os.fleet.trustHostKeys.handler(({ input }) => fleet.trustHostKeys(input.keys, input.once)),
      compareHostKeys: os.fleet.compareHostKeys.handler(({ input }) => fleet.compareHostKeys(input.ids, input.text)),
      forgetHostKeys: os.fleet.forgetHostKeys.handler(({ input }) => fleet.forgetHostKeys(input.id, input.name)),
      setVisible: os.fleet.setVisible.handler(({ input, context }) => fleet.setVisible(context.clientId, input.visible)),
    },
    alerts: {
      watch: os.alerts.watch.handler(({ context, signal }) => toldStream(context, alerts.watch(signal, context.writable))),
      watchIncident: os.alerts.watchIncident.handler(({ input, context, signal }) =>
        toldStream(context, alerts.watchIncident(input.id, signal, context.writable)),
      ),
      resolved: os.alerts.resolved.handler(({ input }) => alerts.resolved(input)),
      acknowledge: os.alerts.acknowledge.handler(({ input }) => alerts.acknowledge(input.ids, input.note)),
      unacknowledge: os.alerts.unacknowledge.handler(({ input }) => alerts.unacknowledge(input.ids)),
      snooze: os.alerts.snooze.handler(({ input }) => alerts.snooze(input.ids, input.forMs)),
      addNote: os.alerts.addNote.handler(({ input }) => alerts.addNote(input.ids, input.note)),
      rules: os.alerts.rules.handler(() => alerts.rules()),
      saveRule: os.alerts.saveRule.handler(({ input }) => alerts.saveRule(input.rule, input.scope, input.settings)),
      removeRule: os.alerts.removeRule.handler(({ input }) => alerts.removeRule(input.rule, input.scope)),
      tryRule: os.alerts.tryRule.handler(({ input, context, signal }) =>
        toldStream(context, alerts.tryRule(input.rule, input.scope, input.settings, signal)),
      ),
      addDowntime: os.alerts.addDowntime.handler(({ input }) => alerts.addDowntime(input)),
      endDowntime: os.alerts.endDowntime.handler(({ input }) => alerts.endDowntime(input.id)),
      levels: os.alerts.levels.handler(({ input }) => alerts.levels(input.host)),
    },
    history: {
      range: os.history.range.handler(({ input }) => history.range(input)),
      watch: os.history.watch.handler(({ context, signal }) => toldStream(context, history.watch(signal))),
    },
    inventory: {
      add: os.inventory.add.handler(({ input }) => inventory.add(input)),
      update: os.inventory.update.handler(({ input }) => inventory.update(input.ids, input.change)),
      retag: os.inventory.retag.handler(({ input }) => inventory.retag(input.ids, input.add, input.remove)),
      duplicate: os.inventory.duplicate.handler(({ input }) => inventory.duplicate(input.id)),
      remove: os.inventory.remove.handler(({ input }) => inventory.remove(input.ids)),
      restore: os.inventory.restore.handler(({ input }) => inventory.restore(input.undo)),
      setEnabled: os.inventory.setEnabled.handler(({ input }) => inventory.setEnabled(input.ids, input.enabled)),
      preview: os.inventory.preview.handler(({ input }) => previewAddress(input.address)),
      test: os.inventory.test.handler(({ input, context, signal }) => toldStream(context, services.testConnection(input, signal))),
      scanSshConfig: os.inventory.scanSshConfig.handler(() => services.sshConfig.scan()),
      importSshConfig: os.inventory.importSshConfig.handler(({ input }) => services.sshConfig.importHosts(input.aliases)),
      sshConfigOf: os.inventory.sshConfigOf.handler(({ input }) => {
        const host = inventory.hosts.find(({ id }) => id === input.id);
        return host?.sshAlias === undefined ? null : services.configWay.describe(host.sshAlias, host);
      }),
      allowCommand: os.inventory.allowCommand.handler(({ input }) => settings.allowCommand(input.command, input.allowed)),
      exportFile: os.inventory.exportFile.handler(() => ({
        text: writeInventoryFile(inventory.hosts),
        fileName: `hum-inventory-${new Date().toISOString().slice(0, 10)}.json`,
      })),
      importFile: os.inventory.importFile.handler(({ input }) => {
        const read = readInventoryFile(input.text);
        if (read.kind === 'invalid') return { kind: 'refused', errors: read.errors };
        const { ids, skipped } = inventory.addAll(read.file.hosts.map((host) => ({ ...host, origin: 'import' })));
        return { kind: 'imported', added: ids.length, skipped: skipped.map((host) => host.name) };
      }),
    },
    plans: {
      watch: os.plans.watch.handler(({ context, signal }) => toldStream(context, plans.watch(signal, context.writable))),
      cancel: os.plans.cancel.handler(({ input }) => plans.cancel(input.id)),
      undo: os.plans.undo.handler(({ input }) => plans.undo(input.id)),
      resume: os.plans.resume.handler(({ input }) => plans.resume(input.id)),
      dismiss: os.plans.dismiss.handler(({ input }) => plans.dismiss(input.id)),
      audit: os.plans.audit.handler(({ input }) => plans.audit(input)),
      exportAudit: os.plans.exportAudit.handler(({ input }) => plans.exportAudit(input)),
    },
    templates: {
      watch: os.templates.watch.handler(({ context, signal }) => toldStream(context, templates.watch(signal, context.writable))),
      read: os.templates.read.handler(({ input }) => templates.read(input.id)),
      check: os.templates.check.handler(({ input }) => templates.check(input.text)),
      save: os.templates.save.handler(({ input }) => templates.save(input)),
      remove: os.templates.remove.handler(({ input }) => templates.remove(input.id)),
      fromDomain: os.templates.fromDomain.handler(({ input }) => templates.fromDomain(input)),
      fromConfig: os.templates.fromConfig.handler(({ input }) => templates.fromConfig(input.text, input.fileName)),
    },
    terminals: {
      openConsole: os.terminals.openConsole.handler(({ input, context, signal }) =>
        toldAlong(terminals.openConsole(context.clientId, input.domain, input.size, signal, input.log)),
      ),
      openShell: os.terminals.openShell.handler(({ input: { size, log, ...place }, context, signal }) =>
        toldAlong(terminals.openShell(context.clientId, place, size, signal, log)),
      ),
      write: os.terminals.write.handler(({ input, context }) => terminals.write(context.clientId, input.id, input.text)),
      resize: os.terminals.resize.handler(({ input, context }) => terminals.resize(context.clientId, input.id, input.size)),
      acknowledge: os.terminals.acknowledge.handler(({ input, context }) =>
        terminals.acknowledge(context.clientId, input.id, input.characters),
      ),
      vnc: os.terminals.vnc.handler(({ input }) => terminals.vnc(input)),
      endKept: os.terminals.endKept.handler(({ input }) => terminals.endKept(input.host, input.kept)),
      setLog: os.terminals.setLog.handler(({ input, context }) => terminals.setLog(context.clientId, input.id, input.on)),
      logs: os.terminals.logs.handler(() => terminals.logs()),
      readLog: os.terminals.readLog.handler(({ input }) => terminals.readLog(input.name, input.offset)),
      removeLog: os.terminals.removeLog.handler(({ input }) => terminals.removeLog(input.name)),
    },
    files: {
      beginUpload: os.files.beginUpload.handler(({ input, context }) => files.beginUpload(context.clientId, input)),
      beginDownload: os.files.beginDownload.handler(({ input, context }) => files.beginDownload(context.clientId, input)),
      download: os.files.download.handler(async ({ input, context }) => ({
        data: (await files.download(context.clientId, input)).toString('base64'),
      })),
      list: os.files.list.handler(({ input }) => files.list(input.host, input.directory)),
      offer: os.files.offer.handler(({ input, context, signal }) => toldStream(context, offers.offer(context.clientId, input, signal))),
      end: os.files.end.handler(({ input, context }) => files.end(context.clientId, input.transfer)),
    },
    backups: {
      watch: os.backups.watch.handler(({ context, signal }) => toldStream(context, backups.watch(signal, context.writable))),
      refresh: os.backups.refresh.handler(({ input }) => backups.refresh(input.hosts)),
      log: os.backups.log.handler(({ input }) => backups.log(input.host, input.job)),
      previewFix: os.backups.previewFix.handler(({ input }) => backups.previewFix(input)),
      applyFix: os.backups.applyFix.handler(({ input }) => backups.applyFix(input)),
    },
    commands: {
      begin: os.commands.begin.handler(({ input }) => commands.begin(input)),
      watch: os.commands.watch.handler(({ input, context, signal }) =>
        toldStream(context, commands.watch(input.id, signal, context.writable)),
      ),
      goOn: os.commands.goOn.handler(({ input }) => commands.goOn(input.id)),
      stop: os.commands.stop.handler(({ input }) => commands.stopRun(input.id)),
      retry: os.commands.retry.handler(({ input }) => commands.retry(input.id)),
      soFar: os.commands.soFar.handler(({ input }) => commands.soFar(input.run, input.host)),
      output: os.commands.output.handler(({ input }) => commands.output(input.run, input.output)),
      journal: os.commands.journal.handler(({ input }) => commands.journal(input)),
      exportRun: os.commands.exportRun.handler(({ input }) => commands.exportRun(input.id, input.format)),
      snippets: os.commands.snippets.handler(() => snippets.list()),
      saveSnippet: os.commands.saveSnippet.handler(({ input }) => snippets.save(input)),
      removeSnippet: os.commands.removeSnippet.handler(({ input }) => snippets.remove(input.id)),
    },
    backupJobs: {
      read: os.backupJobs.read.handler(({ input }) => backupJobs.read(input.host, input.name)),
      adopt: os.backupJobs.adopt.handler(({ input }) => backupJobs.adopt(input.host, input.file, input.line)),
      browse: os.backupJobs.browse.handler(({ input }) => backupJobs.browse(input.host, input.path)),
      preview: os.backupJobs.preview.handler(({ input }) => backupJobs.preview(input.hosts, input.change)),
      start: os.backupJobs.start.handler(({ input }) => backupJobs.start(input.hosts, input.change, input.digest)),
      test: os.backupJobs.test.handler(({ input, context, signal }) =>
        toldStream(context, backupJobs.test(input.host, input.definition, signal)),
      ),
      run: os.backupJobs.run.handler(({ input }) => backupJobs.run(input.host, input.definition)),
      watchRun: os.backupJobs.watchRun.handler(({ input, context, signal }) => toldStream(context, backupJobs.watchRun(input.id, signal))),
      stopRun: os.backupJobs.stopRun.handler(({ input }) => backupJobs.stopRun(input.id)),
    },
    channels: {
      watch: os.channels.watch.handler(({ context, signal }) => toldStream(context, channels.watch(signal, context.writable))),
      save: os.channels.save.handler(({ input }) => channels.save(input)),
      setEnabled: os.channels.setEnabled.handler(({ input }) => channels.setEnabled(input.id, input.enabled)),
      remove: os.channels.remove.handler(({ input }) => channels.remove(input.id)),
      preview: os.channels.preview.handler(({ input }) => ({ text: channels.preview(input.channel) })),
      test: os.channels.test.handler(({ input }) => channels.test(input)),
      retryNow: os.channels.retryNow.handler(({ input }) => channels.retryNow(input.id)),
      discard: os.channels.discard.handler(({ input }) => channels.discard(input.id)),
      saveSource: os.channels.saveSource.handler(({ input }) => channels.saveSource(input.source, input.secret)),
      removeSource: os.channels.removeSource.handler(({ input }) => channels.removeSource(input.id)),
      readSource: os.channels.readSource.handler(({ input }) => channels.readSource(input.id)),
      setDesktop: os.channels.setDesktop.handler(({ input }) => channels.setDesktop(input)),
    },
    xen: {
      watch: os.xen.watch.handler(({ context, signal }) => toldStream(context, xen.watch(signal, context.writable))),
      watchDomain: os.xen.watchDomain.handler(({ input, context, signal }) =>
        toldStream(context, xen.watchDomain(input, signal, context.writable)),
      ),
      refresh: os.xen.refresh.handler(({ input }) => xen.refresh(input.host)),
      config: os.xen.config.handler(({ input }) => xen.config(input)),
      preview: os.xen.preview.handler(({ input }) => lifecycle.preview(input.action, input.domains)),
      act: os.xen.act.handler(({ input }) => lifecycle.act(input)),
      checkConfig: os.xen.checkConfig.handler(({ input }) => lifecycle.checkConfig(input.host, input.text)),
      saveConfig: os.xen.saveConfig.handler(({ input }) => lifecycle.saveConfig(input.domain, input.text, input.version)),
    },
    prompts: {
      watch: os.prompts.watch.handler(({ context, signal }) => toldStream(context, prompts.watch(signal, context.writable))),
      answer: os.prompts.answer.handler(({ input }) => prompts.answer(input.id, input.answers, input.remember)),
      cancel: os.prompts.cancel.handler(({ input }) => prompts.cancel(input.id)),
    },
    deploy: {
      preview: os.deploy.preview.handler(({ input, context, signal }) =>
        toldStream(context, deployments.preview(input, context.clientId, signal, context.writable)),
      ),
      seed: os.deploy.seed.handler(({ input, context }) => deployments.seed(context.clientId, input.vm)),
      start: os.deploy.start.handler(({ input }) => deployments.start(input)),
      deployed: os.deploy.deployed.handler(({ input }) => guests.all(input.plan)),
      guest: os.deploy.guest.handler(({ input }) => guests.of(input.plan, input.vm)),
      addToFleet: os.deploy.addToFleet.handler(({ input }) => guests.addToFleet(input)),
      previewRemoval: os.deploy.previewRemoval.handler(({ input }) => removals.preview(input)),
      remove: os.deploy.remove.handler(({ input }) => removals.remove(input)),
    },
    images: {
      list: os.images.list.handler(({ input }) => images.list(input.hosts)),
      watchTransfers: os.images.watchTransfers.handler(({ context, signal }) =>
        toldStream(context, images.watchTransfers(signal, context.writable)),
      ),
      verify: os.images.verify.handler(({ input }) => images.verify(input)),
      copy: os.images.copy.handler(({ input }) => images.copy(input)),
      beginUpload: os.images.beginUpload.handler(({ input }) => images.beginUpload(input)),
      leaveUpload: os.images.leaveUpload.handler(({ input }) => images.leaveUpload(input.transfer)),
      cancel: os.images.cancel.handler(({ input }) => images.cancel(input.transfer)),
      remove: os.images.remove.handler(({ input }) => images.remove(input)),
    },
    settings: {
      watch: os.settings.watch.handler(({ context, signal }) => toldStream(context, settings.watch(signal))),
      update: os.settings.update.handler(({ input }) => settings.update(input)),
    },
  });
}

export type ConsoleRouter = ReturnType<typeof createRouter>;

type InvalidInput = ORPCError<'BAD_REQUEST', { issues?: readonly { message: string; path?: readonly PropertyKey[] }[] }>;

/** oRPC's own error for an input that its schema refused. */
function isInvalidInput(thrown: unknown): thrown is InvalidInput {
  return thrown instanceof ORPCError && thrown.code === 'BAD_REQUEST';
}

function badInput(error: InvalidInput): Problem {
  const issue = error.data?.issues?.[0];
  const where = issue?.path?.map(String).join('.') ?? '';
  return new HumError({
    code: 'bad-input',
    message: issue?.message ?? 'The request was not understood.',
    hint: where === '' ? 'Change the input and try again.' : `Change “${where}” and try again.`,
  }).problem;
}
