import type { LockReason, LockState, NewSlot, Slot, Unlocked, Unlocking } from './lock-types';
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
  storage: { persisted: null, quota: 'ok' },
  evicted: false,
  clockOff: null,
  events: false,
  revoked: false,
  upgradeRequired: false,
  sessionExpired: false,
};
const NOT_LOOKED: LockState = {
  phase: 'unknown',
  reason: null,
  wiped: null,
  slots: [],
  staff: null,
  pinFor: [],
  triesLeft: 10,
  leaseEnds: null,
  wipesAt: null,
  autoLockMinutes: 10,
};

/** The screens' handle on the tablet's copy. Everything slow happens in a worker; nothing here waits for the network. */
export class Book {
  #state = $state.raw<BookState>(NOTHING);
  #sync = $state.raw<SyncState>(NOT_YET);
  #outbox = $state.raw<OutboxEntry[]>([]);
  #lock = $state.raw<LockState>(NOT_LOOKED);
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

  /** Who can open this tablet, and whether it is open. */
  get lock(): LockState {
    return this.#lock;
  }

  /** Starts the worker and reads who can open the tablet; opens nothing, unless another tab is open: then this one is too. */
  inspect(): Promise<LockState> {
    return Promise.resolve(this.#lock);
  }

  /**
   * Gives somebody a key: on a new or wiped tablet the first one, with which it is open; otherwise it must be open.
   * @throws ApiProblem `offline` when the server's terms were never learned.
   */
  protect(_slot: NewSlot): Promise<Slot> {
    return Promise.reject(new Error('not yet'));
  }

  unlock(_by: Unlocking): Promise<Unlocked> {
    return Promise.reject(new Error('not yet'));
  }

  /** Sets the PIN, four to eight digits, of whoever is at it, for as long as the key is in memory; null takes it away. */
  setPin(_pin: string | null): Promise<void> {
    return Promise.reject(new Error('not yet'));
  }

  /** Locks every tab. The key stays in memory only when somebody has a PIN. */
  lockNow(_reason: LockReason = 'asked'): Promise<void> {
    return Promise.reject(new Error('not yet'));
  }

  /** Takes somebody's key away; the last one cannot be taken. */
  removeSlot(_id: string): Promise<void> {
    return Promise.reject(new Error('not yet'));
  }

  /** Destroys the copy and every key because a person asked for it. What waits to be sent stays, sealed. */
  wipe(): Promise<void> {
    return Promise.reject(new Error('not yet'));
  }

  /** Sends a refused entry again under a new id, with other data where it was corrected. The old one counts as seen. */
  resend(_id: string, _data?: unknown): Promise<{ id: string }> {
    return Promise.reject(new Error('not yet'));
  }

  /** Marks what came of an entry as seen; it stays in the journal. */
  dismiss(_id: string): Promise<void> {
    return Promise.reject(new Error('not yet'));
  }

  /** Keeps a card that was found online, encrypted, until the end of the store's day. It never replaces a row of the copy. */
  hold(_row: CustomerRow): Promise<void> {
    return Promise.reject(new Error('not yet'));
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
