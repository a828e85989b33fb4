/** How often the clock is looked at: a tablet that slept locks when it wakes, not minutes later. */
const LOOK_EVERY = 5_000;
/** How often one tab tells the others that somebody is there. */
const TELL_EVERY = 10_000;

/** Calls `expired` once nobody has touched any tab of this app for as long as `minutes` says; 0 switches it off. */
export class IdleWatch {
  readonly #minutes: () => number;
  readonly #expired: () => void;
  readonly #others = new BroadcastChannel('dangol-touched');
  #touched = Date.now();
  #told = 0;

  constructor(minutes: () => number, expired: () => void) {
    this.#minutes = minutes;
    this.#expired = expired;
  }

  start(): void {
    for (const event of ['pointerdown', 'keydown'] as const) {
      window.addEventListener(event, () => this.#touch(), { capture: true, passive: true });
    }
    this.#others.addEventListener('message', () => (this.#touched = Date.now()));
    document.addEventListener('visibilitychange', () => this.#look());
    setInterval(() => this.#look(), LOOK_EVERY);
  }

  /** Somebody has just opened the tablet. */
  begin(): void {
    this.#touched = Date.now();
  }

  #touch(): void {
    // The touch that wakes a tablet comes after the time has run out: it must not save it.
    this.#look();
    this.#touched = Date.now();
    if (this.#touched - this.#told < TELL_EVERY) return;
    this.#told = this.#touched;
    this.#others.postMessage('touched');
  }

  #look(): void {
    const minutes = this.#minutes();
    if (minutes <= 0 || Date.now() - this.#touched < minutes * 60_000) return;
    this.#touched = Date.now();
    this.#expired();
  }
}
