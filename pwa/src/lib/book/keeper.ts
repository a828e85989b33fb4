import { ApiProblem, type SyncServer } from '$lib/api/sync';
import { CopyStore, openDatabase, OutboxStore, type Cipher, type Database, type Mutation } from '$lib/vault';
import { Loop, PACE, type Pace, type Round } from './loop';
import { whoIsDue } from './due';
import { SenderLock } from './locks';
import { Outbox } from './outbox';
import { pullAll } from './pull';
import { pushAll } from './push';
import { businessDay, reconcile, type Surroundings } from './reconcile';
import { Serial } from './serial';
import { Status, type Listener } from './status';
import { TabletCopy, type CopyNews } from './tablet-copy';
import type { CustomerRow, DueAnswer, OpenOptions, ProductRow, SearchAnswer, StoreRow } from './types';
import { uuid7 } from './uuid';

/** What tabs tell one another. */
type News =
  | { about: 'copy'; news: CopyNews }
  | { about: 'outbox'; waiting: boolean }
  /** The rows that these applied mutations changed have been pulled. */
  | { about: 'arrived'; ids: string[] };

export interface KeeperParts {
  server: SyncServer;
  cipher: Cipher;
  listener: Listener;
  /** Name of the database, the lock and the channel between tabs. */
  name?: string;
  pace?: Pace;
}

/** Changes in the overlay that are worth a folding, and how long nobody must have asked for anything before it. */
const FOLD_FROM = 500;
const QUIET = 5_000;

/** The book's whole inside: copy, outbox, sync and search of one tab. Runs in the worker; knows no DOM. */
export class Keeper {
  readonly #parts: Required<KeeperParts>;
  readonly #status: Status;
  readonly #loop: Loop;
  readonly #lock: SenderLock;
  readonly #channel: BroadcastChannel;
  readonly #database: Database;
  readonly #tablet: TabletCopy;
  readonly #outbox: Outbox;
  /** News are taken in the order in which they were told. */
  readonly #hearing = new Serial();
  #staff: string;
  #store: string | undefined;
  /** Customers whose rows show edits at present. */
  #edited = new Set<string>();
  #lastAsked = 0;

  private constructor(parts: Required<KeeperParts>, database: Database, options: OpenOptions) {
    this.#parts = parts;
    this.#database = database;
    this.#staff = options.staff;
    this.#store = options.store;
    this.#channel = new BroadcastChannel(parts.name);
    this.#channel.onmessage = ({ data }: MessageEvent<News>) => void this.#hearing.run(() => this.#hear(data));
    this.#tablet = new TabletCopy(new CopyStore(database, parts.cipher), (news) => this.#say({ about: 'copy', news }));
    this.#outbox = new Outbox(new OutboxStore(database, parts.cipher), () => this.#status.changed());
    this.#status = new Status(this.#tablet, this.#outbox, parts.listener);
    this.#lock = new SenderLock(`${parts.name}:sender`);
    this.#loop = new Loop(() => this.#round(), { ...parts.pace, every: options.pollEvery ?? parts.pace.every });
  }

  /** Opens the tablet's store, shows what is in it, and begins to sync. */
  static async open(parts: KeeperParts, options: OpenOptions): Promise<Keeper> {
    const name = parts.name ?? 'dangol';
    const listener = parts.listener;
    const database = await openDatabase(name, () => listener({ lost: true }));
    const keeper = new Keeper({ name, pace: PACE, ...parts }, database, options);
    await keeper.#begin();
    return keeper;
  }

  async #begin(): Promise<void> {
    const [present] = await Promise.all([this.#tablet.load(), this.#outbox.load(Date.now())]);
    this.#showEdits();
    this.#status.opened(present);
    void this.#loop.kick();
  }

  findCustomers(query: string, limit: number): SearchAnswer<CustomerRow> {
    return this.#find(this.#tablet.customers, query, limit);
  }

  findProducts(query: string, limit: number): SearchAnswer<ProductRow> {
    return this.#find(this.#tablet.products, query, limit);
  }

  #find<R extends object>(
    collection: { search(query: string, limit: number): { hits: SearchAnswer<R>['hits']; total: number } },
    query: string,
    limit: number,
  ): SearchAnswer<R> {
    const began = performance.now();
    const { hits, total } = collection.search(query, limit);
    this.#lastAsked = Date.now();
    return { query, hits, total, more: total > hits.length, took: performance.now() - began };
  }

