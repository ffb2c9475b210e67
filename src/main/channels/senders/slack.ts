import type { ChannelOf } from '../../../shared/contract/channels.ts';
import type { IncidentMessage } from '../message.ts';
import { fill, type Values } from '../template.ts';
import { incidentValues, usualText } from '../values.ts';
import { createHttpClient, type HttpRequest, outcomeOf, outcomeOfFailure } from './http.ts';
import { hidden, type Sender } from './sender.ts';

/** A webhook as Slack, Mattermost, Rocket.Chat and others have it: `{"text": "…"}`. Whoever knows the address may post, so it is the secret. */
export function createSlack(channel: ChannelOf<'slack'>): Sender {
  const client = createHttpClient(channel);
  const bodyOf = (message: IncidentMessage) =>
    JSON.stringify({ text: fill(channel.text.trim() === '' ? usualText : channel.text, escaped(incidentValues(message))) });
  return {
    batch: 1,
    lanes: 1,
    takes: (message) => message.kind === 'incident',
    show: ([message]) =>
      message?.kind === 'incident' ? `POST https://${hidden}\ncontent-type: application/json\n\n${bodyOf(message)}` : '',
    async send([message], secret, signal) {
      if (message?.kind !== 'incident') return { kind: 'done', answer: null };
      const url = slackUrl(secret);
      if (url === undefined) return { kind: 'refused', answer: null, problem: noUrl };
      const request: HttpRequest = {
        method: 'POST',
        url: url.href,
        headers: { 'user-agent': 'Hum', 'content-type': 'application/json' },
        body: bodyOf(message),
      };
      try {
        return outcomeOf(await client.request(request, signal), url.host, secret);
      } catch (error) {
        return outcomeOfFailure(error);
      }
    },
    close: () => client.close(),
  };
}

/** The address in a secret; undefined where it is none. */
export function slackUrl(secret: string | undefined): URL | undefined {
  if (secret === undefined || !URL.canParse(secret)) return undefined;
  const url = new URL(secret);
  return ['https:', 'http:'].includes(url.protocol) ? url : undefined;
}

const noUrl = {
  code: 'delivery-refused',
  message: 'The secret of this channel is no web address.',
  hint: 'Enter the whole address of the webhook, as the chat shows it: https://hooks.slack.com/services/…',
} as const;

/** So that no name of a host or a guest becomes a mention of everybody (Slack: "Formatting text for app surfaces", escaping). */
function escaped(values: Values): Values {
  const escapeText = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? escapeText(value) : value]));
}
