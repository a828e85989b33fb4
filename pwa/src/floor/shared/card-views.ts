import type { Book } from '$lib/book';

/** The same person opening the same card again within this time, milliseconds, is one view. */
const ONE_VIEW = 60_000;

/**
 * Whose card was opened from the tablet's own book, noted for the server as the law wants it. What the server itself
 * gave out it has noted already.
 */
export class CardViews {
  readonly #book: Pick<Book, 'record' | 'lock'>;
  /** When a view was last noted, by who looked and at whom. */
  readonly #noted = new Map<string, number>();

  constructor(book: Pick<Book, 'record' | 'lock'>) {
    this.#book = book;
  }

  /** The server gave a card out just now. */
  fetched(customer: string): void {
    this.#first(customer);
  }

  /** A card is on the screen. Rejects with the book's error when that could not be noted; the next opening tries again. */
  async opened(customer: string): Promise<void> {
    const view = this.#first(customer);
    if (view === null) return;
    try {
      await this.#book.record('access.report', { entries: [{ customer_id: customer, what: 'card', at: new Date().toISOString() }] });
    } catch (error) {
      this.#noted.delete(view);
      throw error;
    }
  }

  /** The key of a view that begins now; null when it is one that is noted. */
  #first(customer: string): string | null {
    const now = Date.now();
    for (const [view, at] of this.#noted) {
      // A clock set back must not keep later views from being noted.
      if (now - at >= ONE_VIEW || now < at) this.#noted.delete(view);
    }
    const view = `${this.#book.lock.staff ?? ''} ${customer}`;
    if (this.#noted.has(view)) return null;
    this.#noted.set(view, now);
    return view;
  }
}
