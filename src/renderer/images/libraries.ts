import type { GoldenImage, ImageFolder } from '../../shared/contract/images.ts';
import { compareNames } from '../components/compare-names.ts';
import { someOf } from './image-words.ts';

/** A folder of images: of one host, or one that several have mounted. */
export interface Library {
  /** As the first of its hosts tells it, with the images that any of them has. What is done with it that host does. */
  readonly folder: ImageFolder;
  /** The name of that host. */
  readonly name: string;
  /** Where else it is: the names of other hosts, or its other path where that is on the same host. */
  readonly sharedWith: readonly string[];
  /** Other folders of the host, of which it could not tell anything for the same reason. */
  readonly silentToo: readonly string[];
}

/** Puts together the folders that are one and the same, by name of host and then in the order in which they came. Pure. */
export function librariesOf(folders: readonly ImageFolder[], nameOf: (host: string) => string): readonly Library[] {
  const groups: ImageFolder[][] = [];
  const inOrder = [...folders].sort((left, right) => compareNames(nameOf(left.host), nameOf(right.host)));
  for (const folder of inOrder) {
    // With each of them: one that lies would else bring together two that do not agree.
    const same = groups.find((group) => group.every((one) => areOne(one, folder) || failAlike(one, folder)));
    if (same === undefined) groups.push([folder]);
    else same.push(folder);
  }
  return groups.flatMap((group): Library[] => {
    const [first, ...others] = group;
    if (first === undefined) return [];
    const paths = others.map(({ path }) => path);
    if (first.problem !== undefined) return [{ folder: first, name: nameOf(first.host), sharedWith: [], silentToo: paths }];
    const elsewhere = others.map(({ host, path }) => (host === first.host ? path : nameOf(host)));
    const usersUnknown = group.find((each) => each.usersUnknown !== undefined)?.usersUnknown;
    const images = { images: together(group, nameOf), ...(usersUnknown === undefined ? {} : { usersUnknown }) };
    const folder = others.length === 0 ? first : { ...first, ...images };
    return [{ folder, name: nameOf(first.host), sharedWith: [...new Set(elsewhere)], silentToo: [] }];
  });
}

/**
 * What a host says of its mounts may be untrue, and two servers may have one address in two networks: what is in the folders has to fit, too. A client of
 * NFS tells what is new a minute later, so that an image may be missing in one of them.
 */
function areOne(one: ImageFolder, other: ImageFolder): boolean {
  if (one.share === null || one.share.id !== other.share?.id) return false;
  if (one.images.length === 0 && other.images.length === 0) return true;
  const theirs = new Map(other.images.map((image) => [image.name, image]));
  const both = one.images.flatMap((image) => {
    const their = theirs.get(image.name);
    return their === undefined ? [] : [looksAlike(image, their)];
  });
  return both.length > 0 && both.every((same) => same);
}

function looksAlike(one: GoldenImage, other: GoldenImage): boolean {
  // A checksum may have been noted since one of them was asked.
  const sums = one.checksum === null || other.checksum === null || one.checksum === other.checksum;
  return one.bytes === other.bytes && one.modifiedAt === other.modifiedAt && sums;
}

/** A host that cannot be asked says so once. */
function failAlike(one: ImageFolder, other: ImageFolder): boolean {
  return one.problem !== undefined && one.host === other.host && one.problem.code === other.problem?.code;
}

function together(group: readonly ImageFolder[], nameOf: (host: string) => string): readonly GoldenImage[] {
  const found = new Map<string, GoldenImage>();
  const users = new Map<string, Map<string, Set<string>>>();
  // A host that has it under two paths says all twice.
  const hostNames = new Set(group.map(({ host }) => nameOf(host)));
  for (const { host, images } of group) {
    for (const image of images) {
      if (!found.has(image.name)) found.set(image.name, image);
      const byUser = users.get(image.name) ?? new Map<string, Set<string>>();
      for (const user of image.usedBy) byUser.set(user, (byUser.get(user) ?? new Set()).add(nameOf(host)));
      users.set(image.name, byUser);
    }
  }
  return [...found.values()]
    .map((image) => {
      const usedBy = [...(users.get(image.name) ?? [])].flatMap(([user, hosts]) =>
        // What all of them name is a template, or a VM that is configured on each.
        hosts.size === hostNames.size ? [user] : [...hosts].map((host) => `${user} on ${host}`),
      );
      return { ...image, usedBy };
    })
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

/** "shared with xen-b, xen-c and 2 more"; null where it is not shared. */
export function sharedWords({ sharedWith }: Pick<Library, 'sharedWith'>): string | null {
  return sharedWith.length === 0 ? null : `shared with ${someOf(sharedWith, 3, 60)}`;
}

/** A library with the images alone that hold the word, or with all where one of its hosts does; null where nothing is left. */
export function matching(library: Library, word: string): Library | null {
  const { folder, name, sharedWith } = library;
  if ([name, ...sharedWith].some((each) => each.toLowerCase().includes(word))) return library;
  const images = folder.images.filter((image) => image.name.toLowerCase().includes(word));
  return images.length === 0 ? null : { ...library, folder: { ...folder, images } };
}
