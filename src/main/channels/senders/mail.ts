import type { ChannelOf } from '../../../shared/contract/channels.ts';
import { messageOf, type Problem } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { IncidentMessage } from '../message.ts';
import { fill } from '../template.ts';
import { incidentValues, isoTime, usualSubject, usualText } from '../values.ts';
import { trusting } from './authorities.ts';
import { noAnswer, withoutSecret } from './http.ts';
import type { Outcome, Sender } from './sender.ts';

/** Incidents by SMTP, a mail each; those of one incident are one thread. */
export function createMail(channel: ChannelOf<'mail'>): Sender {
  const place = `${channel.server}:${channel.port}`;
  const mailOf = (message: IncidentMessage) => {
    const values = incidentValues(message);
    // RFC 5322 §3.6.4: an id is made of a few characters only.
    const thread = message.change.incident.id.replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, 64);
    return {
      from: channel.from,
      to: channel.to,
      // One line, whatever is in the values: they hold no control characters.
      subject: visibleText(fill(channel.subject === '' ? usualSubject : channel.subject, values), 300),
      text: `${fill(channel.text.trim() === '' ? usualText : channel.text, values)}\n`,
      date: new Date(message.change.at),
      references: [`<${thread}@hum.invalid>`],
      headers: { 'Auto-Submitted': 'auto-generated' },
    };
  };

  async function send(message: IncidentMessage, secret: string | undefined, signal: AbortSignal): Promise<Outcome> {
    const { createTransport } = await import('nodemailer');
    const transport = createTransport({
      host: channel.server,
      port: channel.port,
      secure: channel.security === 'tls',
      requireTLS: channel.security === 'starttls',
      ignoreTLS: channel.security === 'none',
      ...(channel.user === '' ? {} : { auth: { user: channel.user, pass: secret ?? '' } }),
      tls: { secureContext: trusting(channel.authorities) },
      connectionTimeout: channel.timeoutMs,
      greetingTimeout: channel.timeoutMs,
      socketTimeout: channel.timeoutMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const stop = () => transport.close();
    signal.addEventListener('abort', stop);
    try {
      const { response } = await transport.sendMail(mailOf(message));
      return { kind: 'done', answer: shownWords(response, secret) };
    } catch (error) {
      return mailFailure(place, error, secret);
    } finally {
      signal.removeEventListener('abort', stop);
      transport.close();
    }
  }

  return {
    batch: 1,
    lanes: 1,
    takes: (message) => message.kind === 'incident',
    show([message]) {
      if (message?.kind !== 'incident') return '';
      const mail = mailOf(message);
      return `From: ${mail.from}\nTo: ${mail.to.join(', ')}\nSubject: ${mail.subject}\nDate: ${isoTime(message.change.at)}\n\n${mail.text}`;
    },
    send: async ([message], secret, signal) =>
      message?.kind === 'incident' ? await send(message, secret, signal) : { kind: 'done', answer: null },
    close: () => undefined,
  };
}

/** As nodemailer makes them: with a code of its own, which stands before that of the system or of TLS. */
interface SmtpError extends Error {
  responseCode?: unknown;
  response?: unknown;
  code?: unknown;
  originalCode?: unknown;
}

/** OpenSSL was answered in the clear. */
const noTls = /^(?:ERR_SSL_|EPROTO$)/;

/** 4yz is about the moment, 5yz for good (RFC 5321 §4.2.1). No answer: it is tried again. */
function mailFailure(place: string, error: unknown, secret: string | undefined): Outcome {
  const given = error instanceof Error ? (error as SmtpError) : undefined;
  // A server that takes no STARTTLS says so with 5yz. It is no word on the mail: somebody on the way may have taken the offer out.
  if (given?.code === 'ETLS' || noTls.test(String(given?.originalCode))) {
    const { problem } = noAnswer(place, error);
    return {
      kind: 'retry',
      answer: null,
      problem: {
        ...problem,
        message: `${place} did not begin TLS, so nothing was sent to it.`,
        hint: 'Check which kind of encryption the server has on this port.',
      },
    };
  }
  const status = typeof given?.responseCode === 'number' ? given.responseCode : undefined;
  if (status === undefined) {
    const { problem } = noAnswer(place, given?.originalCode === undefined ? error : Object.assign(given, { code: given.originalCode }));
    return { kind: 'retry', answer: null, problem };
  }
  const words = shownWords(typeof given?.response === 'string' ? given.response : messageOf(error), secret);
  const login = given?.code === 'EAUTH';
  const problem: Problem = {
    code: status >= 500 ? 'delivery-refused' : 'delivery-failed',
    message: login ? `${place} refused the login.` : `${place} answered ${status}.`,
    hint: login
      ? 'Check the user and the password of the channel.'
      : status >= 500
        ? 'Its words say what it does not want.'
        : 'Hum tries again.',
    detail: words,
  };
  return { kind: status >= 500 ? 'refused' : 'retry', answer: words, problem };
}

const shownWords = (text: string, secret: string | undefined) => visibleText(withoutSecret(text, secret).trim(), 1000);
