import { sayProblem } from '$lib/session';

const ASK_MS = 700;

/** Something that the worker is at, looked at again and again until it is done. */
export class Watched<T> {
  #record = $state.raw<T | null>(null);
  #problem = $state<string | null>(null);
  #sending = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #left = false;
  readonly #read: () => Promise<T>;
  readonly #underWay: (record: T) => boolean;

  /** @param read asks the server for it; @param underWay whether there is more to see; @param known what was read before. */
  constructor(read: () => Promise<T>, underWay: (record: T) => boolean, known: T | null = null) {
    this.#read = read;
    this.#underWay = underWay;
    this.#record = known;
  }

  get record(): T | null {
    return this.#record;
  }

  get problem(): string | null {
    return this.#problem;
  }

  get sending(): boolean {
    return this.#sending;
  }

  /** For an effect: looks until it is left. */
  watch(): () => void {
    this.#left = false;
    void this.#look();
    return () => {
      this.#left = true;
      clearTimeout(this.#timer);
    };
  }

  /** Tells the server something about it, one thing at a time; the answer is how it stands now. */
  async tell(what: () => Promise<T>): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    this.#problem = null;
    try {
      this.#record = await what();
    } catch (problem) {
      this.#problem = sayProblem(problem);
    } finally {
      this.#sending = false;
      this.#again();
    }
  }

  async #look(): Promise<void> {
    try {
      const found = await this.#read();
      // An answer to what was told meanwhile is newer.
      if (!this.#sending) [this.#record, this.#problem] = [found, null];
    } catch (problem) {
      this.#problem = sayProblem(problem);
    }
    this.#again();
  }

  #again(): void {
    clearTimeout(this.#timer);
    // What cannot be reached now is looked at again, too: the worker goes on without this page.
    if (!this.#left && (this.#record === null ? this.#problem === null : this.#underWay(this.#record))) {
      this.#timer = setTimeout(() => void this.#look(), ASK_MS);
    }
  }
}
