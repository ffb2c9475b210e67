import type {
  Channel,
  ChannelsState,
  ChannelView,
  DesktopSettings,
  NagiosSource,
  NagiosSourceView,
  TestReport,
} from '../../shared/contract/channels.ts';
import type { HostRow } from '../../shared/contract/fleet.ts';
import { HumError } from '../../shared/errors.ts';
import type { IncidentChange } from '../../shared/incident.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { Runner } from '../ssh/session.ts';
import type { Store } from '../storage/store.ts';
import { abortable, Bell, pause, settled } from '../stream.ts';
import { openChannelFile } from './channel-file.ts';
import { Courier } from './courier.ts';
import { createDesktopNotices, type DesktopAlerts } from './desktop-notices.ts';
import type { IncidentSource } from './incident-source.ts';
import type { Message } from './message.ts';
import { NagiosReadings } from './nagios/readings.ts';
import type { OutboxLimits, Outgoing } from './outbox.ts';
import { openOutboxFile } from './outbox-file.ts';
import { SampleRounds } from './sample-rounds.ts';
import { createChannelSecrets, type SecretVault } from './secrets.ts';
import { createSender, destinationOf } from './senders/create-sender.ts';
import type { Sender } from './senders/sender.ts';
import { slackUrl } from './senders/slack.ts';
import { previewOf, tryChannel } from './trial.ts';
import { isAbout, wantsChange } from './wanted.ts';

export interface ChannelsDeps {
  /** The data folder; what waits to be sent is `outbox.db` in it. */
  readonly dataDir: string;
  readonly store: Store;
  readonly vault: SecretVault;
  readonly incidents: IncidentSource;
  readonly hosts: () => readonly HostRow[];
  /** @throws HumError when there is no connection */
  readonly runner: (host: string, as: 'login' | 'root') => Runner;
  readonly hostName: (host: string) => string;
  /** A Nagios of the demo fleet, while there is one. */
  readonly demoSource?: () => NagiosSource | undefined;
  /** Where the shell has a desktop. */
  readonly desktop?: DesktopAlerts | undefined;
  readonly log: { info(data: object, message: string): void; warn(data: object, message: string): void };
  /** Epoch ms. */
  readonly now?: () => number;
  readonly limits?: OutboxLimits;
  /** How often it is looked for figures and readings that are due, ms. */
  readonly tickMs?: number;
}

/** A channel as a person writes it; `secret` undefined: the one that is kept. */
export interface ChannelDraft {
  readonly channel: Channel;
  readonly secret?: string | undefined;
}

