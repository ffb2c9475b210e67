import type { Channel } from '../../../shared/contract/channels.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { createCommand } from './command.ts';
import { createFeed, createWebhook } from './json-post.ts';
import { createMail } from './mail.ts';
import { createNagiosFile, type NagiosFileDeps } from './nagios-file.ts';
import { createNrdp } from './nrdp.ts';
import type { Sender } from './sender.ts';
import { createSlack } from './slack.ts';

/** The way out that a channel describes. */
export function createSender(channel: Channel, deps: NagiosFileDeps): Sender {
  switch (channel.kind) {
    case 'feed':
      return createFeed(channel);
    case 'webhook':
      return createWebhook(channel);
    case 'nrdp':
      return createNrdp(channel);
    case 'nagios-file':
      return createNagiosFile(channel, deps);
    case 'slack':
      return createSlack(channel);
    case 'mail':
      return createMail(channel);
    case 'command':
      return createCommand(channel);
  }
}

/** Where it goes, in words without a secret. */
export function destinationOf(channel: Channel, hostName: (host: string) => string): string {
  switch (channel.kind) {
    case 'nagios-file':
      return visibleText(`${hostName(channel.nagiosHost)}:${channel.path}`, 300);
    case 'slack':
      return 'the address that is its secret';
    case 'mail': {
      const [first = '', ...more] = channel.to;
      return visibleText(`${first}${more.length > 0 ? ` and ${more.length} more` : ''}, by ${channel.server}:${channel.port}`, 300);
    }
    case 'command':
      return visibleText(channel.program, 300);
    default:
      return visibleText(channel.url, 300);
  }
}
