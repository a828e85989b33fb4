import { ApiProblem } from '$lib/api/sync';
import { hasLegacy, Serial, takeOver, type DataKey, type Wiped } from '$lib/vault';
import { BookError } from './errors';
import type { Keeper } from './keeper';
import { cipherOf } from './key-ring';
import type { GuardParts, Hints } from './guard-parts';
import type { LockReason, LockState, NewSlot, Slot, Unlocked, Unlocking, WipeReason } from './lock-types';
import type { LockedHooks } from './locked-line';
import { PACE } from './loop';
import { revocation, sendSealed, type Revocation } from './sealed-sender';
import { Seat } from './seat';
import type { Told } from './status';
import { openStore, type Store } from './store';
import { digestOf, TabLock, type LockNews, type OpenTab } from './tab-lock';
import type { OpenOptions } from './types';

/** Wrong tries in a row after which the tablet wipes itself. */
export const TRIES = 10;
/** How long an open tab has to answer another one, milliseconds. */
const TABS_ANSWER_WITHIN = 150;
/** Lease and clock are looked at this often, milliseconds. */
const LOOK_EVERY = 60_000;
/** A tablet whose lease ran out waits this long for the server before it acts on it, milliseconds. */
const SERVER_ANSWERS_WITHIN = 5_000;

/** The tablet's lock: who may open it, whether it is open, and when everything on it is destroyed. Runs in the worker. */
export class Guard {
  readonly #parts: Required<GuardParts>;
  readonly #tabs: TabLock;
  /** Locking and unlocking, one step at a time. */
  readonly #serial = new Serial();
  #hints: Hints = { hadBook: false, readable: false };
  #started: Promise<void> | null = null;
  #ticking: ReturnType<typeof setInterval> | undefined;
  #opened: Store | null = null;
  #phase: LockState['phase'] = 'unknown';
  #reason: LockReason | null = null;
  #wiped: Wiped | null = null;
  /** What people did that waits, sealed. */
  #sealedCount = 0;
  #tries = 0;
  #data: DataKey | null = null;
  #staff: string | null = null;
  #pins = new Map<string, string>();
  readonly #seat: Seat;
  #leaving = false;
  #answered: (() => void) | null = null;
  #hasLegacy = false;

