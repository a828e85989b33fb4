import type { Book, DueAnswer } from '$lib/book';

const ofEach = 50;
const groups = ['risk', 'late', 'soon'] as const;
export type GroupName = (typeof groups)[number];

export function isGroup(name: unknown): name is GroupName {
  return groups.some((each) => each === name);
}

/** Who is due, read from the tablet's copy: at once, and again when the copy has changed. */
export class DueList {
  #answer = $state.raw<DueAnswer | null>(null);
  #limit = $state(ofEach);
  #held = false;
  readonly #book: Book;

  constructor(book: Book) {
    this.#book = book;
  }

  /** null until the tablet has answered for the first time. */
  get answer(): DueAnswer | null {
    return this.#answer;
  }

  async read(): Promise<void> {
    if (this.#held) return;
    const answer = await this.#book.due(this.#limit).catch(() => null);
    if (answer !== null && !this.#held) this.#answer = answer;
  }

  async more(): Promise<void> {
    this.#limit += ofEach;
    await this.read();
  }

  /** A finger is on the list: it does not change below it. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
  }
}
