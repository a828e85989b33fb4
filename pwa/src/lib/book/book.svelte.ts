import { Caller, type Calls, type Method, type Result } from './rpc';
import type { Told } from './status';
import type { BookState, CustomerRow, DueAnswer, OpenOptions, OutboxEntry, ProductRow, SearchAnswer, StoreRow, SyncState } from './types';

const NOTHING: BookState = { phase: 'empty', loaded: 0, expected: 0, rows: {}, asOf: null };
const NOT_YET: SyncState = {
  online: true,
  syncing: false,
  waiting: 0,
  lastContact: null,
  lastError: null,
  persisted: null,
  upgradeRequired: false,
  sessionExpired: false,
};

/** The screens' handle on the tablet's copy. Everything slow happens in a worker; nothing here waits for the network. */
export class Book {
  #state = $state.raw<BookState>(NOTHING);
  #sync = $state.raw<SyncState>(NOT_YET);
  #outbox = $state.raw<OutboxEntry[]>([]);
  #worker: Worker | null = null;
  #caller: Caller | null = null;
  #options: OpenOptions | null = null;

  /** How much of the copy is there. Changes whenever rows do. */
  get state(): BookState {
    return this.#state;
  }

  get sync(): SyncState {
    return this.#sync;
  }

  /** What waits and what was receipted lately, in the order in which it was done. */
  get outbox(): OutboxEntry[] {
    return this.#outbox;
  }

  /** Opens the copy for a staff member. On an open book it only says who acts from now on. Resolves when stored rows can be searched. */
  async open(options: OpenOptions): Promise<void> {
    this.#options = options;
    if (this.#caller !== null) {
      await this.#caller.call('actAs', options.staff, options.store);
      return;
    }
    document.addEventListener('visibilitychange', this.#wake);
    await this.#start(options);
    void this.#askToPersist();
  }

  async #start(options: OpenOptions): Promise<void> {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'book' });
    this.#caller = new Caller(this.#worker, (told) => this.#hear(told));
    await this.#caller.call('open', $state.snapshot(options));
  }

  /** The customers that a query finds, best first. */
  findCustomers(query: string, limit = 20): Promise<SearchAnswer<CustomerRow>> {
    return this.#measured(this.#call('findCustomers', query, limit));
  }

  findProducts(query: string, limit = 20): Promise<SearchAnswer<ProductRow>> {
    return this.#measured(this.#call('findProducts', query, limit));
  }

  customer(id: string): Promise<CustomerRow | null> {
    return this.#call('customer', id);
  }

  /** Who is due today, at most `limit` of each group: worked out in the worker, without the network. */
  due(limit = 50): Promise<DueAnswer> {
    return this.#call('due', limit);
  }

  /** Products by SKU; those that the copy does not hold are missing. */
  async products(skus: readonly string[]): Promise<Map<string, ProductRow>> {
    const found = await this.#call('products', [...skus]);
    return new Map(found.map((row) => [row.sku, row]));
  }

  stores(): Promise<StoreRow[]> {
    return this.#call('stores');
  }

  /** Notes what was done, under a new id. Resolves when it is safe on this tablet; sending happens behind. */
  record(kind: string, data: unknown): Promise<{ id: string }> {
    return this.#call('record', kind, $state.snapshot(data));
  }

  async syncNow(): Promise<void> {
    await this.#caller?.call('syncNow');
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#wake);
    this.#worker?.terminate();
    this.#worker = this.#caller = null;
    this.#state = NOTHING;
    this.#sync = NOT_YET;
    this.#outbox = [];
  }

  async #call<M extends Method>(method: M, ...args: Parameters<Calls[M]>): Promise<Result<M>> {
    if (this.#caller === null) throw new Error('The book is not open.');
    return this.#caller.call(method, ...args);
  }

  #hear({ state, sync, outbox, lost }: Told): void {
    if (state !== undefined) this.#state = state;
    if (sync !== undefined) this.#sync = sync;
    if (outbox !== undefined) this.#outbox = outbox;
    if (lost === true) void this.#reopen();
  }

  /** The browser took the database away (another version of the app, or cleared data): begin again with what is there. */
  async #reopen(): Promise<void> {
    this.#worker?.terminate();
    this.#state = NOTHING;
    if (this.#options !== null) await this.#start(this.#options);
  }

  readonly #wake = () => {
    if (document.visibilityState === 'visible') void this.syncNow();
  };

  async #askToPersist(): Promise<void> {
    const storage = (navigator as Partial<Navigator>).storage;
    const granted = (await storage?.persist?.().catch(() => false)) ?? false;
    await this.#caller?.call('persisted', granted);
  }

  /** Leaves the worker's own time as a performance measure `book.lookup`, for whoever observes. */
  async #measured<T>(answering: Promise<SearchAnswer<T>>): Promise<SearchAnswer<T>> {
    const answer = await answering;
    const detail = { query: answer.query, took: answer.took, total: answer.total };
    performance.measure('book.lookup', { start: performance.now(), duration: answer.took ?? 0, detail });
    performance.clearMeasures('book.lookup');
    return answer;
  }
}
