import type { ChannelOf } from '../../../shared/contract/channels.ts';
import type { HttpRequest } from './http.ts';
import { hidden } from './sender.ts';

type Fields = Pick<ChannelOf<'feed'>, 'url' | 'headers' | 'signIn'>;

/** A POST of JSON to the channel's address, with its headers and its secret. */
export function signedPost({ url, headers, signIn }: Fields, body: string, secret: string | undefined): HttpRequest {
  return {
    method: 'POST',
    url,
    headers: {
      'user-agent': 'Hum',
      accept: '*/*',
      ...Object.fromEntries(headers.map(({ name, value }) => [name, value])),
      'content-type': 'application/json',
      ...signInHeader(signIn, secret),
    },
    body,
  };
}

/** RFC 6750 §2.1, RFC 7617 §2. */
function signInHeader(signIn: Fields['signIn'], secret = ''): Record<string, string> {
  if (signIn.kind === 'none') return {};
  if (signIn.kind === 'bearer') return { authorization: `Bearer ${secret}` };
  if (signIn.kind === 'header') return { [signIn.name]: secret };
  return { authorization: `Basic ${secret === hidden ? hidden : Buffer.from(`${signIn.user}:${secret}`).toString('base64')}` };
}

/** A request as a person reads it. Make it with `hidden` for its secret. */
export function showRequest({ method, url, headers, body }: HttpRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${method} ${url}\n${lines.join('\n')}\n\n${body}`;
}
