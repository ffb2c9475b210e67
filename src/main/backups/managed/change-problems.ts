import type { JobDefinition } from '../../../shared/contract/backup-jobs.ts';
import type { Problem } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { shownWord } from '../../ssh/quote.ts';

export function underWay(name: string): Problem {
  return {
    code: 'conflict',
    message: `Something is being done to the backup ${name} already.`,
    hint: 'Wait for it, or decide about it on the activity page.',
  };
}

export function inTheWay(name: string): Problem {
  return {
    code: 'conflict',
    message: `In the place of a file of the backup ${name} is a link, a folder or something far too large.`,
    hint: 'Look at /etc/hum/jobs and /etc/cron.d on the host, or choose another name.',
  };
}

export function nameTaken(name: string, hostName: string): Problem {
  return {
    code: 'name-taken',
    message: `${visibleText(hostName, 80)} has a backup ${name} already.`,
    hint: 'Edit that one, or choose another name.',
  };
}

export function noSuchJob(name: string, hostName: string): Problem {
  return {
    code: 'not-found',
    message: `${visibleText(hostName, 80)} has no backup ${name} of Hum.`,
    hint: 'It may have been removed or renamed: look at the list again.',
  };
}

export function notUnderstood(name: string): Problem {
  return {
    code: 'config-invalid',
    message: `The script of the backup ${name} has no definition that this Hum understands.`,
    hint: 'Somebody changed its head, or a newer Hum wrote it. It can be removed, or made anew under another name.',
  };
}

export function noCrontab(file: string): Problem {
  return {
    code: 'bad-input',
    message: `${shownWord(file)} is no crontab.`,
    hint: 'Lines are taken over from /etc/crontab, /etc/cron.d and the crontabs of accounts.',
  };
}

export function lineChanged(file: string, line: number): Problem {
  return {
    code: 'config-changed',
    message: `Line ${line} of ${shownWord(file)} is not what it was.`,
    hint: 'Somebody changed the file: look at the list again. Nothing was written.',
  };
}

export function noText(file: string): Problem {
  return {
    code: 'config-invalid',
    message: `${shownWord(file)} has bytes in it that are no text.`,
    hint: 'Hum does not rewrite such a file: comment the line by hand.',
  };
}

export function passwordInFile(file: string): Problem {
  return {
    code: 'config-invalid',
    message: `A password stands in ${shownWord(file)}, and the journal of changes would keep it.`,
    hint: 'Move it into a file of its own first: the page of the job offers that, or says how.',
  };
}

export function noSuchFile(file: string): Problem {
  return {
    code: 'not-found',
    message: `${shownWord(file)} is not there, or is no file of a size that a crontab has.`,
    hint: 'Look at the list again.',
  };
}

export function oneFolder({ destination }: JobDefinition): Problem {
  if (JSON.stringify(destination).includes('{host}')) {
    return {
      code: 'bad-input',
      message: 'Two of these hosts have the same name in a path, and would put their copies into the same folder.',
      hint: 'Give the hosts names that differ in letters, digits, dots, dashes or underscores.',
    };
  }
  return {
    code: 'bad-input',
    message: 'All of these hosts would put their copies into the same folder, each over those of the others.',
    hint: 'Put {host} into the folder of the destination: it is the name of each host.',
  };
}
