import { IconChartDots, IconCloudUpload, IconFileArrowRight, IconMail, IconMessage, IconTerminal2, IconWebhook } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Channel, ChannelKind, ChannelOf } from '../../shared/contract/channels.ts';

type Shape = ComponentType<{ size: number; stroke: number; 'aria-hidden': 'true' }>;

interface KindLook {
  readonly word: string;
  /** What it is for, in a sentence. */
  readonly about: string;
  readonly icon: Shape;
}

export const kindLooks: Readonly<Record<ChannelKind, KindLook>> = {
  feed: {
    word: 'REST dashboard, figures',
    about: 'POSTs server, usage_percent and timestamp of each host, at an interval.',
    icon: IconChartDots,
  },
  webhook: { word: 'Webhook, incidents', about: 'POSTs each incident as JSON, Hum’s own or as you write it.', icon: IconWebhook },
  nrdp: { word: 'Nagios by NRDP', about: 'Passive results for host and service checks, over HTTP.', icon: IconCloudUpload },
  'nagios-file': {
    word: 'Nagios by its command file',
    about: 'The same over the SSH session of a Nagios host of the fleet.',
    icon: IconFileArrowRight,
  },
  slack: { word: 'Chat', about: 'An incoming webhook as Slack, Mattermost and others have it.', icon: IconMessage },
  mail: { word: 'Mail', about: 'By an SMTP server; the mails of an incident are one thread.', icon: IconMail },
  command: {
    word: 'Command on this machine',
    about: 'A program with its arguments, no shell; the incident comes on stdin.',
    icon: IconTerminal2,
  },
};

export const channelKinds = Object.keys(kindLooks) as ChannelKind[];

export function isChannelKind(text: string): text is ChannelKind {
  return Object.hasOwn(kindLooks, text);
}

const incidents: ChannelOf<'webhook'>['wants'] = { severity: 'warning', events: ['opened', 'worsened', 'resolved'] };
const http = { headers: [], signIn: { kind: 'none' }, authorities: '', timeoutMs: 15_000 } as const;
const nagios = {
  wants: { ...incidents, events: ['opened', 'worsened', 'eased', 'resolved'] },
  hostName: '{{host}}',
  incidentService: 'Hum {{ruleName}}',
  regular: { intervalMs: 60_000, memoryService: 'Memory', warnPercent: 80, criticalPercent: 90 },
} satisfies Partial<ChannelOf<'nrdp'>>;

/** A channel of a kind before anything is entered. */
export function newChannel(kind: ChannelKind): Channel {
  const common = { id: crypto.randomUUID(), name: '', enabled: true, only: [], secretFile: '' };
  switch (kind) {
    case 'feed': {
      const names = { server: 'server', usage: 'usage_percent', timestamp: 'timestamp' };
      return { kind, ...common, ...http, headers: [], url: 'https://', intervalMs: 60_000, names, extra: '' };
    }
    case 'webhook':
      return { kind, ...common, ...http, headers: [], url: 'https://', wants: incidents, body: '' };
    case 'nrdp':
      return { kind, ...common, url: 'https://', authorities: '', timeoutMs: 15_000, ...nagios };
    case 'nagios-file':
      return { kind, ...common, ...nagios, nagiosHost: '', path: '/var/lib/nagios4/rw/nagios.cmd', as: 'login' };
    case 'slack':
      return { kind, ...common, wants: incidents, authorities: '', timeoutMs: 15_000, text: '' };
    case 'mail':
      return {
        kind,
        ...common,
        wants: incidents,
        server: '',
        port: 587,
        security: 'starttls',
        authorities: '',
        timeoutMs: 30_000,
        user: '',
        from: '',
        to: [],
        subject: '',
        text: '',
      };
    case 'command':
      return { kind, ...common, wants: incidents, timeoutMs: 30_000, program: '', args: [] };
  }
}

/** What the field of its secret is called; null where it has none. */
export function secretLabel(channel: Channel): string | null {
  switch (channel.kind) {
    case 'feed':
    case 'webhook':
      return { none: null, bearer: 'Token', basic: 'Password', header: 'Value of the header' }[channel.signIn.kind];
    case 'nrdp':
      return 'Token';
    case 'slack':
      return 'Address of the webhook';
    case 'mail':
      return channel.user === '' ? null : 'Password';
    default:
      return null;
  }
}

/** Whether its secret crosses a network that anybody on the way can read. */
export function sendsInClear(channel: Channel): boolean {
  if (channel.kind === 'mail') return channel.security === 'none' && channel.user !== '' && !isHere(channel.server);
  if (!('url' in channel) || !URL.canParse(channel.url)) return false;
  const { protocol, hostname } = new URL(channel.url);
  return protocol === 'http:' && secretLabel(channel) !== null && !isHere(hostname);
}

function isHere(host: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host);
}