  constructor(parts: GuardParts) {
    this.#parts = { name: 'dangol-vault', legacy: 'dangol', pace: PACE, ...parts };
    const { server, name, pace } = this.#parts;
    this.#seat = new Seat({
      server,
      name,
      pace,
      listener: (told) => this.#tell(this.#phase === 'open' ? told : { ...(told.sync && { sync: told.sync }) }),
      onRevoked: (revoked) => void this.#serial.run(() => this.#leave(revoked)),
    });
    this.#tabs = new TabLock(this.#parts.name, (news) => void this.#serial.run(() => this.#hear(news)));
  }

  get #store(): Store {
    if (this.#opened === null) throw new BookError('failed', 'The tablet has not been looked into.');
    return this.#opened;
  }

  get state(): LockState {
    const lease = this.#opened?.terms.lease() ?? null;
    return {
      phase: this.#phase,
      reason: this.#phase === 'locked' ? this.#reason : null,
      wiped: this.#wiped === null ? null : { ...this.#wiped, sealed: this.#sealedCount },
      slots: this.#opened?.ring.list ?? [],
      staff: this.#phase === 'open' ? this.#staff : null,
      pinFor: [...this.#pins.keys()],
      triesLeft: Math.max(0, TRIES - this.#tries),
      leaseEnds: lease === null ? null : new Date(lease.ends).toISOString(),
      wipesAt: lease === null ? null : new Date(lease.wipes).toISOString(),
      autoLockMinutes: this.#opened?.terms.terms.autoLockMinutes ?? 10,
    };
  }

  /** Looks who can open the tablet. Where another tab is open this one is too. */
  async inspect(hints: Hints = this.#hints): Promise<LockState> {
    this.#hints = hints;
    this.#started ??= this.#start();
    await this.#started;
    return this.state;
  }

  async #start(): Promise<void> {
    const { name, legacy } = this.#parts;
    [this.#hasLegacy] = await Promise.all([legacy !== name && hasLegacy(legacy), this.#openStore()]);
    if (this.#phase === 'new' && this.#hints.hadBook) this.#noteEviction();
    if (this.#tries >= TRIES) await this.#wipe('tries');
    await this.#checkLease();
    if (this.#phase === 'locked' && this.#reason !== 'lease') await this.#askTabs();
    this.#ticking = setInterval(() => void this.#serial.run(() => this.#tick()), LOOK_EVERY);
    this.#changed();
    void this.#store.line.kick();
  }

  async #openStore(): Promise<void> {
    const hooks: LockedHooks = {
      wanted: async () => {
        if (!this.#isIdle) return this.#seat.keeper === null ? 'all' : 'none';
        return (await this.#store.sealed.count()) > 0 ? 'sealed' : 'none';
      },
      onRevoked: (revoked) => void this.#serial.run(() => this.#leave(revoked)),
      onRound: (sync) => this.#serial.run(() => this.#afterRound(sync)),
    };
    this.#opened = await openStore(this.#parts, hooks, () => void this.#lost());
    await this.#look();
  }

  #noteEviction(): void {
    this.#seat.evicted = true;
    this.#tell({ sync: { evicted: true } });
  }

  /** Nobody has a key, and there is nothing to lock. */
  get #isIdle(): boolean {
    return this.#phase === 'new' || this.#phase === 'wiped';
  }

  /** Reads what lies on the disk. */
  async #look(): Promise<void> {
    const { lock, sealed, ring } = this.#store;
    const [wiped, tries, count] = await Promise.all([lock.get('wiped'), lock.get('tries'), sealed.countWork(), ring.read()]);
    this.#wiped = wiped ?? null;
    this.#tries = tries ?? 0;
    this.#sealedCount = count;
    if (ring.slots.length > 0 && this.#data !== null && this.#phase === 'open') return;
    if (ring.slots.length > 0) this.#reason ??= 'start';
    this.#phase = ring.slots.length > 0 ? 'locked' : this.#wiped !== null ? 'wiped' : 'new';
  }

  // Giving keys

  /** Gives somebody a key; the first one opens the tablet. */
  protect(wish: NewSlot): Promise<Slot> {
    return this.#serial.run(async () => {
      const slot = this.#isIdle ? await this.#begin(wish) : await this.#store.ring.add(wish, this.#openKey());
      this.#tabs.say({ about: 'changed' });
      this.#changed();
      return this.#store.ring.list.find(({ id }) => id === slot.id) as Slot;
    });
  }

  async #begin(wish: NewSlot): Promise<{ id: string }> {
    const { server } = this.#parts;
    const { ring, terms } = this.#store;
    // Without the server's key nothing that is recorded would outlive a wipe.
    const learn = async () => (terms.known ? undefined : terms.learn(await server.terms()));
    const readable = this.#hints.readable && (await server.demo().catch(() => false));
    try {
      const { data, slot } = await ring.begin(wish, readable, (key) =>
        Promise.all([learn(), this.#seat.open(key, this.#store, { staff: wish.staff })]),
      );
      await this.#seat.follow(terms);
      this.#wiped = null;
      await this.#enter({ key: data, staff: wish.staff, pins: new Map() });
      return slot;
    } catch (error) {
      this.#seat.close();
      throw error;
    }
  }

  async removeSlot(id: string): Promise<void> {
    await this.#serial.run(async () => {
      this.#openKey();
      await this.#store.ring.remove(id);
      this.#tabs.say({ about: 'changed' });
      this.#changed();
    });
  }

  #openKey(): DataKey {
    if (this.#phase !== 'open' || this.#data === null || this.#leaving) throw new BookError('locked', 'The tablet is locked.');
    return this.#data;
  }

  // Opening and locking

  /** Tries to open the tablet. Every try is counted on the disk before it is made. */
  unlock(by: Unlocking): Promise<Unlocked> {
    return this.#serial.run(async () => {
      if (this.#phase !== 'locked' && this.#phase !== 'open') throw new BookError('unknown_slot', 'Nobody has a key.');
      await this.#checkLease();
      if (this.#phase === 'locked' && this.#reason === 'lease') return { ok: false, triesLeft: this.state.triesLeft, wiped: false };
      if (this.#isIdle) return { ok: false, triesLeft: 0, wiped: true };
      this.#tries = await this.#store.lock.nextTry();
      const found = 'pin' in by ? await this.#byPin(by.staff, by.pin) : await this.#bySlot(by);
      if (found === null) return this.#refuse();
      await this.#enter({ ...found, pins: this.#pins });
      this.#changed();
      return { ok: true, staff: found.staff };
    });
  }

  async #byPin(staff: string, pin: string): Promise<{ key: DataKey; staff: string } | null> {
    const kept = this.#pins.get(staff);
    if (kept === undefined || this.#data === null) throw new BookError('no_pin', 'Nobody has such a PIN in this session.');
    return (await digestOf(staff, pin)) === kept ? { key: this.#data, staff } : null;
  }

  async #bySlot(by: Exclude<Unlocking, { pin: string }>): Promise<{ key: DataKey; staff: string } | null> {
    const { ring } = this.#store;
    const slot = ring.slots.find(({ id }) => id === by.slot);
    if (slot === undefined) throw new BookError('unknown_slot', 'That key was taken away.');
    const key = await ring.open(slot, by);
    return key === null ? null : { key, staff: slot.staff };
  }

  async #refuse(): Promise<Unlocked> {
    if (this.#tries >= TRIES) await this.#wipe('tries');
    this.#changed();
    const wiped = this.#phase === 'wiped';
    return { ok: false, triesLeft: wiped ? 0 : this.state.triesLeft, wiped };
  }

  /** The tablet is open from here on, for `staff`. */
  async #enter({ key, staff, pins }: OpenTab): Promise<void> {
    this.#adopt({ key, staff, pins });
    if (this.#tries > 0) await this.#store.lock.put('tries', 0);
    this.#tries = 0;
    const { database, terms } = this.#store;
    if (this.#hasLegacy) await takeOver(this.#parts.legacy, database, cipherOf(key), await terms.sealer());
    this.#hasLegacy = false;
    this.#tabs.say({ about: 'opened', key, staff, pins: this.#pins });
  }

  #adopt({ key, staff, pins }: OpenTab): void {
    this.#data = key;
    this.#staff = staff;
    this.#pins = new Map(pins);
    this.#phase = 'open';
    this.#reason = null;
    this.#seat.take(staff);
  }

  /** The PIN of whoever is at it, for as long as the key is in memory. */
  async setPin(pin: string | null): Promise<void> {
    await this.#serial.run(async () => {
      this.#openKey();
      const staff = this.#staff ?? '';
      if (pin !== null && !/^\d{4,8}$/.test(pin)) throw new BookError('no_pin', 'A PIN has four to eight digits.');
      if (pin === null) this.#pins.delete(staff);
      else this.#pins.set(staff, await digestOf(staff, pin));
      this.#tabs.say({ about: 'pins', pins: this.#pins });
      this.#changed();
    });
  }

  async lockNow(reason: LockReason = 'asked'): Promise<void> {
    await this.#serial.run(() => {
      this.#tabs.say({ about: 'locked', reason });
      this.#lock(reason);
      return Promise.resolve();
    });
  }

  #lock(reason: LockReason): void {
    if (this.#phase !== 'open' && !(this.#phase === 'locked' && reason === 'lease')) return;
    this.#phase = 'locked';
    this.#reason = reason;
    if (reason === 'lease' || this.#pins.size === 0) this.#forget();
    this.#changed();
    void this.#opened?.line.kick();
  }

  /** The key and every row leave the memory. */
  #forget(): void {
    this.#seat.close();
    this.#data = null;
    this.#staff = null;
    this.#pins.clear();
  }

  // The book behind the lock

  /** Opens the copy; on an open one only says who acts from now on. */
  async open(options: OpenOptions): Promise<void> {
    await this.#serial.run(async () => {
      const data = this.#openKey();
      this.#staff = options.staff;
      await this.#seat.open(data, this.#store, options);
      this.#changed();
    });
    // Not in line with the others: nobody should wait for the network to lock a tablet.
    void this.#refreshTerms();
  }

  /** The open book. Throws BookError `locked`. */
  get book(): Keeper {
    this.#openKey();
    if (this.#seat.keeper === null) throw new BookError('locked', 'The book is not open.');
    return this.#seat.keeper;
  }

  async syncNow(): Promise<void> {
    if (this.#seat.keeper === null) await this.#opened?.line.kick();
    else await this.#seat.keeper.syncNow();
  }

  persisted(granted: boolean): void {
    this.#seat.persisted(granted);
  }

  // Lease, revocation, wiping

  async #tick(): Promise<void> {
    await this.#store.terms.note();
    await this.#checkLease();
  }

  /** Locks or wipes a tablet that has not heard of the server for too long; the server's own word comes first. */
  async #checkLease(): Promise<void> {
    const { terms, ring } = this.#store;
    if (ring.slots.length === 0 || (terms.lease()?.state ?? 'good') === 'good') return this.#renewed();
    await Promise.race([this.#reach(), new Promise((resolve) => setTimeout(resolve, SERVER_ANSWERS_WITHIN))]);
    const state = terms.lease()?.state;
    if (state === 'spent') return this.#wipe('limit');
    if (state === 'good') return this.#renewed();
    if (this.#reason !== 'lease') this.#lock('lease');
  }

  #renewed(): void {
    if (this.#phase !== 'locked' || this.#reason !== 'lease') return;
    this.#reason = 'start';
    this.#changed();
  }

  async #refreshTerms(): Promise<void> {
    if (!(await this.#reach())) return;
    await this.#seat.follow(this.#store.terms);
    this.#changed();
  }

  /** Asks the server for its terms; whether it answered. */
  async #reach(): Promise<boolean> {
    try {
      await this.#store.terms.learn(await this.#parts.server.terms());
      return true;
    } catch (problem) {
      const revoked = revocation(problem);
      if (revoked !== null) void this.#serial.run(() => this.#leave(revoked));
      else if (!(problem instanceof ApiProblem)) throw problem;
      return false;
    }
  }

  async #afterRound(sync: Partial<Told['sync']>): Promise<void> {
    this.#sealedCount = await this.#store.sealed.countWork();
    this.#tell({ sync: { ...sync, waiting: this.#sealedCount } });
    if (this.#store.terms.lease()?.state === 'good') this.#renewed();
    if (this.#wiped !== null) this.#changed();
  }

  /** The server has revoked this tablet: what waits is sent as far as it takes it, then everything goes. */
  async #leave({ takesOutbox, epoch }: Revocation): Promise<void> {
    this.#tell({ sync: { revoked: true } });
    if (this.#phase === 'wiped' || this.#phase === 'new' || this.#leaving) return;
    this.#leaving = true;
    const { server } = this.#parts;
    const { sealed } = this.#store;
    if (takesOutbox) {
      await this.#seat.keeper?.drain(epoch).catch(() => undefined);
      await sealed.all().then((items) => sendSealed(server, sealed, items)).catch(() => undefined);
    }
    await this.#wipe('revoked');
    this.#leaving = false;
    // The last word: its answer makes the browser clear the rest. Not while something is left that only lies here.
    if (takesOutbox && (await sealed.count()) === 0) await server.push([], false).catch(() => undefined);
  }

  /** Destroys copy and keys because a person asked for it. */
  async wipe(): Promise<void> {
    await this.#serial.run(() => this.#wipe('asked'));
  }

  async #wipe(reason: WipeReason): Promise<void> {
    this.#forget();
    const wiped = { reason, at: new Date().toISOString() };
    await this.#store.lock.wipe(wiped);
    await this.#look();
    this.#tabs.say({ about: 'wiped' });
    this.#changed();
    void this.#store.line.kick();
  }

  /** The browser took the database away, or another version of the app needs it: begin again with what is there. */
  async #lost(): Promise<void> {
    const wiped = this.#wiped;
    this.#opened?.line.stop();
    this.#seat.close();
    try {
      await this.#openStore();
    } catch {
      this.#tell({ lost: true });
      return;
    }
    if (this.#phase === 'open' && this.#data !== null) await this.#seat.again(this.#data, this.#store);
    else if (this.#phase === 'new') await this.#begunAnew(wiped);
    this.#changed();
  }

  /** The database is empty now: the browser cleared it, by itself or because the server said so with the last answer. */
  async #begunAnew(wiped: Wiped | null): Promise<void> {
    this.#forget();
    if (wiped === null) return this.#noteEviction();
    await this.#store.lock.wipe(wiped);
    await this.#look();
  }

  // Other tabs

  #askTabs(): Promise<void> {
    this.#tabs.say({ about: 'ask' });
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#answered = null;
        resolve();
      };
      const timer = setTimeout(done, TABS_ANSWER_WITHIN);
      this.#answered = done;
    });
  }

  async #hear(news: LockNews): Promise<void> {
    if (this.#opened === null) return;
    if (news.about === 'ask') {
      if (this.#phase === 'open' && this.#data !== null && this.#staff !== null) {
        this.#tabs.say({ about: 'opened', key: this.#data, staff: this.#staff, pins: this.#pins });
      }
      return;
    }
    if (news.about === 'locked') return this.#lock(news.reason);
    if (news.about === 'pins') this.#pins = new Map(news.pins);
    if (news.about === 'opened' && this.#reason !== 'lease') {
      await this.#store.ring.read();
      this.#wiped = null;
      this.#tries = 0;
      this.#adopt(news);
      this.#answered?.();
    }
    if (news.about === 'changed') await this.#look();
    if (news.about === 'wiped') {
      this.#forget();
      await this.#look();
    }
    this.#changed();
  }

  #changed(): void {
    this.#tell({ lock: this.state });
  }

  #tell(told: Told): void {
    this.#parts.listener(told);
  }

  close(): void {
    clearInterval(this.#ticking);
    this.#tabs.close();
    this.#opened?.line.stop();
    this.#seat.close();
    this.#opened?.database.close();
  }
}