  customer(id: string): CustomerRow | null {
    this.#lastAsked = Date.now();
    return this.#tablet.customers.get(id);
  }

  /** The products with these SKUs, as far as they are in the copy. */
  products(skus: readonly string[]): ProductRow[] {
    return skus.map((sku) => this.#tablet.products.by('sku', sku)).filter((row) => row !== null);
  }

  /** Who is due today by the clock of the tablet's store. */
  due(limit: number): DueAnswer {
    const now = new Date().toISOString();
    const today = businessDay(now, this.#around().store(undefined)?.time_zone) ?? now.slice(0, 10);
    return whoIsDue(this.#tablet.customers, today, limit);
  }

  stores(): StoreRow[] {
    return [...this.#tablet.stores.all()];
  }

  /** Notes what was done. Resolves when it is durable; sending happens behind. */
  async record(kind: string, data: unknown): Promise<{ id: string }> {
    const { id } = await this.#outbox.record({ id: uuid7(), kind, staff: this.#staff, at: new Date().toISOString(), data });
    this.#showEdits();
    this.#say({ about: 'outbox', waiting: true });
    void this.#loop.kick();
    return { id };
  }

  /** Who acts from now on, and in which store. */
  actAs(staff: string, store: string | undefined): void {
    this.#staff = staff;
    this.#store = store;
  }

  /** Syncs now; resolves when the round is over, however it went. */
  async syncNow(): Promise<void> {
    await this.#loop.kick();
  }

  persisted(granted: boolean): void {
    this.#status.sync({ persisted: granted });
  }

  close(): void {
    this.#loop.stop();
    this.#channel.close();
    this.#database.close();
  }

  async #round(): Promise<Round> {
    this.#status.sync({ syncing: true });
    const round = await this.#lock.run(() => this.#pushAndPull());
    this.#status.sync({ syncing: false });
    if (round === null) return 'busy';
    void this.#foldWhenQuiet();
    return round;
  }

  /** Pushes first and pulls in any case that may succeed: a session that ended stops reading, never sending. */
  async #pushAndPull(): Promise<Round> {
    let sent = 0;
    try {
      sent = await pushAll(this.#parts.server, this.#outbox);
      if (sent > 0) this.#say({ about: 'outbox', waiting: false });
      this.#status.reached();
      const arriving = this.#outbox.applied;
      await pullAll(this.#parts.server, this.#tablet, (loaded, expected) => this.#status.loading(loaded, expected));
      this.#arrived(arriving);
      this.#status.level();
      return { sent };
    } catch (problem) {
      this.#status.failed(problem);
      // A reader without a session is no failure of the line: the next round comes at the usual pace.
      return problem instanceof ApiProblem && problem.status === 401 ? { sent } : { problem };
    } finally {
      this.#showEdits();
    }
  }

  #arrived(mutations: readonly Mutation[]): void {
    if (mutations.length === 0) return;
    const ids = mutations.map(({ id }) => id);
    this.#outbox.arrived(ids);
    this.#say({ about: 'arrived', ids });
  }

  async #foldWhenQuiet(): Promise<void> {
    if (this.#tablet.overlaid < FOLD_FROM || Date.now() - this.#lastAsked < QUIET) return;
    await this.#tablet.fold();
  }

  /** Lays what waits over the rows it concerns, and shows the server's rows where nothing waits any more. */
  #showEdits(): void {
    const effects = this.#outbox.effects();
    const { customers } = this.#tablet;
    for (const id of this.#edited) if (!effects.has(id)) customers.show(id, null);
    for (const [id, mutations] of effects) customers.show(id, reconcile(customers.base(id), mutations, this.#around()));
    this.#edited = new Set(effects.keys());
    this.#status.changed();
  }

  #around(): Surroundings {
    return { store: (code) => this.#tablet.stores.by('code', code ?? this.#store ?? '') ?? undefined };
  }

  #say(news: News): void {
    this.#channel.postMessage(news);
  }

  async #hear(heard: News): Promise<void> {
    if (heard.about === 'copy') {
      await this.#tablet.follow(heard.news);
      this.#status.followed();
    } else if (heard.about === 'arrived') {
      this.#outbox.arrived(heard.ids);
    } else {
      await this.#outbox.reload(Date.now());
    }
    this.#showEdits();
  }
}
