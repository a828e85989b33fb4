import { api, call } from '$lib/api';
import type { Book, CustomerRow, ProductRow } from '$lib/book';

export interface NoteRecord {
  id: string;
  text: string;
  staff?: string | null;
  created_at: string;
}

export interface ConsentRecord {
  purpose: string;
  channel: string | null;
  night: boolean;
  granted: boolean;
  sender?: string | null;
  occurred_at: string;
}

export interface SaleRecord {
  id: string;
  total: number;
  currency: string;
  occurred_at: string;
  store: string;
  line_count: number;
}

export interface TextRecord {
  id: string;
  body: string;
  state: string;
  reason_text?: string | null;
  created_at: string;
}

/** A list that is fetched on view: undefined while it is on its way, null when the server did not answer. */
type Fetched<T> = T[] | null | undefined;

/** One customer on the screen: the row of the book at once, what the book does not hold when the server answers. */
export class CustomerCard {
  #row = $state.raw<CustomerRow | null | undefined>();
  #products = $state.raw<ReadonlyMap<string, ProductRow>>(new Map());
  #notes = $state.raw<Fetched<NoteRecord>>();
  #consents = $state.raw<Fetched<ConsentRecord>>();
  #sales = $state.raw<Fetched<SaleRecord>>();
  #texts = $state.raw<Fetched<TextRecord>>();
  readonly id: string;
  readonly #book: Book;

  constructor(book: Book, id: string) {
    this.#book = book;
    this.id = id;
  }

  /** undefined while it is read, null when this tablet does not hold the customer. */
  get row(): CustomerRow | null | undefined {
    return this.#row;
  }

  get products(): ReadonlyMap<string, ProductRow> {
    return this.#products;
  }

  get notes(): Fetched<NoteRecord> {
    return this.#notes;
  }

  get consents(): Fetched<ConsentRecord> {
    return this.#consents;
  }

  get sales(): Fetched<SaleRecord> {
    return this.#sales;
  }

  get texts(): Fetched<TextRecord> {
    return this.#texts;
  }

  /** Reads the row again: after it was edited here, or a pull has changed it. */
  async read(): Promise<CustomerRow | null> {
    const row = await this.#book.customer(this.id);
    this.#products = await this.#book.products(row?.last_basket.map(([sku]) => sku) ?? []);
    this.#row = row;
    return row;
  }

  /** Asks the server for what the tablet does not keep. Each list stands alone: one that fails leaves the others. */
  async fetch(): Promise<void> {
    const path = { id: this.id };
    await Promise.all([
      list<NoteRecord>(call(api.GET('/api/v1/customers/{id}/notes', { params: { path } }))).then((found) => { this.#notes = found; }),
      list<ConsentRecord>(call(api.GET('/api/v1/customers/{id}/consents', { params: { path } }))).then((found) => { this.#consents = found; }),
      list<TextRecord>(call(api.GET('/api/v1/customers/{id}/messages', { params: { path } }))).then((found) => { this.#texts = found; }),
      list<SaleRecord>(call(api.GET('/api/v1/sales', { params: { query: { customer: this.id, limit: 5 } } }))).then((found) => { this.#sales = found; }),
    ]);
  }
}

async function list<T>(answer: Promise<unknown>): Promise<T[] | null> {
  try {
    return ((await answer) as { items: T[] }).items;
  } catch {
    return null;
  }
}
