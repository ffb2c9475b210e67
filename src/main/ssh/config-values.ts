import { join } from 'node:path';
import { matchesPattern } from './pattern.ts';

/** One host on the way to another. */
export interface JumpHop {
  readonly host: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
}

/** What the tokens of ssh_config(5) stand for: `{ h: 'web01', … }`. */
export type Tokens = Readonly<Record<string, string>>;

/** What StrictHostKeyChecking may say. */
export type Strictness = 'ask' | 'yes' | 'accept-new' | 'no';

/** ssh_config(5), TOKENS. One that is not known stays as it is. */
export function fillTokens(text: string, tokens: Tokens): string {
  return text.replace(/%(.)/g, (whole, token: string) => (token === '%' ? '%' : (tokens[token] ?? whole)));
}

/** As OpenSSH since 9.6 (ssh.c, valid_hostname and valid_ruser): what a command takes from a name must mean nothing to the shell. */
export function isSafeForShell(command: string, tokens: Tokens): boolean {
  return Object.entries(tokens).every(([token, value]) => !command.includes(`%${token}`) || !/^-|['"`$\\;&<>|(){}\s]/.test(value));
}

/** `~` and `%` tokens, and `${NAME}` of the environment (ssh_config(5), ENVIRONMENT VARIABLES). */
export function expandPath(text: string, tokens: Tokens, home: string): string {
  const filled = fillTokens(text, tokens).replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) => process.env[name] ?? whole);
  return filled === '~' ? home : filled.startsWith('~/') ? join(home, filled.slice(2)) : filled;
}

/** Undefined for the usual agent, null for none. `$NAME` is a variable of the environment. */
export function agentOf(text: string | undefined, path: (text: string) => string): string | null | undefined {
  if (text === undefined || text === 'SSH_AUTH_SOCK') return undefined;
  if (text.toLowerCase() === 'none') return null;
  if (/^\$[A-Za-z_]\w*$/.test(text)) return process.env[text.slice(1)] || null;
  return path(text);
}

/** `[user@]host[:port]` or `ssh://…`, separated by commas. */
export function jumpsOf(text: string | undefined): JumpHop[] {
  const list = text?.trim() ?? '';
  if (list === '' || list.toLowerCase() === 'none') return [];
  return list.split(',').flatMap((part) => {
    const found = /^(?:ssh:\/\/)?(?:(.*)@)?(?:\[([^\]]+)\]|([^:@/]+)|([0-9A-Fa-f:]+))(?::(\d+))?\/?$/.exec(part.trim());
    if (found === null) return [];
    const [, user, bracketed, plain, bare, port] = found;
    return [{ host: bracketed ?? plain ?? bare ?? '', user, port: port === undefined ? undefined : Number(port) }];
  });
}

/** What StrictHostKeyChecking means; `ask` where it says nothing. */
export function strictness(text: string | undefined): Strictness {
  switch (text?.toLowerCase()) {
    case 'yes':
    case 'true':
      return 'yes';
    case 'no':
    case 'off':
    case 'false':
      return 'no';
    case 'accept-new':
      return 'accept-new';
    default:
      return 'ask';
  }
}

/** `yes` or `true`. */
export function isYes(text: string | undefined): boolean {
  return text?.toLowerCase() === 'yes' || text?.toLowerCase() === 'true';
}

/** AddressFamily; undefined for any. */
export function familyOf(text: string | undefined): 4 | 6 | undefined {
  if (text?.toLowerCase() === 'inet') return 4;
  return text?.toLowerCase() === 'inet6' ? 6 : undefined;
}

const unitSeconds: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** sshd_config(5), TIME FORMATS: `90`, `1m30s`. Undefined for `none` and for what is no time. */
export function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:\d+[smhdw]?)+$/i.test(text)) return undefined;
  let total = 0;
  for (const [, count, unit = ''] of text.matchAll(/(\d+)([smhdw]?)/gi)) total += Number(count) * (unitSeconds[unit.toLowerCase()] ?? 0);
  return total * 1000;
}

/**
 * A list of algorithms over the defaults: `+` adds at the end, `-` takes away (patterns), `^` puts in front, anything else replaces
 * (ssh_config(5), Ciphers).
 */
export function assembleAlgorithms(defaults: readonly string[], text: string | undefined): string[] {
  if (text === undefined || text === '') return [...defaults];
  const list = text
    .replace(/^[+^-]/, '')
    .split(',')
    .filter((name) => name !== '');
  switch (text[0]) {
    case '+':
      return [...new Set([...defaults, ...list])];
    case '-':
      return defaults.filter((name) => !list.some((pattern) => matchesPattern(name, pattern)));
    case '^':
      return [...new Set([...list, ...defaults])];
    default:
      return list;
  }
}