/** Where incidents and figures go, and the problems of other monitoring that come in. */
export interface Channels {
  watch(signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<ChannelsState, void, void>;
  /** @throws HumError `bad-input` for a template or a certificate, `name-taken`, `conflict`, `settings-unwritable` */
  save(draft: ChannelDraft): void;
  /** @throws HumError `not-found`, `settings-unwritable` */
  setEnabled(id: string, enabled: boolean): void;
  /** @throws HumError `settings-unwritable` */
  remove(id: string): void;
  /** @throws HumError `bad-input` for a template or a certificate */
  preview(channel: Channel): string;
  test(draft: ChannelDraft): Promise<TestReport>;
  retryNow(id: string): void;
  /** @throws HumError `outbox-failed` */
  discard(id: string): void;
  /** @throws HumError `name-taken`, `conflict`, `settings-unwritable` */
  saveSource(source: NagiosSource, secret: string | undefined): void;
  removeSource(id: string): void;
  /** @throws HumError `not-found` */
  readSource(id: string): Promise<void>;
  setDesktop(settings: DesktopSettings): void;
  stop(): void;
}

const usualTickMs = 1_000;
const expireEachMs = 10_000;
const patchSpacingMs = 260;

interface Running {
  readonly channel: Channel;
  readonly sender: Sender;
  readonly courier: Courier;
}

export function openChannels(deps: ChannelsDeps): Channels {
  const now = deps.now ?? Date.now;
  const file = openChannelFile(deps.store);
  const secrets = createChannelSecrets(deps.vault);
  const outbox = openOutboxFile(deps.dataDir, deps.log, now, deps.limits);
  const stopped = new AbortController();
  const bell = new Bell();
  let running = new Map<string, Running>();
  const rounds = new SampleRounds();
  const readings = new NagiosReadings({
    runner: deps.runner,
    hostName: deps.hostName,
    secret: (source) => secrets.read(source),
    onChange: () => bell.ring(),
    now,
  });
  /** Figures that the disk did not take, by channel, to be counted when it does again. */
  const missed = new Map<string, number>();
  let expiredAt = now();
  const changed = () => bell.ring();

  function build(channel: Channel): Running {
    const sender = createSender(channel, deps);
    let trouble: string | undefined;
    const courier: Courier = new Courier({
      channel: channel.id,
      sender,
      outbox: outbox.use,
      secret: () => secrets.read(channel),
      onChange() {
        const reason = courier.problem?.message;
        if (reason !== trouble) {
          if (reason === undefined) deps.log.info({ channel: channel.name }, 'the channel delivers again');
          else deps.log.warn({ channel: channel.name, reason }, 'the channel does not deliver');
        }
        trouble = reason;
        changed();
      },
      onOutboxFailure: (error) => {
        outbox.failed(error);
        changed();
      },
      now,
    });
    return { channel, sender, courier };
  }

  /** Begins, ends and replaces couriers, so that there is one for each channel that is on. */
  function arrange(replaced?: string): void {
    const next = new Map<string, Running>();
    for (const channel of file.channels) {
      if (!channel.enabled) continue;
      const before = running.get(channel.id);
      next.set(channel.id, before !== undefined && channel.id !== replaced ? before : build(channel));
    }
    for (const [id, each] of running) if (next.get(id) !== each) each.courier.stop();
    running = next;
    for (const { courier } of running.values()) courier.wake();
    changed();
  }

  function put(messages: readonly Outgoing[], cursor?: number): boolean {
    const put = outbox.attempt((box) => {
      box.add(messages, cursor);
      for (const [channel, count] of missed) box.missed(channel, count);
      return true;
    });
    if (put) missed.clear();
    // Changes of incidents are taken in again; figures have had their time.
    else if (cursor === undefined) for (const { channel } of messages) missed.set(channel, (missed.get(channel) ?? 0) + 1);
    for (const id of new Set(messages.map(({ channel }) => channel))) running.get(id)?.courier.wake();
    changed();
    return put === true;
  }

  /** Takes in what has changed since the last time, also before Hum was last started. Each change is taken in once. */
  function catchUp(): void {
    for (;;) {
      const cursor = outbox.look((box) => box.cursor ?? begin());
      if (cursor === undefined) return;
      const changes = deps.incidents.changesSince(cursor);
      if (changes.length === 0) return;
      for (const { sequence, change } of changes) if (!put(messagesOf(change), sequence)) return;
    }
  }

  /** A new outbox begins with what comes: nobody wants to be told of last month. */
  function begin(): number {
    let last = 0;
    for (let more = deps.incidents.changesSince(0); more.length > 0; more = deps.incidents.changesSince(last))
      last = more.at(-1)?.sequence ?? last;
    outbox.use().add([], last);
    return last;
  }

  function messagesOf(change: IncidentChange): Outgoing[] {
    const host = deps.hosts().find(({ host: { id } }) => id === change.incident.hostId)?.host;
    if (host === undefined && change.incident.hostId.startsWith('demo-')) return [];
    const message: Message = { kind: 'incident', change, test: false };
    const told = (channel: string) => outbox.look((box) => box.told(channel, change.incident.id)) === true;
    return [...running.values()].flatMap(({ channel }) =>
      isAbout(channel, host) && wantsChange(channel, change, told(channel.id))
        ? [{ channel: channel.id, lane: change.incident.hostId, message }]
        : [],
    );
  }

  function tick(): void {
    const at = now();
    catchUp();
    const messages = [...running.values()].flatMap(({ channel, sender }) => rounds.messages(channel, sender, deps.hosts, at));
    if (messages.length > 0) put(messages);
    if (at - expiredAt >= expireEachMs) {
      expiredAt = at;
      for (const { id } of file.channels) outbox.look((box) => box.expire(id));
    }
    if (outbox.problem !== null && outbox.attempt((box) => box.touch())) for (const { courier } of running.values()) courier.wake();
    readings.tick(sources());
  }

  function sources(): readonly NagiosSource[] {
    const demo = deps.demoSource?.();
    return demo === undefined ? file.sources : [...file.sources, demo];
  }

  function viewOf(channel: Channel): ChannelView {
    const tally = outbox.look((box) => box.tally(channel.id));
    const courier = running.get(channel.id)?.courier;
    return {
      channel,
      secret: secrets.state(channel),
      to: destinationOf(channel, deps.hostName),
      waiting: tally?.waiting ?? 0,
      oldestAt: tally?.oldestAt ?? null,
      retryAt: courier?.retryAt ?? null,
      sent: tally?.sent ?? 0,
      refused: tally?.refused ?? 0,
      dropped: tally?.dropped ?? 0,
      lastSentAt: tally?.lastSentAt ?? null,
      problem: courier?.problem ?? null,
      refusal: tally?.refusal ?? null,
    };
  }

  function sourceView(source: NagiosSource): NagiosSourceView {
    const from = source.kind === 'file' ? `${deps.hostName(source.host)}:${source.path}` : source.url;
    const demo = !file.sources.includes(source);
    return { source, demo, secret: secrets.state(source), from: visibleText(from, 300), ...readings.of(source.id) };
  }

  function state(): ChannelsState {
    const channels = file.channels.map(viewOf);
    const { where, refusal } = deps.vault.remembering;
    return {
      channels,
      sources: sources().map(sourceView),
      desktop: { ...file.desktop, available: deps.desktop !== undefined },
      problem: outbox.problem,
      setAside: outbox.setAside,
      secrets: { where, refusal },
    };
  }

  const notices = deps.desktop === undefined ? undefined : createDesktopNotices(deps.desktop, () => file.desktop, deps.incidents.open());
  arrange();
  catchUp();
  const unlisten = deps.incidents.onChange((change) => {
    notices?.take(change);
    catchUp();
  });
  const timer = setInterval(tick, deps.tickMs ?? usualTickMs);

  return {
    watch(signal, writable) {
      return abortable([signal, stopped.signal], async function* (aborted) {
        let sent = '';
        while (!aborted.aborted) {
          if (writable !== undefined) await settled(writable(), aborted);
          if (aborted.aborted) return;
          const rung = bell.wait(aborted);
          const next = state();
          const text = JSON.stringify(next);
          if (text !== sent) {
            sent = text;
            yield next;
          }
          await rung;
          await pause(patchSpacingMs, aborted);
        }
      });
    },
    save({ channel, secret }) {
      previewOf(channel, deps);
      if (channel.kind === 'slack' && secret !== undefined && slackUrl(secret) === undefined) throw noWebhook();
      const before = file.channels.find(({ id }) => id === channel.id);
      file.putChannel(channel);
      if (before !== undefined) secrets.moved(before, channel);
      if (secret !== undefined) secrets.keep(channel, secret);
      rounds.forget(channel.id);
      deps.log.info({ channel: channel.name, kind: channel.kind }, 'channel saved');
      arrange(channel.id);
    },
    setEnabled(id, enabled) {
      const channel = file.channels.find((each) => each.id === id);
      if (channel === undefined) throw gone();
      file.putChannel({ ...channel, enabled });
      rounds.forget(id);
      arrange(id);
    },
    remove(id) {
      const channel = file.channels.find((each) => each.id === id);
      if (channel === undefined) return;
      file.removeChannel(id);
      secrets.forget(channel);
      rounds.forget(id);
      arrange();
      outbox.look((box) => box.forget(id));
      changed();
    },
    preview: (channel) => previewOf(channel, deps),
    test: ({ channel, secret }) =>
      tryChannel(channel, deps, () => (secret === undefined ? secrets.read(channel) : Promise.resolve(secret)), stopped.signal),
    retryNow(id) {
      running.get(id)?.courier.retryNow();
      changed();
    },
    discard(id) {
      outbox.look((box) => box.discard(id));
      if (outbox.problem !== null) throw new HumError(outbox.problem);
      changed();
    },
    saveSource(source, secret) {
      const before = file.sources.find(({ id }) => id === source.id);
      file.putSource(source);
      if (before !== undefined) secrets.moved(before, source);
      if (secret !== undefined) secrets.keep(source, secret);
      readings.end(source.id);
      void readings.read(source);
    },
    removeSource(id) {
      const source = file.sources.find((each) => each.id === id);
      if (source === undefined) return;
      file.removeSource(id);
      secrets.forget(source);
      readings.end(id);
    },
    async readSource(id) {
      const source = sources().find((each) => each.id === id);
      if (source === undefined) throw gone();
      await readings.read(source);
    },
    setDesktop(settings) {
      file.setDesktop(settings);
      changed();
    },
    stop() {
      clearInterval(timer);
      unlisten();
      notices?.stop();
      stopped.abort();
      for (const { courier } of running.values()) courier.stop();
      readings.stop();
      outbox.close();
    },
  };
}

function gone(): HumError {
  return new HumError({ code: 'not-found', message: 'It is not there any more.', hint: 'It was removed in another window.' });
}

function noWebhook(): HumError {
  return new HumError({
    code: 'bad-input',
    message: 'That is no address of a webhook.',
    hint: 'Enter the whole address, as the chat shows it: https://hooks.slack.com/services/…',
  });
}
