/** As VS Code has it (platform/terminal/common/terminal.ts, FlowControlConstants): a browser draws so much in a moment, and no more is in flight. */
export const highWater = 100_000;
export const lowWater = 5_000;

/** What can be made to wait. */
export interface Tap {
  pause(): void;
  resume(): void;
}

/**
 * Holds back a host that prints faster than its reader takes in. Characters are counted when they come and when they are acknowledged; above
 * `highWater` the tap is closed, and below `lowWater` opened again.
 */
export class Flow {
  #tap: Tap | undefined;
  #unacknowledged = 0;
  #paused = false;

  get paused(): boolean {
    return this.#paused;
  }

  /** Another channel takes the place of the one before, as after a reboot of the guest. What is in flight still counts. */
  attach(tap: Tap | undefined): void {
    this.#tap = tap;
    if (this.#paused) tap?.pause();
  }

  came(characters: number): void {
    this.#unacknowledged += characters;
    if (this.#paused || this.#unacknowledged <= highWater) return;
    this.#paused = true;
    this.#tap?.pause();
  }

  /** A reader that acknowledges more than it was given gets no credit for it. */
  acknowledged(characters: number): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - characters);
    if (!this.#paused || this.#unacknowledged >= lowWater) return;
    this.#paused = false;
    this.#tap?.resume();
  }
}
