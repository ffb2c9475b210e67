import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { Guest } from './guest.ts';

const shown = ({ name }: Pick<Guest, 'name'>) => visibleText(name, 80);

export function unknownDomain(host: string): Problem {
  return {
    code: 'domain-gone',
    message: 'This domain is not there any more.',
    hint: 'It may have been destroyed or renamed. Look for it on the page of its host.',
    host,
  };
}

export function controlDomain(host: string): Problem {
  return {
    code: 'control-domain',
    message: 'Dom0 has no console of this kind.',
    hint: 'It is the host itself: use ssh, or the console of the machine.',
    host,
  };
}

export function guestIsOff(guest: Guest): Problem {
  return {
    code: 'wrong-state',
    message: `${shown(guest)} is off, and has no console.`,
    hint: 'Start it, and open the console again. What it prints while it starts is shown.',
    host: guest.host,
  };
}

export function guestGone(guest: Guest, crashed: boolean): Problem {
  return {
    code: 'domain-gone',
    message: crashed ? `${shown(guest)} has crashed.` : `${shown(guest)} has ended and did not come back.`,
    hint: 'What it printed last stands above. Once it runs again, open the console again.',
    host: guest.host,
  };
}

export function left(guest: Guest): Problem {
  return {
    code: 'cancelled',
    message: `You have left the console of ${shown(guest)}.`,
    hint: 'The guest goes on as before. Open the console again to come back.',
    host: guest.host,
  };
}

export function consoleHeld(guest: Guest): Problem {
  return {
    code: 'conflict',
    message: `Somebody else has the console of ${shown(guest)} open.`,
    hint: 'Xen gives a console to one at a time. Leave it there first (Ctrl-]), or end the process that is named above; it may be another window of Hum.',
    host: guest.host,
  };
}

/** It ended, nobody left it, and the guest is still the domain that it was. */
export function consoleClosed(guest: Guest, code: number | null): Problem {
  return {
    code: 'toolstack-failed',
    message: `The host has ended the console of ${shown(guest)}; the guest is still there.`,
    hint: 'Open it again. If it ends again, look whether xenconsoled runs on the host.',
    host: guest.host,
    ...(code === null || code === 0 ? {} : { detail: `xl console ended with status ${code}.` }),
  };
}

export function toolstackMissing(host: string): Problem {
  return {
    code: 'no-toolstack',
    message: 'This host has no xl.',
    hint: 'The console of a domain needs the xl toolstack on its host.',
    host,
  };
}

export function toolstackNotPermitted(host: string, words: string): Problem {
  return {
    code: 'not-permitted',
    message: 'The account that Hum logs in with may not run xl.',
    hint: 'xl needs root: change the user of this host to root.',
    host,
    detail: words,
  };
}

export function toolstackFailed(host: string, words: string): Problem {
  return {
    code: 'toolstack-failed',
    message: 'xl does not tell which domains there are.',
    hint: 'Look whether the Xen tools and xenstored run on the host: xl list',
    host,
    detail: words,
  };
}

export function tooManyTerminals(most: number): Problem {
  return { code: 'conflict', message: `This window has ${most} terminals open already.`, hint: 'Close one of them first.' };
}

export function noSuchTerminal(): Problem {
  return { code: 'not-found', message: 'This terminal is not open any more.', hint: 'Open it again.' };
}

export function notTaken(host: string): Problem {
  return {
    code: 'flooded',
    message: 'The guest does not take in what is typed.',
    hint: 'It may hang or be paused. What was sent last has been left out; look at its state.',
    host,
  };
}

export function notEnded(host: string, words: string): Problem {
  return {
    code: 'command-failed',
    message: 'The host could not end what runs in the shell.',
    hint: 'It goes on there.',
    host,
    detail: words,
  };
}

/** The shell ended by itself: `exit`, Ctrl-D, or a signal on the host. */
export function shellEnded(host: string, { code, signal }: { readonly code: number | null; readonly signal: string | null }): Problem {
  if (code === null && signal !== null) {
    return {
      code: 'interrupted',
      message: `The shell was ended by ${visibleText(signal.replace(/^(?:SIG)?/, 'SIG'), 20)}.`,
      hint: 'Somebody, or the kernel for want of memory, ended it on the host. Open another.',
      host,
    };
  }
  return {
    code: 'cancelled',
    message: code === null || code === 0 ? 'The shell has ended.' : `The shell has ended with status ${code}.`,
    hint: 'What it printed stays until the tab is closed.',
    host,
  };
}

export function shellTakesNothing(host: string): Problem {
  return {
    code: 'flooded',
    message: 'The shell does not take in what is typed.',
    hint: 'What runs in it may hang. What was sent last has been left out; Ctrl-C, or close the tab.',
    host,
  };
}

export function logFull(mostBytes: number): Problem {
  return {
    code: 'conflict',
    message: `The session log has ended: it has ${mostBytes / 2 ** 20} MiB, as many as it may have.`,
    hint: 'The terminal goes on. Begin another log if the rest is wanted as well.',
  };
}

export function logUnwritable(detail: string): Problem {
  return {
    code: 'settings-unwritable',
    message: 'The session logs of this computer cannot be written.',
    hint: 'The terminal goes on without. Look at the free space and the rights of the data folder, which the settings name.',
    detail,
  };
}

export function tooManyLogs(most: number, folder: string): Problem {
  return { code: 'conflict', message: `There are ${most} session logs already.`, hint: 'Remove some of them first.', detail: folder };
}

export function logUnreadable(detail: string): Problem {
  return { code: 'file-unreadable', message: 'The session logs cannot be read.', hint: 'Look at the rights of the data folder.', detail };
}

export function logBroken(name: string): Problem {
  return { code: 'file-unreadable', message: 'This is no session log.', hint: 'Something else has written the file.', detail: name };
}

export const logGone: Problem = { code: 'not-found', message: 'This session log is not there any more.', hint: 'Somebody has removed it.' };

export const logWritten: Problem = {
  code: 'conflict',
  message: 'This session log is being written.',
  hint: 'End it in its terminal first.',
};

export const noLogs: Problem = { code: 'wrong-state', message: 'No session logs are kept here.', hint: 'Use another terminal.' };
