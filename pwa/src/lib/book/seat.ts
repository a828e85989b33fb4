import type { SyncServer } from '$lib/api/sync';
import type { DataKey } from '$lib/vault';
import { Keeper } from './keeper';
import { cipherOf } from './key-ring';
import type { Pace } from './loop';
import type { Revocation } from './sealed-sender';
import type { Listener } from './status';
import type { Store } from './store';
import type { OpenOptions } from './types';

export interface SeatParts {
  server: SyncServer;
  name: string;
  pace: Pace;
  listener: Listener;
  onRevoked: (revoked: Revocation) => void;
}

/** The book behind the lock: there while the key is in memory, and who sits at it. */
export class Seat {
  readonly #parts: SeatParts;
  #keeper: Keeper | null = null;
  #options: OpenOptions | null = null;
  #persisted: boolean | null = null;
  /** A book was here and the browser took it away. */
  evicted = false;

  constructor(parts: SeatParts) {
    this.#parts = parts;
  }

  get keeper(): Keeper | null {
    return this.#keeper;
  }

  /** Opens the copy; on an open one only says who acts from now on. */
  async open(data: DataKey, store: Store, options: OpenOptions): Promise<void> {
    this.#options = options;
    if (this.#keeper === null) await this.#begin(data, store, options);
    else this.#keeper.actAs(options.staff, options.store, options.pollEvery);
  }

  /** Opens it again over another database, if it was open. */
  async again(data: DataKey, store: Store): Promise<void> {
    this.close();
    if (this.#options !== null) await this.#begin(data, store, this.#options);
  }

  async #begin(data: DataKey, { database, terms }: Store, options: OpenOptions): Promise<void> {
    const { server, name, pace, listener, onRevoked } = this.#parts;
    const parts = { server, database, name, pace, listener, onRevoked, cipher: cipherOf(data) };
    const onContact = (at: number) => void terms.contact(at);
    const keeper = await Keeper.open({ ...parts, skew: terms.skew, evicted: this.evicted, onContact }, options);
    this.#keeper = keeper;
    if (this.#persisted !== null) keeper.persisted(this.#persisted);
    await this.follow(terms);
  }

  /** Acts on the server's terms: seals to its key, and listens where it tells of changes. */
  async follow(terms: Store['terms']): Promise<void> {
    const sealer = await terms.sealer();
    if (sealer !== null) await this.#keeper?.sealWith(sealer);
    if (terms.terms.events) this.#keeper?.listen();
  }

  /** Somebody else sits down at a book that may be open already. */
  take(staff: string): void {
    this.#keeper?.actAs(staff, this.#options?.store);
    this.#keeper?.tellAgain();
  }

  persisted(granted: boolean): void {
    this.#persisted = granted;
    this.#keeper?.persisted(granted);
  }

  close(): void {
    this.#keeper?.close();
    this.#keeper = null;
  }
}
