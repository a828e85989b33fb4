import type { ServerTerms } from '$lib/api/sync';
import { ClockGuard, DEFAULT_TERMS, leaseOf, Sealer, type Contact, type LockStore, type Terms } from '$lib/vault';

/** The latest time seen is written this often, milliseconds. */
const NOTE_EVERY = 5 * 60_000;

/** The server's terms and the lease that they set, kept on the disk where a locked tablet finds them. */
export class TermsKeeper {
  readonly #store: LockStore;
  #terms: Terms = DEFAULT_TERMS;
  #contact: Contact | null = null;
  #clock: ClockGuard;
  #noted = 0;
  #sealer: Sealer | null = null;

  private constructor(store: LockStore, seen: number) {
    this.#store = store;
    this.#clock = new ClockGuard(seen);
  }

  static async read(store: LockStore): Promise<TermsKeeper> {
    const [terms, contact, seen] = await Promise.all([store.get('terms'), store.get('contact'), store.get('seen')]);
    const keeper = new TermsKeeper(store, Math.max(seen ?? 0, contact?.tablet ?? 0));
    keeper.#terms = terms ?? DEFAULT_TERMS;
    keeper.#contact = contact ?? null;
    return keeper;
  }

  get terms(): Terms {
    return this.#terms;
  }

  /** Whether the server has ever said what it asks for. */
  get known(): boolean {
    return this.#terms.sealingKey !== null;
  }

  /** Milliseconds that the server's clock was ahead of the tablet's at the last contact. */
  get skew(): number {
    return this.#contact === null ? 0 : this.#contact.server - this.#contact.tablet;
  }

  /** What seals to the server's key, or null when that is not known yet or no key at all. */
  async sealer(): Promise<Sealer | null> {
    const { sealingKey } = this.#terms;
    if (sealingKey === null) return null;
    if (this.#sealer?.kid !== sealingKey.kid) this.#sealer = await Sealer.of(sealingKey);
    return this.#sealer;
  }

  /** Where the lease stands; null before the first contact. */
  lease(): ReturnType<typeof leaseOf> | null {
    return this.#contact === null ? null : leaseOf(this.#contact, this.#terms, this.#clock.now());
  }

  async learn(said: ServerTerms): Promise<void> {
    this.#terms = {
      leaseHours: said.lease_hours,
      wipeDays: said.wipe_days,
      autoLockMinutes: said.auto_lock_minutes,
      sealingKey: said.sealing_key,
      events: said.events,
    };
    await this.#store.put('terms', this.#terms);
    await this.contact(Date.parse(said.server_time), true);
  }

  /** The server answered at `server`, milliseconds by its clock. Written now and then, or at once. */
  async contact(server: number, atOnce = false): Promise<void> {
    if (Number.isNaN(server)) return;
    const tablet = this.#clock.contact();
    this.#contact = { server, tablet };
    if (!atOnce && tablet - this.#noted >= 0 && tablet - this.#noted < NOTE_EVERY) return;
    this.#noted = tablet;
    await this.#store.put('contact', this.#contact);
    await this.#store.put('seen', tablet);
  }

  /** Keeps in mind what the clock shows, so that setting it back gains nothing. */
  async note(): Promise<void> {
    await this.#store.put('seen', this.#clock.now());
  }
}
