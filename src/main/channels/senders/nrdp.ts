import type { ChannelOf } from '../../../shared/contract/channels.ts';
import type { Message } from '../message.ts';
import { createHttpClient, type HttpAnswer, type HttpRequest, outcomeOf, outcomeOfFailure } from './http.ts';
import { type CheckResult, checkResults } from './nagios-results.ts';
import { hidden, type Outcome, type Sender } from './sender.ts';
import { showRequest } from './signed.ts';

/**
 * Passive results by NRDP: a form with `token`, `cmd=submitcheck` and `XMLDATA` (github.com/NagiosEnterprises/nrdp, server/plugins/nagioscorepassivecheck).
 * It answers 200 whatever it thinks of them, and tells that in `<status>`.
 */
export function createNrdp(channel: ChannelOf<'nrdp'>): Sender {
  const client = createHttpClient({ ...channel, sockets: 1 });
  const place = new URL(channel.url).host;
  const resultsOf = (messages: readonly Message[]) => messages.flatMap((message) => checkResults(channel, message));
  return {
    batch: 100,
    lanes: 1,
    takes: (message) => resultsOf([message]).length > 0,
    show(messages) {
      const { url, headers } = nrdpRequest(channel.url, [], hidden);
      return `${showRequest({ method: 'POST', url, headers, body: `token=${hidden}&cmd=submitcheck&XMLDATA=` })}\n${xmlOf(resultsOf(messages))}`;
    },
    async send(messages, secret, signal) {
      const results = resultsOf(messages);
      if (results.length === 0) return { kind: 'done', answer: null };
      try {
        const answer = await client.request(nrdpRequest(channel.url, results, secret ?? ''), signal);
        return judged(answer, outcomeOf(answer, place, secret), place);
      } catch (error) {
        return outcomeOfFailure(error);
      }
    },
    close: () => client.close(),
  };
}

function nrdpRequest(url: string, results: readonly CheckResult[], token: string): HttpRequest {
  return {
    method: 'POST',
    url,
    headers: { 'user-agent': 'Hum', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token, cmd: 'submitcheck', XMLDATA: xmlOf(results) }).toString(),
  };
}

function xmlOf(results: readonly CheckResult[]): string {
  const checks = results.map(
    ({ host, service, state, output }) =>
      `<checkresult type="${service === null ? 'host' : 'service'}" checktype="1"><hostname>${escapeXml(host)}</hostname>${
        service === null ? '' : `<servicename>${escapeXml(service)}</servicename>`
      }<state>${state}</state><output>${escapeXml(output)}</output></checkresult>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>\n<checkresults>\n${checks.join('\n')}\n</checkresults>`;
}

/** The values hold no control characters, which XML could not hold either. */
function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function judged(answer: HttpAnswer, outcome: Outcome, place: string): Outcome {
  if (outcome.kind !== 'done') return outcome;
  const [, status] = /<status>\s*(-?\d{1,9})\s*<\/status>/.exec(answer.body) ?? [];
  if (status === '0') return outcome;
  const [, said = ''] = /<message>([^<]{0,300})<\/message>/.exec(answer.body) ?? [];
  return {
    kind: 'refused',
    answer: outcome.answer,
    problem: {
      code: 'delivery-refused',
      message: status === undefined ? `${place} answered something that NRDP would not.` : `NRDP on ${place} did not take it.`,
      hint:
        status === undefined
          ? 'The address is that of NRDP itself, with a slash at its end: https://nagios.example.org/nrdp/'
          : 'Check the token, and what it may send.',
      ...(said === '' ? {} : { detail: said }),
    },
  };
}
