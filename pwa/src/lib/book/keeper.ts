import { ApiProblem, type SyncServer } from '$lib/api/sync';
import { CopyStore, OutboxStore, SealedStore, Serial, type Cipher, type Database, type Mutation, type Sealer } from '$lib/vault';
import { isPersonsWork } from './background';
import { BookError, isFull } from './errors';
import { EventsLine } from './events-line';
import { Loop, PACE, type Pace, type Round } from './loop';
import { outlookOf, whoIsDue } from './due';
import { SenderLock } from './locks';
import { whatToOffer } from './offers';
import { Outbox, type Receipt } from './outbox';
import { askedWhen, offTheList } from './outcomes';
import { pullAll, type PullHooks } from './pull';
import { pushAll } from './push';
import { businessDay, reconcile, type Surroundings } from './reconcile';
import { revocation, sendSealed, type Revocation } from './sealed-sender';
import { Status, type Listener } from './status';
import { TabletCopy, type CopyNews } from './tablet-copy';
import type { CouponRow, CustomerRow, DueAnswer, GradeRow, Offer, OfferQuery, OpenOptions, Outlook, ProductRow, ProgrammeRow, SearchAnswer, StoreRow, TemplateRow, WordingRow } from './types';
import { uuid7 } from './uuid';

/** What tabs tell one another. */
type News =
  | { about: 'copy'; news: CopyNews }
  | { about: 'outbox'; waiting: boolean }
  | { about: 'seen'; receipt: Receipt }
  | { about: 'held' }
  /** The rows that these applied mutations changed have been pulled. */
  | { about: 'arrived'; ids: string[] };

export interface KeeperParts {
  server: SyncServer;
  database: Database;
  cipher: Cipher;
  listener: Listener;
  /** Name of the lock and the channel between tabs. */
  name?: string;
  pace?: Pace;
  /** Milliseconds that the server's clock was ahead of the tablet's when it was last heard. */
  skew?: number;
  /** The browser took away what was here. */
  evicted?: boolean;
  /** The server answered: its clock and the tablet's, milliseconds. */
  onContact?: (server: number, tablet: number) => void;
  /** The server does not know this tablet as one of its own any more. */
  onRevoked?: (revoked: Revocation) => void;
}

/** How long nobody must have asked for anything before the overlay is folded, milliseconds. */
const QUIET = 5_000;
/** Room is asked after this often, milliseconds; with less than this left, or most of it used, it is low. */
const ROOM_EVERY = 600_000;
const LITTLE_ROOM = 50 * 1024 * 1024;

/** The book's whole inside: copy, outbox, sync and search of one tab. Runs in the worker; knows no DOM. */
export class Keeper {
  readonly #parts: Required<KeeperParts>;
  readonly #status: Status;
  readonly #loop: Loop;
  readonly #lock: SenderLock;
  readonly #channel: BroadcastChannel;
  readonly #tablet: TabletCopy;
  readonly #outbox: Outbox;
  readonly #sealed: SealedStore;
  readonly #events: EventsLine;
  /** News are taken in the order in which they were told. */
  readonly #hearing = new Serial();
  #staff: string;
  #store: string | undefined;
  /** Customers whose rows show edits at present. */
  #edited = new Set<string>();
  #lastAsked = 0;
  #skew: number;
  #roomAsked = 0;

  private constructor(parts: Required<KeeperParts>, options: OpenOptions) {
    const { database } = parts;
    this.#parts = parts;
    this.#skew = parts.skew;
    this.#staff = options.staff;
    this.#store = options.store;
    this.#channel = new BroadcastChannel(parts.name);
    this.#channel.onmessage = ({ data }: MessageEvent<News>) => void this.#hearing.run(() => this.#hear(data));
    this.#tablet = new TabletCopy(new CopyStore(database, parts.cipher), (news) => this.#say({ about: 'copy', news }));
    const outbox = new OutboxStore(database, parts.cipher, isPersonsWork);
    this.#outbox = new Outbox(outbox, () => this.#status.changed(), () => Date.now() + this.#skew);
    this.#sealed = new SealedStore(database);
    this.#status = new Status(this.#tablet, this.#outbox, parts.listener);
    this.#lock = new SenderLock(`${parts.name}:sender`);
    this.#loop = new Loop(() => this.#round(), { ...parts.pace, every: options.pollEvery ?? parts.pace.every });
    const { server, name } = parts;
    const kick = () => void this.#loop.kick();
    this.#events = new EventsLine(server, `${name}:events`, kick, (events) => this.#status.sync({ events }), parts.pace.listen);
  }

