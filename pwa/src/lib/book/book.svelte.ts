import type { LockReason, LockState, NewSlot, Slot, Unlocked, Unlocking } from './lock-types';
import { hasMarker, leaveMarker, wantsReadable } from '$lib/vault/marker';
import { takeWorker } from './hire';
import { Caller, type Calls, type Method, type Result } from './rpc';
import type { Told } from './status';
import type { BookState, CouponRow, CustomerRow, DueAnswer, GradeRow, Offer, OfferQuery, OpenOptions, OutboxEntry, Outlook, ProductRow, ProgrammeRow, SearchAnswer, StoreRow, SyncState, TemplateRow, WordingRow } from './types';

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
  #asked = false;

  /** How much of the copy is there. Changes whenever rows do. */
  get state(): BookState {
    return this.#state;
  }

  get sync(): SyncState {
    return this.#sync;
  }

  /** What people did that waits or was receipted lately, in the order in which it was done. */
  get outbox(): OutboxEntry[] {
    return this.#outbox;
  }

  /** Who can open this tablet, and whether it is open. */
  get lock(): LockState {
    return this.#lock;
  }

  /** Starts the worker and reads who can open the tablet; opens nothing, unless another tab is open: then this one is too. */
  inspect(): Promise<LockState> {
    return this.#start().call('inspect', { hadBook: hasMarker(), readable: wantsReadable() });
  }

  #start(): Caller {
    if (this.#caller !== null) return this.#caller;
    this.#worker = takeWorker();
    this.#caller = new Caller(this.#worker, (told) => this.#hear(told));
    document.addEventListener('visibilitychange', this.#wake);
    return this.#caller;
  }

  /**
   * Gives somebody a key: on a new or wiped tablet the first one, with which it is open; otherwise it must be open. A
   * password takes the place of the person's old one.
   * @throws BookError `offline` when the server's terms were never learned; `short_password`; `locked`.
   */
  protect(slot: NewSlot): Promise<Slot> {
    return this.#call('protect', slot);
  }

  /** Tries to open the tablet. While the lease is over it stays locked whatever is tried, and no try is counted. */
  unlock(by: Unlocking): Promise<Unlocked> {
    return this.#call('unlock', by);
  }

  /** Sets the PIN, four to eight digits, of whoever is at it, for as long as the key is in memory; null takes it away. */
  setPin(pin: string | null): Promise<void> {
    return this.#call('setPin', pin);
  }

  /** Locks every tab. The key stays in memory only when somebody has a PIN. */
  async lockNow(reason: LockReason = 'asked'): Promise<void> {
    await this.#caller?.call('lockNow', reason);
  }

  /** Takes somebody's key away; the last one cannot be taken (`last_slot`). */
  removeSlot(id: string): Promise<void> {
    return this.#call('removeSlot', id);
  }

  /** Destroys the copy and every key because a person asked for it. What waits to be sent stays, sealed. */
  wipe(): Promise<void> {
    return this.#call('wipe');
  }

  /** Sends a refused entry again under a new id, with other data where it was corrected. The old one counts as seen. */
  resend(id: string, data?: unknown): Promise<{ id: string }> {
    return this.#call('resend', id, $state.snapshot(data));
  }

  /** Marks what came of an entry as seen; it stays in the journal. */
  dismiss(id: string): Promise<void> {
    return this.#call('dismiss', id);
  }

  /** Keeps a card that was found online, encrypted, until the end of the store's day. It never replaces a row of the copy. */
  hold(row: CustomerRow): Promise<void> {
    return this.#call('hold', $state.snapshot(row) as CustomerRow);
  }

  /** Opens the copy for a staff member; the tablet must be unlocked. On an open book it only says who acts from now on. Resolves when stored rows can be searched. */
  async open(options: OpenOptions): Promise<void> {
    this.#options = options;
    await this.inspect();
    await this.#call('open', $state.snapshot(options));
    if (!this.#asked) void this.#askToPersist();
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

  /** What of a customer depends on others: members like her, and whether she is at risk. */
  outlook(id: string): Promise<Outlook> {
    return this.#call('outlook', id);
  }

  /** What to offer next to a basket, at most three articles: worked out in the worker, without the network. */
  offers(query: OfferQuery): Promise<Offer[]> {
    return this.#call('offers', $state.snapshot(query));
  }

  /** Products by SKU; those that the copy does not hold are missing. */
  async products(skus: readonly string[]): Promise<Map<string, ProductRow>> {
    const found = await this.#call('products', [...skus]);
    return new Map(found.map((row) => [row.sku, row]));
  }

  stores(): Promise<StoreRow[]> {
    return this.#call('stores');
  }

  /** The wordings to show when asking for a consent, as the copy has them: none before it is there. */
  wordings(): Promise<WordingRow[]> {
    return this.#call('wordings');
  }

  /** How many points the tablet takes alone; null before the copy is there. */
  programme(): Promise<ProgrammeRow | null> {
    return this.#call('programme');
  }

  /** What coupons are good for, as the copy has them. */
  coupons(): Promise<CouponRow[]> {
    return this.#call('coupons');
  }

  /** The texts that may be sent to one customer, as the copy has them. */
  templates(): Promise<TemplateRow[]> {
    return this.#call('templates');
  }

  /** What grades are called, as far as the copy says. */
  grades(): Promise<GradeRow[]> {
    return this.#call('grades');
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
    this.#lock = NOT_LOOKED;
  }

  async #call<M extends Method>(method: M, ...args: Parameters<Calls[M]>): Promise<Result<M>> {
    return this.#start().call(method, ...args);
  }

  #hear({ lock, state, sync, outbox, lost, derived }: Told): void {
    if (derived !== undefined) performance.measure('book.derive', { start: performance.now() - derived, duration: derived });
    if (state !== undefined) this.#state = state;
    if (sync !== undefined) this.#sync = { ...this.#sync, ...sync };
    if (outbox !== undefined) this.#outbox = outbox;
    if (lock !== undefined) this.#turn(lock);
    if (lost === true) void this.#reopen();
  }

  #turn(lock: LockState): void {
    this.#lock = lock;
    if (lock.phase === 'open') leaveMarker(true);
    else {
      // What a locked tablet knows nobody sees; an open book tells it again.
      this.#state = NOTHING;
      this.#outbox = [];
    }
    if (lock.phase === 'wiped') leaveMarker(false);
  }

  /** The browser does not give the database back to this worker: begin again with what is there. */
  async #reopen(): Promise<void> {
    this.#worker?.terminate();
    this.#worker = this.#caller = null;
    this.#state = NOTHING;
    await this.inspect();
    if (this.#options !== null && this.#lock.phase === 'open') await this.open(this.#options);
  }

  readonly #wake = () => {
    if (document.visibilityState === 'visible') void this.syncNow();
  };

  async #askToPersist(): Promise<void> {
    this.#asked = true;
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
