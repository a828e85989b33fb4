import type {
  BookState, CustomerRow, OpenOptions, OutboxEntry, ProductRow, SearchAnswer, StoreRow, SyncState,
} from './types';

/** The screens' handle on the tablet's copy. Everything slow happens in a worker. */
export class Book {
  #state = $state.raw<BookState>({ phase: 'empty', loaded: 0, expected: 0, rows: {}, asOf: null });
  #sync = $state.raw<SyncState>({
    online: true, syncing: false, waiting: 0, lastContact: null, lastError: null, persisted: null,
    upgradeRequired: false, sessionExpired: false,
  });
  #outbox = $state.raw<OutboxEntry[]>([]);

  get state(): BookState { return this.#state; }
  get sync(): SyncState { return this.#sync; }
  get outbox(): OutboxEntry[] { return this.#outbox; }

  async open(_options: OpenOptions): Promise<void> { await Promise.resolve(); }
  async findCustomers(query: string, _limit = 20): Promise<SearchAnswer<CustomerRow>> {
    return { query, hits: [], total: 0, more: false };
  }
  async findProducts(query: string, _limit = 20): Promise<SearchAnswer<ProductRow>> {
    return { query, hits: [], total: 0, more: false };
  }
  async customer(_id: string): Promise<CustomerRow | null> { return null; }
  async products(_skus: string[]): Promise<Map<string, ProductRow>> { return new Map(); }
  async stores(): Promise<StoreRow[]> { return []; }
  async record(_kind: string, _data: unknown): Promise<{ id: string }> { return { id: crypto.randomUUID() }; }
  async syncNow(): Promise<void> { await Promise.resolve(); }
  close(): void { this.#outbox = []; }
}
