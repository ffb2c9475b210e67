/** How often the disks of a host are read, and of one that somebody looks at. */
const eachMs = { usual: 60_000, watched: 10_000 } as const;
/** Where df held up the host's answer until it came too late, one may still hang there: it gets no second one for a while. */
const afterHangMs = 60 * 60_000;

/** Which of a host's samples read its disks too. Times are performance.now(). */
export class DiskTurns {
  #askedAt = Number.NEGATIVE_INFINITY;
  #notBefore = Number.NEGATIVE_INFINITY;
  #asked = false;

  /** Whether the request that is about to be sent reads them. */
  take(now: number, watched: boolean): boolean {
    this.#asked = now >= this.#notBefore && now - this.#askedAt >= eachMs[watched ? 'watched' : 'usual'];
    if (this.#asked) this.#askedAt = now;
    return this.#asked;
  }

  /** The request under way was not answered in time. */
  unanswered(now: number): void {
    if (this.#asked) this.#notBefore = now + afterHangMs;
  }

  /** A new connection. */
  reset(): void {
    this.#askedAt = Number.NEGATIVE_INFINITY;
    this.#notBefore = Number.NEGATIVE_INFINITY;
    this.#asked = false;
  }
}
