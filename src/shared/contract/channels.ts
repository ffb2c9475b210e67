import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { hostId, procedure } from './base.ts';
import { address, port } from './inventory.ts';

/** One line of a person's own: no control characters, so that it can end no header, command or message early. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^\P{Cc}*$/u, 'No control characters.');
const text = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[^\0]*$/, 'No NUL characters.');

const mailAddress = line(254).regex(/^[^\s@<>,;"]+@[^\s@<>,;"]+$/, 'An address is like ops@example.org.');

const httpUrl = z
  .string()
  .trim()
  .max(2048)
  .refine((url) => URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol), 'An address begins with https:// or http://.')
  .refine(
    (url) => !URL.canParse(url) || (new URL(url).username === '' && new URL(url).password === ''),
    'No user and password in the address: there are fields for them.',
  );

/** Headers that say how a request is sent, and those that carry a secret, which has its own field. */
const ownHeaders =
  /^(?:host|connection|content-length|content-type|transfer-encoding|upgrade|te|trailer|expect|cookie|authorization|proxy-.*)$/i;

const header = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'A header’s name has letters, digits and hyphens.')
    .refine((name) => !ownHeaders.test(name), 'Hum sets this header itself. A secret goes into “Signs in with”.'),
  value: line(1024).regex(/^[\x20-\x7e]*$/, 'A header has plain ASCII characters.'),
});

/** How a request says who it is. The secret itself is never here. */
const signIn = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('bearer') }),
  z.object({
    kind: z.literal('basic'),
    user: line(200)
      .min(1, 'Basic authentication needs a user.')
      .regex(/^[^:]*$/, 'A user has no colon in it.'),
  }),
  z.object({ kind: z.literal('header'), name: header.shape.name }),
]);

const timeoutMs = z.int().min(1_000).max(120_000);
/** Certificates of authorities in PEM, in place of those of the system; '' for those. */
const authorities = z
  .string()
  .trim()
  .max(65_536)
  .refine((pem) => pem === '' || /^-----BEGIN CERTIFICATE-----/m.test(pem), 'A certificate in PEM begins with -----BEGIN CERTIFICATE-----.')
  .refine((pem) => !pem.includes('PRIVATE KEY'), 'That is a private key. The certificate of the authority is wanted.');

const http = {
  url: httpUrl,
  headers: z.array(header).max(20),
  signIn,
  authorities,
  timeoutMs,
};

export const incidentEvents = ['opened', 'worsened', 'eased', 'acknowledged', 'snoozed', 'resolved'] as const;

/** What an incident must be to go this way. */
const wants = z.object({
  severity: z.enum(['warning', 'critical']),
  events: z.array(z.enum(incidentEvents)).max(incidentEvents.length),
});

/** Where the secret comes from: kept by Hum, or the first line of a file that is read for each request. */
const secretFile = line(4096)
  .regex(/^(?:[/\\]|[A-Za-z]:[/\\]|$)/, 'The whole path of the file.')
  .default('');

const common = {
  id: z.uuid(),
  name: line(80).min(1, 'A channel needs a name.'),
  enabled: z.boolean(),
  /** Only hosts with one of these: `tag:web`, `group:db`, `host:web01`; none: every host. Hosts of the demo fleet never. */
  only: z.array(line(100).regex(/^(?:tag|group|host):./, 'Write tag:…, group:… or host:….')).max(32),
  secretFile,
};

const intervalMs = z.int().min(5_000).max(3_600_000);
const percent = z.int().min(1).max(100);

/** What Nagios calls what Hum sends, and what is sent. */
const nagiosResults = {
  wants,
  /** Nagios' name of a host, as a template: `{{host}}`. */
  hostName: line(200).min(1),
  /** Nagios' name of the service of an incident: `Hum {{ruleName}}`. */
  incidentService: line(200).min(1),
  /** Host checks (up, down) and a service with the memory used, each interval; null: incidents only. */
  regular: z
    .object({ intervalMs, memoryService: line(200).min(1), warnPercent: percent, criticalPercent: percent })
    .refine((levels) => levels.warnPercent <= levels.criticalPercent, 'Warning comes before critical.')
    .nullable(),
};

