import { sayProblem } from '$lib/session';

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** A list that grows page by page, by key: nothing is skipped or shown twice while rows are added meanwhile. */
export class PagedList<T> {
  #items = $state.raw<T[]>([]);
  #next = $state<string | null>(null);
  #loaded = $state(false);
  #busy = $state(false);
  #problem = $state<string | null>(null);
  #turn = 0;
  readonly #fetch: (after: string | undefined) => Promise<unknown>;

  constructor(fetch: (after: string | undefined) => Promise<unknown>) {
    this.#fetch = fetch;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  /** False until the first answer. */
  get loaded(): boolean {
    return this.#loaded;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get more(): boolean {
    return this.#next !== null;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** From the first page again: at the start, and when a filter has changed. */
  async load(): Promise<void> {
    await this.#read(undefined, []);
  }

  async loadMore(): Promise<void> {
    if (this.#next !== null && !this.#busy) await this.#read(this.#next, this.#items);
  }

  async #read(after: string | undefined, before: T[]): Promise<void> {
    const turn = ++this.#turn;
    this.#busy = true;
    this.#problem = null;
    try {
      const page = (await this.#fetch(after)) as Page<T>;
      // A newer question was asked meanwhile: this answer is to another one.
      if (turn !== this.#turn) return;
      this.#items = [...before, ...page.items];
      this.#next = page.next;
      this.#loaded = true;
    } catch (problem) {
      if (turn === this.#turn) this.#problem = sayProblem(problem);
    } finally {
      if (turn === this.#turn) this.#busy = false;
    }
  }
}
