import type { Book, OutboxEntry } from '$lib/book';
import { needsLook } from '../shared/receipts';

/** How long "seen" can be taken back. */
const UNDO_WITHIN = 8_000;

/** What needs attention on this tablet. "Seen" is written down only once it can no longer be taken back. */
export class AlertBox {
  #marked = $state.raw<readonly string[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #book: Book;

  constructor(book: Book) {
    this.#book = book;
  }

  /** What still wants a look, newest first. */
  readonly open = $derived.by(() =>
    this.#book.outbox
      .filter((entry) => needsLook(entry) && !this.#marked.includes(entry.id))
      .sort((one, other) => other.seq - one.seq),
  );

  /** How many were marked a moment ago and can be taken back. */
  get undoable(): number {
    return this.#marked.length;
  }

  mark(entry: OutboxEntry): void {
    this.#marked = [...this.#marked, entry.id];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.commit(), UNDO_WITHIN);
  }

  undo(): void {
    clearTimeout(this.#timer);
    this.#marked = [];
  }

  /** Writes down what was marked: the time is over, or the screen is left. What cannot be written wants its look again. */
  async commit(): Promise<void> {
    clearTimeout(this.#timer);
    const marked = this.#marked;
    await Promise.allSettled(marked.map((id) => this.#book.dismiss(id)));
    this.#marked = this.#marked.filter((id) => !marked.includes(id));
  }
}