export const channel = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('feed'),
    ...common,
    ...http,
    intervalMs,
    names: z.object({ server: line(100).min(1), usage: line(100).min(1), timestamp: line(100).min(1) }),
    /** A JSON object whose strings are templates; '' for no more fields. */
    extra: text(8192),
  }),
  z.object({
    kind: z.literal('webhook'),
    ...common,
    ...http,
    wants,
    /** JSON whose strings are templates; '' for Hum's own. */ body: text(16_384),
  }),
  z.object({ kind: z.literal('nrdp'), ...common, url: httpUrl, authorities, timeoutMs, ...nagiosResults }),
  z.object({
    kind: z.literal('nagios-file'),
    ...common,
    ...nagiosResults,
    /** The fleet's host that Nagios runs on, and the path of its external command file there. */
    nagiosHost: hostId,
    path: line(1024).regex(/^\//, 'The whole path of the command file.'),
    as: z.enum(['login', 'root']),
  }),
  z.object({ kind: z.literal('slack'), ...common, wants, authorities, timeoutMs, /** A template; '' for Hum's own. */ text: text(8192) }),
  z.object({
    kind: z.literal('mail'),
    ...common,
    wants,
    server: address,
    port,
    security: z.enum(['starttls', 'tls', 'none']),
    authorities,
    timeoutMs,
    /** '' where the server wants no login. */
    user: line(200),
    from: mailAddress,
    to: z.array(mailAddress).min(1, 'A mail needs somebody to go to.').max(50),
    /** Templates; '' for Hum's own. */
    subject: line(300),
    text: text(16_384),
  }),
  z.object({
    kind: z.literal('command'),
    ...common,
    wants,
    timeoutMs,
    /** The program by its whole path. No shell reads it. */
    program: line(1024).regex(/^(?:[/\\]|[A-Za-z]:[/\\])/, 'The whole path of the program.'),
    /** Templates, an argument each. */
    args: z.array(text(4096)).max(64),
  }),
]);
export type Channel = z.infer<typeof channel>;
export type ChannelKind = Channel['kind'];
export type ChannelOf<Kind extends ChannelKind> = Extract<Channel, { kind: Kind }>;

export const mostChannels = 50;

/** The secret of a channel as it is typed; undefined: the one that is kept, if it still belongs to the same address. */
const secret = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^[\x20-\x7e\u00a0-\uffff]*$/, 'No control characters in a secret.')
  .optional();

/** `unneeded`; kept `keychain`, `memory` (until Hum ends); in a `file`; or `missing`, and nothing can be sent. */
export type SecretState = 'unneeded' | 'keychain' | 'memory' | 'file' | 'missing';

export interface ChannelView {
  readonly channel: Channel;
  readonly secret: SecretState;
  /** Where it sends to, without a secret. Ready to be shown. */
  readonly to: string;
  /** Messages on disk that wait, and since when (epoch ms). */
  readonly waiting: number;
  readonly oldestAt: number | null;
  /** When it is tried again after a failure, epoch ms; null while all is well. */
  readonly retryAt: number | null;
  /** Of all time: arrived; refused for good by the other side; left out, since there was no room or they were too old. */
  readonly sent: number;
  readonly refused: number;
  readonly dropped: number;
  readonly lastSentAt: number | null;
  /** Why nothing goes at the moment. */
  readonly problem: Problem | null;
  /** The newest message that was refused for good. */
  readonly refusal: { readonly at: number; readonly problem: Problem } | null;
}

/** A Nagios whose problems are shown beside Hum's own. */
export const nagiosSource = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('file'),
    id: z.uuid(),
    name: line(80).min(1, 'It needs a name.'),
    intervalMs,
    host: hostId,
    path: line(1024).regex(/^\//, 'The whole path of status.dat.'),
    as: z.enum(['login', 'root']),
  }),
  z.object({
    kind: z.literal('cgi'),
    id: z.uuid(),
    name: line(80).min(1, 'It needs a name.'),
    intervalMs,
    /** Of `statusjson.cgi`. */
    url: httpUrl,
    /** '' where the server wants no login. */
    user: line(200).regex(/^[^:]*$/, 'A user has no colon in it.'),
    authorities,
    timeoutMs,
    secretFile,
  }),
]);
export type NagiosSource = z.infer<typeof nagiosSource>;
export const mostNagiosSources = 10;

