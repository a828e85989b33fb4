import type { SyncServer } from '$lib/api/sync';
import { PACE } from './loop';

/** A line that held this long was a good one: the next failure is the first again. */
const HELD = 30_000;

/**
 * Listens to the server's hints that something changed; a hint is followed by an ordinary pull, so that nothing depends on
 * it. One tab of a tablet listens, by a Web Lock: browsers open six connections to a server, and tabs tell one another
 * what they pulled.
 */
export class EventsLine {
  readonly #server: SyncServer;
  readonly #lock: string;
  readonly #onHint: () => void;
  readonly #onState: (on: boolean) => void;
  readonly #after: number;
  readonly #ending = new AbortController();
  #started = false;
  #last: number | null = null;

  constructor(server: SyncServer, lock: string, onHint: () => void, onState: (on: boolean) => void, after: number) {
    this.#server = server;
    this.#lock = lock;
    this.#onHint = onHint;
    this.#onState = onState;
    this.#after = after;
  }

  /** Begins to listen, once. */
  start(): void {
    if (this.#started || this.#ending.signal.aborted) return;
    this.#started = true;
    const { signal } = this.#ending;
    const locks = (globalThis.navigator as Navigator | undefined)?.locks;
    const listening = locks === undefined ? this.#listen() : locks.request(this.#lock, { signal }, () => this.#listen());
    listening.catch(() => undefined);
  }

  stop(): void {
    this.#ending.abort();
  }

  async #listen(): Promise<void> {
    const { signal } = this.#ending;
    await pause(this.#after, signal);
    for (let failures = 0; !signal.aborted; failures++) {
      const began = Date.now();
      await this.#server.events((v) => this.#heard(v), signal).catch(() => undefined);
      this.#onState(false);
      if (Date.now() - began > HELD) failures = 0;
      const wait = Math.min(PACE.retry * 2 ** Math.min(failures, 10), PACE.longest);
      // Between half and one and a half of it: a server that comes back is not met by all tablets at once.
      await pause(wait * (0.5 + Math.random()), signal);
    }
  }

  #heard(v: number): void {
    this.#onState(true);
    if (v === this.#last) return;
    this.#last = v;
    // What the line begins with may be news: something can have changed since the last pull.
    this.#onHint();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
