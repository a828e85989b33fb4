import type { Book, ProductRow, SearchAnswer } from '$lib/book';

const nothing: SearchAnswer<ProductRow> = { query: '', hits: [], total: 0, more: false };

/** Products as one types or scans; only the newest answer counts. */
export class ProductSearch {
  #query = $state('');
  #answer = $state.raw<SearchAnswer<ProductRow>>(nothing);
  #asked = 0;
  #shown = 0;
  readonly #book: Book;

  constructor(book: Book) {
    this.#book = book;
  }

  get query(): string {
    return this.#query;
  }

  get answer(): SearchAnswer<ProductRow> {
    return this.#answer;
  }

  async type(query: string): Promise<void> {
    this.#query = query;
    const turn = ++this.#asked;
    // A tablet that locks meanwhile answers nothing.
    const answer = query.trim() === '' ? { ...nothing, query } : await this.#book.findProducts(query, 24).catch(() => null);
    if (answer === null || turn < this.#shown) return;
    this.#shown = turn;
    this.#answer = answer;
  }

  /**
   * The first product for what stands in the field now. A scanner types a whole barcode and Enter faster than an answer
   * comes back, so Enter asks itself.
   */
  async first(): Promise<ProductRow | null> {
    if (this.#query.trim() === '') return null;
    const answer = await this.#book.findProducts(this.#query, 1);
    return answer.hits[0]?.row ?? null;
  }
}
