import type { Channel, TestReport } from '../../shared/contract/channels.ts';
import { problemOf } from '../../shared/errors.ts';
import { exampleMessages, type Message } from './message.ts';
import { trusting } from './senders/authorities.ts';
import { createSender } from './senders/create-sender.ts';
import { withoutSecret } from './senders/http.ts';
import type { NagiosFileDeps } from './senders/nagios-file.ts';
import type { Sender } from './senders/sender.ts';

/** What a channel would send of the examples, with the secret hidden. Nothing is sent. @throws HumError `bad-input` for a template or a certificate */
export function previewOf(channel: Channel, deps: NagiosFileDeps): string {
  if ('authorities' in channel && channel.authorities !== '') trusting(channel.authorities);
  const sender = createSender(channel, deps);
  try {
    const messages = examples(sender);
    return sender.batch > 1 ? sender.show(messages) : messages.map((message) => sender.show([message])).join('\n\n');
  } finally {
    sender.close();
  }
}

/** Sends an example of a channel, which need not be saved. Its end is the report; it throws nothing. */
export async function tryChannel(
  channel: Channel,
  deps: NagiosFileDeps,
  secret: () => Promise<string | undefined>,
  signal: AbortSignal,
): Promise<TestReport> {
  const begun = performance.now();
  const took = () => Math.round(performance.now() - begun);
  const sender = createSender(channel, deps);
  let request = '';
  try {
    const messages = examples(sender).slice(-1);
    request = sender.show(messages);
    const word = await secret();
    const { kind, answer, ...rest } = await sender.send(messages, word, signal);
    const problem = 'problem' in rest ? rest.problem : null;
    return { outcome: kind === 'retry' ? 'failed' : kind, request: withoutSecret(request, word), answer, problem, tookMs: took() };
  } catch (error) {
    return { outcome: 'failed', request, answer: null, problem: problemOf(error), tookMs: took() };
  } finally {
    sender.close();
  }
}

/** The examples that a sender would send anything of. */
function examples(sender: Sender): Message[] {
  const { sample, incident } = exampleMessages(Date.now());
  return [sample, incident].filter((message) => sender.takes(message));
}
