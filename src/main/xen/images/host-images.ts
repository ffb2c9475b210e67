import { HumError, type Problem, problemOf } from '../../../shared/errors.ts';
import type { Xen } from '../xen.ts';
import { askedOf, disksOf, type OwnedDisk } from './image-users.ts';
import { inTurns } from './in-turns.ts';
import type { Questions } from './questions.ts';
import { type ReadDisks, readDisks } from './read-disks.ts';
import { type ReadFolder, readFolder } from './read-folder.ts';

/** What a host says of its images, and of what may use them. */
export interface HostImages {
  /** Each folder of the settings, or why nothing is known of it. */
  readonly folders: ReadonlyMap<string, ReadFolder | Problem>;
  readonly owned: readonly OwnedDisk[];
  /** What these disks lie on, or why that is not known. */
  readonly disks: ReadDisks | Problem;
}

export interface HostImagesReader {
  read(host: string): Promise<HostImages>;
  /** Which share the folder was found on when it was last seen on one: where it is not mounted now, or cannot be read, a VM may still have it. */
  markOf(host: string, folder: string): string | undefined;
  /** Asks for a folder that was not there when it was last asked for, for the sake of `markOf`. Never rejects. */
  learn(host: string, folder: string): Promise<void>;
}

export interface HostImagesDeps {
  readonly xen: Pick<Xen, 'domains' | 'configured'>;
  readonly folders: () => readonly string[];
  readonly questions: Questions;
}

/** How many folders of a host are asked for at once. */
const foldersAtOnce = 3;

export function createHostImages({ xen, folders, questions }: HostImagesDeps): HostImagesReader {
  /** Null of a folder that was there, and on no share. */
  const marks = new Map<string, string | null>();

  async function readOne(host: string, folder: string): Promise<ReadFolder> {
    const found = readFolder(await questions.ask(host, 'list', folder), folder);
    if (found === undefined) throw new HumError(notUnderstood(host));
    const key = `${host} ${folder}`;
    if (found.path !== null) marks.set(key, found.mark ?? marks.get(key) ?? null);
    return found;
  }

  return {
    async read(host) {
      const owned = disksOf(xen, host);
      const asked = askedOf(owned);
      const begun = Promise.withResolvers<undefined>();
      const input = [...asked].map((path) => `${path}\n`).join('');
      const telling = questions
        .ask(host, 'disks', '', input, () => begun.resolve(undefined))
        .then((answer): ReadDisks | Problem => readDisks(answer, asked) ?? notUnderstood(host))
        .catch(problemOf);
      // A password that is wrong is tried once, and not for each of the folders.
      const first = await Promise.race([begun.promise, telling]);
      const all = folders();
      if (first !== undefined && 'code' in first && first.code === 'not-permitted') {
        return { folders: new Map(all.map((folder) => [folder, first])), owned, disks: first };
      }
      // In the order of the settings, whichever answers first.
      const found = new Map<string, ReadFolder | Problem>(all.map((folder) => [folder, notUnderstood(host)]));
      await inTurns(all, foldersAtOnce, async (folder) => {
        found.set(folder, await readOne(host, folder).catch(problemOf));
      });
      return { folders: found, owned, disks: await telling };
    },
    markOf: (host, folder) => marks.get(`${host} ${folder}`) ?? undefined,
    async learn(host, folder) {
      if (!marks.has(`${host} ${folder}`)) await readOne(host, folder).catch(() => undefined);
    },
  };
}

function notUnderstood(host: string): Problem {
  return {
    code: 'bad-answer',
    message: 'What the host said of its images could not be understood.',
    hint: 'Read again. If it stays so, look at the folder on the host.',
    host,
  };
}
