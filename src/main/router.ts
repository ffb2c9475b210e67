import { implement, ORPCError } from '@orpc/server';
import type { ApplicationInfo } from '../shared/contract/application.ts';
import { contract } from '../shared/contract/index.ts';
import { HumError, type Problem, problemOf } from '../shared/errors.ts';
import type { DemoService } from './demo/demo-service.ts';
import type { Fleet } from './fleet/fleet.ts';
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
import type { Deployments } from './xen/deploy/deployments.ts';
import type { Removals } from './xen/deploy/removal.ts';
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
  readonly settings: SettingsService;
  readonly demo: DemoService;
  readonly plans: Plans;
  readonly prompts: Prompts;
  readonly xen: Xen;
  readonly lifecycle: Lifecycle;
  readonly removals: Removals;
  readonly templates: Templates;
  readonly deployments: Deployments;
  readonly terminals: Terminals;
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
  const { inventory, fleet, settings, demo, plans, prompts, xen, lifecycle, removals, terminals, templates, deployments, log } = services;
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
        toldAlong(terminals.openConsole(context.clientId, input.domain, input.size, signal)),
      ),
      openShell: os.terminals.openShell.handler(({ input: { size, ...place }, context, signal }) =>
        toldAlong(terminals.openShell(context.clientId, place, size, signal)),
      ),
      write: os.terminals.write.handler(({ input, context }) => terminals.write(context.clientId, input.id, input.text)),
      resize: os.terminals.resize.handler(({ input, context }) => terminals.resize(context.clientId, input.id, input.size)),
      acknowledge: os.terminals.acknowledge.handler(({ input, context }) =>
        terminals.acknowledge(context.clientId, input.id, input.characters),
      ),
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
      start: os.deploy.start.handler(({ input }) => deployments.start(input)),
      previewRemoval: os.deploy.previewRemoval.handler(({ input }) => removals.preview(input)),
      remove: os.deploy.remove.handler(({ input }) => removals.remove(input)),
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
