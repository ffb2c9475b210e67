import type { Hash } from 'node:crypto';
import type { Good } from './goods.ts';

/** An image that is on its way. Bytes; `of` tells which it is. */
export interface ArrivingImage {
  readonly of: string;
  bytes: number;
  /** Of what has come from the console. */
  readonly hash: Hash;
  /** Of what another host sends: since when it does (ms since the demo began), and the image. */
  sent?: { readonly since: number; readonly image: Good };
  mark?: string;
}

/** Files that VMs are made from, by path: on the disks of one host, or on a server that several have mounted. */
export class ImageStore {
  /** Images that were uploaded or copied here. */
  readonly golden = new Map<string, Good>();
  /** What has arrived of images so far. */
  readonly arriving = new Map<string, ArrivingImage>();
  /** Checksums that are noted. */
  readonly noted = new Map<string, string>();
  /** What is not there any more. */
  readonly gone = new Set<string>();
  /** Folders that were made for images. */
  readonly folders = new Set<string>();
  readonly #first: ReadonlyMap<string, Good>;
  readonly #firstNoted: ReadonlySet<string>;

  /** @param first what is there from the beginning, and what of it has its checksum noted beside it */
  constructor(first: ReadonlyMap<string, Good>, firstNoted: ReadonlySet<string>) {
    this.#first = first;
    this.#firstNoted = firstNoted;
  }

  goodOf(path: string): Good | undefined {
    return this.golden.get(path) ?? (this.gone.has(path) ? undefined : this.#first.get(path));
  }

  noteOf(path: string): string | undefined {
    return this.noted.get(path) ?? (this.#firstNoted.has(path) && !this.golden.has(path) ? this.#first.get(path)?.sum : undefined);
  }

  /** What is right in this folder. */
  within(folder: string): readonly string[] {
    return [...new Set([...this.#first.keys(), ...this.golden.keys()])]
      .filter((path) => path.slice(0, path.lastIndexOf('/')) === folder && this.goodOf(path) !== undefined)
      .sort();
  }
}
