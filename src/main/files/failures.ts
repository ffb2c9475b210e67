import type { Problem } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';

export const noSuchTransfer: Problem = {
  code: 'not-found',
  message: 'This transfer is not under way any more.',
  hint: 'Begin it again: an upload goes on where it was cut.',
};

export function tooManyTransfers(most: number): Problem {
  return { code: 'conflict', message: `This window moves ${most} files already.`, hint: 'Wait until one of them is done, or cancel one.' };
}

export function nameTaken(host: string, path: string): Problem {
  return {
    code: 'name-taken',
    message: `There is something of this name already: ${visibleText(path, 300)}`,
    hint: 'Nothing was put over it. Rename your file, or move away what is there.',
    host,
  };
}

export function underWay(host: string): Problem {
  return { code: 'conflict', message: 'This very file is on its way to this directory already.', hint: 'Wait for it, or cancel it.', host };
}

export function noDirectory(host: string, path: string): Problem {
  return {
    code: 'not-found',
    message: `There is no directory ${visibleText(path, 300)} on the host.`,
    hint: 'It is where the shell said that it was last. Change the directory in it, and drop the file again.',
    host,
  };
}

export function strangePart(host: string, path: string): Problem {
  return {
    code: 'conflict',
    message: 'What is to take in the file until it is whole is no ordinary file.',
    hint: 'Somebody else has put it there: remove it, or use another directory.',
    host,
    detail: path,
  };
}

export function noRoom(host: string, free: number, needed: number): Problem {
  return {
    code: 'disk-full',
    message: `There is not enough room on the host: ${formatBytes(free)} are free, ${formatBytes(needed)} are needed.`,
    hint: 'Make room there, or use another directory.',
    host,
  };
}

export function wrongOffset(host: string): Problem {
  return {
    code: 'conflict',
    message: 'The pieces of the file came in another order.',
    hint: 'Begin it again: it goes on where it was cut.',
    host,
  };
}

export function notWhole(host: string): Problem {
  return {
    code: 'conflict',
    message: 'What has arrived is not as long as the file.',
    hint: 'Somebody else has written to it. Begin it again.',
    host,
  };
}

export function noFile(host: string, path: string): Problem {
  return {
    code: 'not-found',
    message: `There is no file ${visibleText(path, 300)} on the host.`,
    hint: 'A path that does not begin with / counts from the directory of the shell.',
    host,
  };
}

export function offeredAlready(host: string): Problem {
  return { code: 'conflict', message: 'This address is in use already.', hint: 'Drag the file out again.', host };
}

export function tooManyOffers(host: string, most: number): Problem {
  return { code: 'conflict', message: `This window offers ${most} files already.`, hint: 'Wait a moment, and drag it out again.', host };
}

export function nobodyCame(host: string): Problem {
  return { code: 'request-timeout', message: 'Nobody came for the file.', hint: 'Drag it out again.', host };
}

export function notDelivered(host: string): Problem {
  return {
    code: 'interrupted',
    message: 'The browser stopped taking the file in.',
    hint: 'It may have been cancelled there, or its disk be full. Drag the file out again, or try again here.',
    host,
  };
}

export function shrank(host: string): Problem {
  return { code: 'conflict', message: 'The file became shorter while it was read.', hint: 'Download it again.', host };
}

export function grewTooLarge(host: string): Problem {
  return { code: 'conflict', message: 'The file does not end where it said that it would.', hint: 'Use scp or rsync for it.', host };
}

export function notRegular(host: string, path: string): Problem {
  return {
    code: 'bad-input',
    message: `${visibleText(path, 300)} is no file.`,
    hint: 'A directory can be packed first: tar czf /tmp/NAME.tgz DIRECTORY',
    host,
  };
}

export function tooLarge(host: string, bytes: number, most: number): Problem {
  return {
    code: 'conflict',
    message: `The file has ${formatBytes(bytes)}: Hum downloads ${formatBytes(most)} at most.`,
    hint: 'Use scp or rsync for it.',
    host,
  };
}