  /** Shows what is in the tablet's store, and begins to sync. */
  static async open(parts: KeeperParts, options: OpenOptions): Promise<Keeper> {
    const quiet = { onContact: () => undefined, onRevoked: () => undefined };
    const keeper = new Keeper({ name: 'dangol', pace: PACE, skew: 0, evicted: false, ...quiet, ...parts }, options);
    await keeper.#begin();
    return keeper;
  }

  async #begin(): Promise<void> {
    const [present] = await Promise.all([this.#tablet.load(), this.#outbox.load()]);
    await this.#tablet.loadHeld(this.#today());
    this.#showEdits();
    this.#status.opened(present);
    if (this.#tablet.damaged || this.#parts.evicted) this.#status.sync({ evicted: true });
    void this.#loop.kick();
  }

  /** Seals what waits, and from here on everything, to the server's key as well. */
  sealWith(sealer: Sealer): Promise<void> {
    return this.#outbox.sealWith(sealer);
  }

  /** Listens to the server's hints from now on. */
  listen(): void {
    this.#events.start();
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
    const today = this.#today();
    const asked = askedWhen(this.#outbox.entries, (at) => businessDay(at, this.#zone()) === today);
    return whoIsDue(this.#tablet, { today, limit, asked, off: this.#off() });
  }

  /** What of a customer depends on others. */
  outlook(id: string): Outlook {
    return outlookOf(this.#tablet, id, this.#off());
  }

  /** Whom what is not in the copy yet takes off the list of those at risk. */
  #off(): Set<string> {
    return offTheList([...this.#outbox.applied, ...this.#outbox.waiting]);
  }

  /** What to offer next to a basket at the tablet's store. */
  offers(query: OfferQuery): Offer[] {
    return whatToOffer(this.#tablet, query, this.#around().store(undefined)?.business_unit ?? null);
  }

  /** The business day of the tablet's store, ISO. */
  #today(): string {
    const now = new Date().toISOString();
    return businessDay(now, this.#zone()) ?? now.slice(0, 10);
  }

  #zone(): string | undefined {
    return this.#around().store(undefined)?.time_zone;
  }

  stores(): StoreRow[] {
    return [...this.#tablet.stores.all()];
  }

  /** The wordings that are shown now. */
  wordings(): WordingRow[] {
    return [...this.#tablet.wordings.all()].filter(({ state }) => state === 'published');
  }

  /** What tablets may do with points alone, as far as the copy says. */
  programme(): ProgrammeRow | null {
    return [...this.#tablet.programme.all()][0] ?? null;
  }

  /** What coupons are good for, those of the past too; drafts are nobody's yet. */
  coupons(): CouponRow[] {
    return [...this.#tablet.coupons.all()].filter(({ state }) => state !== 'draft');
  }

  /** The texts that the floor may send. */
  templates(): TemplateRow[] {
    return [...this.#tablet.templates.all()];
  }

  grades(): GradeRow[] {
    return [...this.#tablet.grades.all()];
  }

  /** Notes what was done. Resolves when it is durable; sending happens behind. Throws BookError `storage_full`. */
  async record(kind: string, data: unknown): Promise<{ id: string }> {
    const mutation = { id: uuid7(), kind, staff: this.#staff, at: new Date().toISOString(), data };
    const { id } = await this.#stored(() => this.#outbox.record(mutation));
    this.#noted(isPersonsWork(mutation));
    return { id };
  }

  /** Sends a refused entry again under a new id, with `data` in the place of its own where it is given. */
  async resend(id: string, data?: unknown): Promise<{ id: string }> {
    const { again, seen } = await this.#stored(() => this.#outbox.resend(id, this.#staff, data));
    this.#say({ about: 'seen', receipt: seen });
    this.#noted();
    return { id: again.id };
  }

  /** Marks what came of an entry as seen. */
  async dismiss(id: string): Promise<void> {
    const receipt = await this.#stored(() => this.#outbox.dismiss(id));
    this.#say({ about: 'seen', receipt });
  }

  /** Keeps a card that was found online until the end of the store's day. */
  async hold(row: CustomerRow): Promise<void> {
    await this.#stored(() => this.#tablet.hold(row, this.#today()));
    this.#showEdits();
    this.#say({ about: 'held' });
  }

  /** Sends what was noted; what nobody waits for goes with the next round and does not wake the radio for itself. */
  #noted(urgent = true): void {
    this.#showEdits();
    this.#say({ about: 'outbox', waiting: true });
    if (urgent) void this.#loop.kick();
  }

  async #stored<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (!isFull(error)) throw error;
      this.#status.full();
      this.#roomAsked = 0;
      throw new BookError('storage_full', 'The browser has no room left: nothing was saved.');
    }
  }

  /** Who acts from now on, and in which store. `pollEvery`: milliseconds between pulls from now on. */
  actAs(staff: string, store: string | undefined, pollEvery?: number): void {
    this.#staff = staff;
    this.#store = store;
    if (pollEvery !== undefined) this.#loop.pullEvery(pollEvery);
  }

  /** Syncs now; resolves when the round is over, however it went. */
  async syncNow(): Promise<void> {
    await this.#loop.kick();
  }

  persisted(granted: boolean): void {
    this.#status.persisted(granted);
  }

  /** Tells the screens everything anew: they had to look away. */
  tellAgain(): void {
    this.#status.changed();
  }

  /**
   * Sends whatever waits, without reading, and where the copy is of another `epoch` than the server's, all that a restore
   * may have lost unnoticed. For a tablet that must leave.
   */
  async drain(epoch: string | null): Promise<void> {
    if (epoch !== null && epoch !== this.#tablet.copy?.epoch) await this.#outbox.requeue(null);
    await pushAll(this.#parts.server, this.#outbox);
  }

  close(): void {
    this.#loop.stop();
    this.#events.stop();
    this.#channel.close();
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
      await sendSealed(this.#parts.server, this.#sealed, await this.#sealed.orphans());
      const arriving = this.#outbox.applied;
      const forgotten = await this.#pull();
      if (forgotten > 0) sent += await pushAll(this.#parts.server, this.#outbox);
      this.#arrived(arriving);
      this.#status.level();
      await this.#lookForRoom();
      return { sent };
    } catch (problem) {
      this.#status.failed(problem);
      const revoked = revocation(problem);
      if (revoked !== null) this.#parts.onRevoked(revoked);
      // A reader without a session is no failure of the line: the next round comes at the usual pace.
      return problem instanceof ApiProblem && problem.status === 401 ? { sent } : { problem };
    } finally {
      this.#showEdits();
    }
  }

  /** Pulls; how many entries the server forgot with a restore and must be told again. */
  async #pull(): Promise<number> {
    let forgotten = 0;
    const hooks: PullHooks = {
      onRows: (loaded, expected) => this.#status.loading(loaded, expected),
      onContact: (serverTime) => this.#contact(Date.parse(serverTime)),
      onRestored: async (restoredTo) => {
        forgotten += await this.#outbox.requeue(restoredTo === null ? null : Date.parse(restoredTo));
      },
    };
    await pullAll(this.#parts.server, this.#tablet, hooks);
    await this.#tablet.releaseHeld(this.#today());
    return forgotten;
  }

  #contact(server: number): void {
    if (Number.isNaN(server)) return;
    const tablet = Date.now();
    this.#skew = server - tablet;
    this.#status.clock(server, tablet);
    this.#parts.onContact(server, tablet);
  }

  async #lookForRoom(): Promise<void> {
    const storage = (globalThis.navigator as Partial<Navigator> | undefined)?.storage;
    if (storage?.estimate === undefined || Date.now() - this.#roomAsked < ROOM_EVERY) return;
    this.#roomAsked = Date.now();
    const { quota = Infinity, usage = 0 } = await storage.estimate().catch(() => ({ quota: undefined, usage: undefined }));
    this.#status.room(quota - usage < LITTLE_ROOM || usage > quota * 0.9 ? 'low' : 'ok');
  }

  #arrived(mutations: readonly Mutation[]): void {
    if (mutations.length === 0) return;
    const ids = mutations.map(({ id }) => id);
    this.#outbox.arrived(ids);
    this.#say({ about: 'arrived', ids });
  }

  async #foldWhenQuiet(): Promise<void> {
    if (this.#tablet.foldable === 'no' || Date.now() - this.#lastAsked < QUIET) return;
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
    } else if (heard.about === 'seen') {
      this.#outbox.follow(heard.receipt);
    } else if (heard.about === 'held') {
      await this.#tablet.loadHeld(this.#today());
    } else {
      await this.#outbox.reload();
    }
    this.#showEdits();
  }
}
