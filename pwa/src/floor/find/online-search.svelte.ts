import { api, call } from '$lib/api';
import type { Book, CustomerRow } from '$lib/book';
import { isOffline, sayProblem } from '$lib/session';
import type { CardViews } from '../shared/card-views';

/** One customer of the whole membership; `beyond` when this tablet's own copy does not hold them. */
export interface OnlineHit {
  readonly row: CustomerRow;
  readonly beyond: boolean;
}

/** What became of the question: nobody asked yet, on its way, answered, no connection, or the server said no. */
type Answer =
  | { phase: 'none' | 'asking' | 'offline' }
  | { phase: 'found'; hits: readonly OnlineHit[]; more: boolean }
  | { phase: 'failed'; problem: string };

const LIMIT = 20;
const SHORTEST = 2;

/**
 * The search beyond this tablet's book, at the server. Asked only when somebody wants it: every hit leaves a note of who
 * looked.
 */
export class OnlineSearch {
  #query = $state('');
  #answer = $state.raw<Answer>({ phase: 'none' });
  #turn = 0;
  readonly #book: Book;
  readonly #views: CardViews;

  constructor(book: Book, views: CardViews) {
    this.#book = book;
    this.#views = views;
  }

  /** The answer to `query`; an answer to another question counts as none. */
  to(query: string): Answer {
    return query === this.#query ? this.#answer : { phase: 'none' };
  }

  static longEnough(query: string): boolean {
    return query.trim().length >= SHORTEST;
  }

  async ask(query: string): Promise<void> {
    const turn = ++this.#turn;
    this.#query = query;
    this.#answer = { phase: 'asking' };
    const answer = await this.#find(query);
    if (turn === this.#turn) this.#answer = answer;
  }

  /** Keeps a found card on the tablet for the day, so that it opens and sells like any other. */
  async hold({ row, beyond }: OnlineHit): Promise<void> {
    if (beyond) await this.#book.hold(row);
  }

  async #find(query: string): Promise<Answer> {
    try {
      const asked = { params: { query: { q: query.trim(), limit: LIMIT } } };
      const found = (await call(api.GET('/api/v1/customers/search', asked))) as unknown as { items: CustomerRow[]; more: boolean };
      const hits = await Promise.all(found.items.map(async (row) => ({ row, beyond: (await this.#book.customer(row.id)) === null })));
      for (const { row, beyond } of hits) if (beyond) this.#views.fetched(row.id);
      return { phase: 'found', hits, more: found.more };
    } catch (problem) {
      return isOffline(problem) ? { phase: 'offline' } : { phase: 'failed', problem: sayProblem(problem) };
    }
  }
}
