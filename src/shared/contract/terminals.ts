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

/** What session logs are called; nothing else of their folder is shown, read or removed. */
export const logNamePattern = /^[A-Za-z0-9][\w.-]{0,118}\.cast$/;
const logName = z.string().regex(logNamePattern, 'not a session log');

/** A file in asciicast v2 that a terminal's text was written to. Epoch ms. */
export interface SessionLogView {
  readonly name: string;
  /** Of what: hostile text. */
  readonly title: string;
  readonly startedAt: number;
  readonly bytes: number;
  /** It is being written. */
  readonly open: boolean;
}

/** Whole lines of a log, and where the next piece begins; null: there is none. */
export interface LogPiece {
  readonly text: string;
  readonly next: number | null;
}

/** What a shell is called on its host where it is to outlive its connection; the page draws it. */
export const keptName = z.string().regex(/^hum-[0-9a-f]{12}$/, 'not the name of a kept shell');

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
  /** What is printed from here on is written to this session log; null: to none, with the reason where nobody wished for that. */
  | { readonly kind: 'log'; readonly log: string | null; readonly problem?: Problem }
  | { readonly kind: 'ended'; readonly reason: Problem };

export const terminals = {
  /**
   * `xl console` of a running domain, in a PTY on the session that is there. Follows the guest through its reboots. With `log`, all that it prints is
   * written to a session log.
   */
  openConsole: procedure
    .input(z.object({ domain: domainRef, size: terminalSize, log: z.boolean().optional() }))
    .output(type<AsyncIteratorObject<TerminalEvent, void, void>>()),
  /**
   * The login shell of the host's account, in a PTY on the session that is there; begins in `directory` or, with null, where a login does. One
   * who is gone from there is told so in the shell. No agent is forwarded. `log` as for `openConsole`. Where the host is to keep its shells
   * (`InventoryHost.keepShells`), it runs in the session `kept` of tmux or screen, and attaches to the one of that name that is there.
   */
  openShell: procedure
    .input(
      z.object({
        host: hostId,
        directory: shellDirectory.nullable(),
        size: terminalSize,
        log: z.boolean().optional(),
        kept: keptName.optional(),
      }),
    )
    .output(type<AsyncIteratorObject<TerminalEvent, void, void>>()),
  /** What was typed or pasted. */
  write: procedure.input(z.object({ id: terminalId, text: z.string().min(1).max(65_536) })).output(type<void>()),
  resize: procedure.input(z.object({ id: terminalId, size: terminalSize })).output(type<void>()),
  acknowledge: procedure.input(z.object({ id: terminalId, characters: z.int().min(1) })).output(type<void>()),
  /** Where the framebuffer of a running domain is served, `127.0.0.1:5900`, as its host tells at this moment; null without one. */
  vnc: procedure.input(domainRef).output(type<{ readonly vnc: string | null }>()),
  /** Ends the session that a shell was kept in, where the host keeps shells; one that is not there has ended already. */
  endKept: procedure.input(z.object({ host: hostId, kept: keptName })).output(type<void>()),
  /** Begins a session log or ends it; the terminal's stream tells, also when it ends by itself. */
  setLog: procedure.input(z.object({ id: terminalId, on: z.boolean() })).output(type<void>()),
  /** All session logs, newest first, and the folder of this machine that they lie in. */
  logs: procedure.output(type<{ readonly folder: string; readonly logs: readonly SessionLogView[] }>()),
  readLog: procedure.input(z.object({ name: logName, offset: z.int().min(0) })).output(type<LogPiece>()),
  removeLog: procedure.input(z.object({ name: logName })).output(type<void>()),
};