/** Something that Nagios calls a problem. Names and words are Nagios': hostile text. Times are epoch ms. */
export interface NagiosProblem {
  readonly host: string;
  /** Null for the host itself. */
  readonly service: string | null;
  readonly state: 'warning' | 'critical' | 'unknown' | 'down' | 'unreachable';
  /** Whether Nagios is sure of it: it has tried as often as it is set to. */
  readonly hard: boolean;
  readonly output: string;
  readonly since: number | null;
  readonly checkedAt: number | null;
  readonly acknowledged: boolean;
  readonly downtime: boolean;
}

export interface NagiosSourceView {
  readonly source: NagiosSource;
  /** Of the demo fleet: it comes and goes with it, and cannot be changed. */
  readonly demo: boolean;
  readonly secret: SecretState;
  /** The host's name, or the address. */
  readonly from: string;
  /** When it was last read; null: not yet. Epoch ms. */
  readonly readAt: number | null;
  /** When Nagios itself wrote what was read. */
  readonly writtenAt: number | null;
  /** Worst first, 500 at most, and how many there are in all. */
  readonly problems: readonly NagiosProblem[];
  readonly count: number;
  /** Why it could not be read the last time; what was read before stays. */
  readonly problem: Problem | null;
}

/** What this machine's desktop shows by itself. */
const desktopSettings = z.object({ notifies: z.boolean(), severity: z.enum(['warning', 'critical']) });
export type DesktopSettings = z.infer<typeof desktopSettings>;

export interface ChannelsState {
  readonly channels: readonly ChannelView[];
  readonly sources: readonly NagiosSourceView[];
  readonly desktop: DesktopSettings & { readonly available: boolean };
  /** Why the queue on the disk cannot be used at the moment. */
  readonly problem: Problem | null;
  /** That a damaged queue was set aside since Hum started, and where it is: what waited in it is not sent. */
  readonly setAside: Problem | null;
  /** Whether what is typed as a secret outlives this Hum, and why not. */
  readonly secrets: { readonly where: 'keychain' | 'memory'; readonly refusal: string | null };
}

/** What was sent as a test, with the secrets hidden, and what came back. */
export interface TestReport {
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly request: string;
  /** The words of the other side; null where there were none. Hostile text. */
  readonly answer: string | null;
  readonly problem: Problem | null;
  /** ms */
  readonly tookMs: number;
}

const draft = z.object({ channel, secret });
const byId = z.object({ id: z.uuid() });

export const channels = {
  /** The whole state, then again when it has changed, at most four times a second. */
  watch: procedure.output(type<AsyncIteratorObject<ChannelsState, void, void>>()),
  /** Keeps a channel in place of the one with its id, where there is one. */
  save: procedure.input(draft).output(type<void>()),
  setEnabled: procedure.input(byId.extend({ enabled: z.boolean() })).output(type<void>()),
  /** What waits for it goes with it. */
  remove: procedure.input(byId).output(type<void>()),
  /** What would be sent for an example, with the secrets hidden. Nothing is sent. */
  preview: procedure.input(draft).output(type<{ text: string }>()),
  /** Sends an example that says that it is a test. */
  test: procedure.input(draft).output(type<TestReport>()),
  retryNow: procedure.input(byId).output(type<void>()),
  /** Leaves out what waits; it counts as dropped. */
  discard: procedure.input(byId).output(type<void>()),
  saveSource: procedure.input(z.object({ source: nagiosSource, secret })).output(type<void>()),
  removeSource: procedure.input(byId).output(type<void>()),
  /** Reads it now. */
  readSource: procedure.input(byId).output(type<void>()),
  setDesktop: procedure.input(desktopSettings).output(type<void>()),
};
