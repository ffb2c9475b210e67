import type { ChannelOf } from '../../../shared/contract/channels.ts';
import { HumError } from '../../../shared/errors.ts';
import type { IncidentMessage, Message, SampleMessage } from '../message.ts';
import { fillJson } from '../template.ts';
import { incidentValues, isoTime, sampleValues, usagePercent } from '../values.ts';
import { createHttpClient, outcomeOf, outcomeOfFailure } from './http.ts';
import { hidden, type Sender } from './sender.ts';
import { showRequest, signedPost } from './signed.ts';

/** Samples as `{"server": "web01", "usage_percent": 85, "timestamp": "2006-11-07T09:30:00Z"}`, one for each host and interval. */
export function createFeed(channel: ChannelOf<'feed'>): Sender {
  return jsonPost(channel, 12, (message) => (message.kind === 'sample' && message.live !== null ? feedBody(channel, message) : undefined));
}

/** Incidents as JSON. */
export function createWebhook(channel: ChannelOf<'webhook'>): Sender {
  return jsonPost(channel, 4, (message) => (message.kind === 'incident' ? webhookBody(channel, message) : undefined));
}

function jsonPost(channel: ChannelOf<'feed' | 'webhook'>, lanes: number, bodyOf: (message: Message) => string | undefined): Sender {
  const client = createHttpClient({ authorities: channel.authorities, timeoutMs: channel.timeoutMs, sockets: lanes });
  const place = new URL(channel.url).host;
  return {
    batch: 1,
    lanes,
    takes: (message) => bodyOf(message) !== undefined,
    show: ([message]) => {
      const body = message === undefined ? undefined : bodyOf(message);
      return body === undefined ? '' : showRequest(signedPost(channel, body, hidden));
    },
    async send([message], secret, signal) {
      const body = message === undefined ? undefined : bodyOf(message);
      if (body === undefined) return { kind: 'done', answer: null };
      try {
        return outcomeOf(await client.request(signedPost(channel, body, secret), signal), place, secret);
      } catch (error) {
        return outcomeOfFailure(error);
      }
    },
    close: () => client.close(),
  };
}

function feedBody({ names, extra }: ChannelOf<'feed'>, message: SampleMessage): string {
  return JSON.stringify({
    ...(extra.trim() === '' ? {} : moreFields(fillJson(extra, sampleValues(message)))),
    [names.server]: message.host,
    [names.usage]: usagePercent(message),
    [names.timestamp]: isoTime(message.at),
  });
}

function moreFields(value: unknown): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new HumError({
    code: 'bad-input',
    message: 'The extra fields are no JSON object.',
    hint: 'Write them in braces: {"site": "eu", "load": "{{load1}}"}.',
  });
}

function webhookBody({ body }: ChannelOf<'webhook'>, message: IncidentMessage): string {
  const values = incidentValues(message);
  if (body.trim() !== '') return JSON.stringify(fillJson(body, values));
  const { change, test } = message;
  const { since, openedAt, resolvedAt, hostId: _, ...incident } = change.incident;
  return JSON.stringify({
    event: change.event,
    at: isoTime(change.at),
    test,
    incident: {
      ...incident,
      since: isoTime(since),
      openedAt: isoTime(openedAt),
      resolvedAt: resolvedAt === null ? null : isoTime(resolvedAt),
    },
    text: `${values.status} ${values.host}: ${values.what}`,
  });
}
