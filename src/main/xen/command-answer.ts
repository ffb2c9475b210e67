import type { Toolstack } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** What a command of the toolstack answered, as probe.sh sends it. */
export interface CommandAnswer {
  /** 124 when it was ended because it did not end by itself; 127 when there is no such program. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The answer of the section `name`, or undefined when it is not in the frame. */
export function commandAnswer(sections: ReadonlyMap<string, string>, name: string): CommandAnswer | undefined {
  const stdout = sections.get(name);
  const end = sections.get(`${name}-end`);
  const status = /^\d{1,3}(?=\n)/.exec(end ?? '')?.[0];
  if (stdout === undefined || end === undefined || status === undefined) return undefined;
  return { status: Number(status), stdout: stdout.replace(/\n$/, ''), stderr: end.slice(status.length + 1) };
}

/** Why a command failed. `xenstored`: whether one was seen running then. */
export function problemOfAnswer(
  { status, stderr }: CommandAnswer,
  circumstances: { readonly host: string; readonly toolstack: Toolstack; readonly command: string; readonly xenstored: boolean },
): Problem {
  const { host, toolstack, command, xenstored } = circumstances;
  const detail = stderr.trim() === '' ? {} : { detail: visibleText(stderr.trim().slice(-1000), 1000) };
  if (status === 127 || /(?:failed to run command|execute) .*no such file/is.test(stderr)) {
    return {
      code: 'no-toolstack',
      message: `The host has no program ${toolstack} any more.`,
      hint: 'Install the tools of Xen again (on Debian the package xen-utils-common), or look whether a folder is missing from the PATH.',
      host,
      ...detail,
    };
  }
  if (/permission denied|must be root|root access|operation not permitted|a password is required/i.test(stderr)) {
    return {
      code: 'not-permitted',
      message: `The account that Hum logs in as may not run ${toolstack}.`,
      hint: 'Log in as root, or let the account use sudo without a password.',
      host,
      ...detail,
    };
  }
  if (!xenstored) {
    return {
      code: 'xenstore-dead',
      message: 'xenstored, in which Xen’s tools keep what they know, does not run on the host.',
      hint: 'The domains go on running, but cannot be seen or changed. xenstored cannot simply be started again: plan to boot the host anew.',
      host,
      ...detail,
    };
  }
  if (status === 124) {
    return {
      code: 'toolstack-hangs',
      message: `“${command}” did not end within 20 s on the host.`,
      hint: 'The domains go on running. Look in /var/log/xen, and whether another command of Xen’s holds a lock; the figures shown are the last known.',
      host,
      ...detail,
    };
  }
  return {
    code: 'toolstack-failed',
    message: `“${command}” failed on the host.`,
    hint: 'Its own words are below. The figures shown are the last known; Hum keeps asking.',
    host,
    ...detail,
  };
}

/** The command answered, but not what it should. */
export function unreadableAnswer(host: string, command: string, text: string): Problem {
  return {
    code: 'bad-answer',
    message: `“${command}” printed something on the host that Hum does not understand.`,
    hint: 'It may have been ended in the middle, or be of a version that Hum does not know. What changes seldom is shown as it was last known.',
    host,
    detail: visibleText(text.trim().slice(0, 200), 200),
  };
}
