import type { Book, CustomerRow, SearchAnswer } from '$lib/book';

const nothing: SearchAnswer<CustomerRow> = { query: '', hits: [], total: 0, more: false };

/**
 * The search as one types. Answers may overtake each other; an older one never replaces a newer one, and none arrives
 * under a finger that is about to tap a row.
 */
export class Finder {
  #query = $state('');
  #answer = $state.raw<SearchAnswer<CustomerRow>>(nothing);
  #active = $state(-1);
  #asked = 0;
  #shown = 0;
  #held = false;
  #late: { turn: number; answer: SearchAnswer<CustomerRow> } | null = null;
  readonly #book: Book;

  constructor(book: Book) {
    this.#book = book;
  }

  get query(): string {
    return this.#query;
  }

  get answer(): SearchAnswer<CustomerRow> {
    return this.#answer;
  }

  /** Index of the row that the arrow keys are on; -1 for none. */
  get active(): number {
    return this.#active;
  }

  get activeCustomer(): CustomerRow | null {
    return this.#answer.hits[this.#active]?.row ?? null;
  }

  async type(query: string): Promise<void> {
    this.#query = query;
    const turn = ++this.#asked;
    if (query.trim() === '') {
      this.#show(turn, { ...nothing, query });
      return;
    }
    // A tablet that locks meanwhile answers nothing: what is shown stays until the screen is gone.
    const answer = await this.#book.findCustomers(query, 20).catch(() => null);
    if (answer !== null) this.#show(turn, answer);
  }

  /** The same question again after something was recorded here: a new member is found at once. */
  refresh(): void {
    if (this.#query.trim() !== '') void this.type(this.#query);
  }

  clear(): void {
    void this.type('');
  }

  move(step: number): void {
    const count = this.#answer.hits.length;
    if (count === 0) return;
    this.#active = Math.max(0, Math.min(count - 1, this.#active + step));
  }

  /** A finger is on the list: it stays as it is until the finger is gone. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    const late = this.#late;
    this.#late = null;
    if (late !== null) this.#show(late.turn, late.answer);
  }

  #show(turn: number, answer: SearchAnswer<CustomerRow>): void {
    if (turn < this.#shown) return;
    if (this.#held) {
      this.#late = { turn, answer };
      return;
    }
    this.#shown = turn;
    this.#answer = answer;
    this.#active = answer.hits.length > 0 && answer.query.trim() !== '' ? 0 : -1;
  }
}
