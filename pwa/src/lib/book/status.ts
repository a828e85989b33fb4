import { ApiProblem, OFFLINE } from '$lib/api/sync';
import { isFull } from './errors';
import type { LockState } from './lock-types';
import type { Outbox } from './outbox';
import type { TabletCopy } from './tablet-copy';
import type { BookState, OutboxEntry, SyncState } from './types';

/** What the worker tells the screens, each part only when it may have changed. */
export interface Told {
  lock?: LockState;
  state?: BookState;
  sync?: Partial<SyncState>;
  outbox?: OutboxEntry[];
  /** The database was taken away; the book must be opened again. */
  lost?: boolean;
  /** Milliseconds that a password took, which is long on purpose; for measuring. */
  derived?: number;
}

export type Listener = (told: Told) => void;

const CLOCK_MAY_BE_OFF = 5 * 60_000;

/** Gathers what the screens show of the book and tells it, several changes at a time. */
export class Status {
  readonly #tablet: TabletCopy;
  readonly #outbox: Outbox;
  readonly #listener: Listener;
  #phase: BookState['phase'] = 'empty';
  #loaded = 0;
  #expected = 0;
  #sync: SyncState = {
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
  #due = false;

  constructor(tablet: TabletCopy, outbox: Outbox, listener: Listener) {
    this.#tablet = tablet;
    this.#outbox = outbox;
    this.#listener = listener;
  }

  /** The store was read: ready when a copy was in it. */
  opened(present: boolean): void {
    if (present) this.#ready();
    this.changed();
  }

  /** Rows of a snapshot arrive. A copy that is already there stays in use meanwhile. */
  loading(loaded: number, expected: number): void {
    if (this.#phase === 'empty') this.#phase = 'loading';
    this.#loaded = loaded;
    this.#expected = expected;
    this.changed();
  }

  /** A round of sync came to its end: all rows are on the disk and in memory. */
  level(): void {
    this.sync({ lastError: this.#outbox.trouble, sessionExpired: false, upgradeRequired: false });
    this.#ready();
  }

  /** Another tab changed the copy. */
  followed(): void {
    if (this.#tablet.copy !== null) this.#ready();
  }

  #ready(): void {
    this.#phase = 'ready';
    this.#loaded = this.#expected = Object.values(this.#tablet.rows).reduce((sum, rows) => sum + rows, 0);
    this.changed();
  }

  /** The server answered. */
  reached(): void {
    this.sync({ online: true, lastContact: new Date().toISOString() });
  }

  failed(problem: unknown): void {
    // The snapshot was installed and only the pull behind it failed: what is there can be used.
    if (this.#tablet.copy !== null && this.#phase !== 'ready') this.#ready();
    if (isFull(problem)) {
      this.full();
      return;
    }
    if (!(problem instanceof ApiProblem)) {
      this.sync({ lastError: { code: 'storage_failed', detail: problem instanceof Error ? problem.message : String(problem) } });
      return;
    }
    const { code, detail, status } = problem;
    if (code !== OFFLINE) this.reached();
    this.sync({
      online: code !== OFFLINE,
      lastError: { code, detail },
      ...(code === 'session_expired' ? { sessionExpired: true } : {}),
      ...(code === 'device_revoked' ? { revoked: true } : {}),
      ...(status === 426 ? { upgradeRequired: true } : {}),
    });
  }

  /** The browser had no room for something. */
  full(): void {
    const detail = 'The browser has no room left for this site.';
    this.sync({ storage: { ...this.#sync.storage, quota: 'full' }, lastError: { code: 'storage_full', detail } });
  }

  /** How much room there is, as the browser estimates it. */
  room(quota: 'ok' | 'low'): void {
    this.sync({ storage: { ...this.#sync.storage, quota } });
  }

  persisted(granted: boolean): void {
    this.sync({ persisted: granted, storage: { ...this.#sync.storage, persisted: granted } });
  }

  /** What the server's clock said, and when that was heard by the tablet's; milliseconds. */
  clock(server: number, tablet: number): void {
    const off = tablet - server;
    const clockOff = Math.abs(off) > CLOCK_MAY_BE_OFF ? off : null;
    if (clockOff !== this.#sync.clockOff) this.sync({ clockOff });
  }

  sync(changes: Partial<SyncState>): void {
    this.#sync = { ...this.#sync, ...changes };
    this.changed();
  }

  /** Tells the screens, once for all changes of this turn. */
  changed(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      const entries = this.#outbox.entries;
      const waiting = entries.filter(({ state }) => state === 'waiting' || state === 'sending').length;
      this.#listener({ state: this.#state(), sync: { ...this.#sync, waiting }, outbox: entries });
    });
  }

  #state(): BookState {
    return { phase: this.#phase, loaded: this.#loaded, expected: this.#expected, rows: this.#tablet.rows, asOf: this.#tablet.asOf };
  }
}
