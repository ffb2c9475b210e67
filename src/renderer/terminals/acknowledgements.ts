/** Acknowledged in such steps (VS Code's CharCountAckSize): less than what the console waits for before it lets the host go on (flow.ts). */
const step = 5_000;
/**
 * What may wait to be drawn and is acknowledged all the same: two windows of flow.ts. The host then prints the next window while this one is
 * drawn; otherwise each of the two waits for the other, at half the pace.
 */
export const mostUndrawn = 200_000;

/** Counts what a terminal was given and has drawn, and tells what to acknowledge of it. */
export class Acknowledgements {
  #came = 0;
  #drawn = 0;
  #told = 0;

  came(characters: number): void {
    this.#came += characters;
  }

  drawn(characters: number): void {
    this.#drawn += characters;
  }

  /** Characters to acknowledge now, which count as acknowledged from then on; 0: none yet. */
  take(): number {
    const characters = Math.min(this.#came, this.#drawn + mostUndrawn) - this.#told;
    if (characters < step) return 0;
    this.#told += characters;
    return characters;
  }
}
