import { type } from '@orpc/contract';
import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { hostId, procedure } from './base.ts';
import { domainRef } from './xen.ts';

/** A terminal's size in cells. */
export const terminalSize = z.object({ columns: z.int().min(2).max(1000), rows: z.int().min(1).max(500) });
export type TerminalSize = z.infer<typeof terminalSize>;

export const terminalId = z.uuid();

/** An absolute path on a host, as its shell told it. */
export const shellDirectory = z
  .string()
  .max(4096)
  .regex(/^\/\P{Cc}*$/u, 'A directory is an absolute path without control characters.');

/**
 * `opened` first, then what the far side prints, in order and complete. `data` is to be acknowledged: after 100,000 characters without an
 * acknowledgement the host is made to wait. The stream ends after `ended`; when the reader leaves, the terminal is closed. An end that somebody
 * wished for (`exit`, Ctrl-]) has the code `cancelled`.
 */
export type TerminalEvent =
  | { readonly kind: 'opened'; readonly id: string }
  | { readonly kind: 'data'; readonly text: string }
  /** Something to be told beside the text: "The guest was rebooted", "Somebody else has opened this console". */
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'ended'; readonly reason: Problem };

export const terminals = {
  /** `xl console` of a running domain, in a PTY on the session that is there. Follows the guest through its reboots. */
  openConsole: procedure
    .input(z.object({ domain: domainRef, size: terminalSize }))
    .output(type<AsyncIteratorObject<TerminalEvent, void, void>>()),
  /**
   * The login shell of the host's account, in a PTY on the session that is there; begins in `directory` or, with null, where a login does. One
   * who is gone from there is told so in the shell. No agent is forwarded.
   */
  openShell: procedure
    .input(z.object({ host: hostId, directory: shellDirectory.nullable(), size: terminalSize }))
    .output(type<AsyncIteratorObject<TerminalEvent, void, void>>()),
  /** What was typed or pasted. */
  write: procedure.input(z.object({ id: terminalId, text: z.string().min(1).max(65_536) })).output(type<void>()),
  resize: procedure.input(z.object({ id: terminalId, size: terminalSize })).output(type<void>()),
  acknowledge: procedure.input(z.object({ id: terminalId, characters: z.int().min(1) })).output(type<void>()),
};
