/** A tab that was refused the lock for this long sends all the same: the other one may be frozen. */
const PATIENCE = 30_000;

/**
 * Lets one tab send at a time, to save work: nothing depends on it, receipts and revisions make two senders safe.
 * Runs without a lock where the browser has none.
 */
export class SenderLock {
  readonly #name: string;
  #refusedSince: number | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  /** Runs `task` and gives its result, or null when another tab is at it. */
  async run<T>(task: () => Promise<T>): Promise<T | null> {
    const locks = (globalThis.navigator as Navigator | undefined)?.locks;
    if (locks === undefined) return task();
    const impatient = this.#refusedSince !== null && Date.now() - this.#refusedSince > PATIENCE;
    if (impatient) return task();
    return locks.request(this.#name, { ifAvailable: true }, async (lock): Promise<T | null> => {
      this.#refusedSince = lock === null ? (this.#refusedSince ?? Date.now()) : null;
      return lock === null ? null : task();
    });
  }
}
