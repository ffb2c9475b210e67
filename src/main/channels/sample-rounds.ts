import type { Channel } from '../../shared/contract/channels.ts';
import type { HostRow } from '../../shared/contract/fleet.ts';
import { sampleOf } from './message.ts';
import type { Outgoing } from './outbox.ts';
import type { Sender } from './senders/sender.ts';
import { isAbout, sampleIntervalOf } from './wanted.ts';

/** Whose turn it is to be sent the figures of the hosts. */
export class SampleRounds {
  readonly #dueAt = new Map<string, number>();
  /** Of which moment the figures were that went last, by channel and host. */
  readonly #sentAt = new Map<string, Map<string, number>>();

  /** What a channel is to be sent at this moment (epoch ms); nothing before its turn. */
  messages(channel: Channel, sender: Sender, rows: () => readonly HostRow[], at: number): readonly Outgoing[] {
    const interval = sampleIntervalOf(channel);
    if (interval === null || (this.#dueAt.get(channel.id) ?? 0) > at) return [];
    this.#dueAt.set(channel.id, at + interval);
    const before = this.#sentAt.get(channel.id);
    const sent = new Map<string, number>();
    const messages = rows().flatMap((row) => {
      const { host } = row;
      if (!host.enabled || !isAbout(channel, host)) return [];
      const message = sampleOf(row, at);
      sent.set(host.id, message.at);
      // A dashboard is told no figure twice; Nagios wants to hear that all is as it was.
      const old = channel.kind === 'feed' && before?.get(host.id) === message.at;
      return old || !sender.takes(message) ? [] : [{ channel: channel.id, lane: host.id, message }];
    });
    this.#sentAt.set(channel.id, sent);
    return messages;
  }

  /** It is the channel's turn at once: it was changed, or is gone. */
  forget(channel: string): void {
    this.#dueAt.delete(channel);
    this.#sentAt.delete(channel);
  }
}
