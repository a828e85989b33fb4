import { ApiProblem, OFFLINE } from '$lib/api/sync';

/** Milliseconds. */
export interface Pace {
  /** Between two rounds when all is well. */
  every: number;
  /** After something was sent: its row is on its way back. */
  soon: number;
  /** First wait after a failure; doubles up to `longest`. */
  retry: number;
  longest: number;
  /** From opening the book to listening for hints: the start has the line to itself. */
  listen: number;
}

export const PACE: Pace = { every: 15_000, soon: 2_000, retry: 1_000, longest: 60_000, listen: 3_000 };

/** What a round came to. */
export type Round = { sent: number } | { problem: unknown } | 'busy';

/** How long to wait after a round. `random` is in [0, 1): tablets that failed together must not come back together. */
export function nextWait(round: Round, failures: number, pace: Pace, random: number): number {
  if (round === 'busy') return pace.soon;
  if ('sent' in round) return round.sent > 0 ? Math.min(pace.soon, pace.every) : pace.every;
  const backoff = Math.min(pace.retry * 2 ** Math.min(failures, 10), pace.longest);
  const asked = round.problem instanceof ApiProblem ? round.problem.retryAfter : null;
  return Math.max(asked ?? 0, backoff) * (1 + random / 2);
}

/** Problems that a retry is expected to heal: no answer, too busy, going down. */
export function isPassing(problem: unknown): boolean {
  return problem instanceof ApiProblem && (problem.code === OFFLINE || [429, 502, 503, 504].includes(problem.status));
}

/** Calls `round` now and again: at its pace, sooner when kicked, later after failures. Never two rounds at once. */
export class Loop {
  readonly #round: () => Promise<Round>;
  #pace: Pace;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;
  #again = false;
  #failures = 0;
  #stopped = false;
  /** Not before this time, whatever kicks: the server asked for it. */
  #notBefore = 0;

  constructor(round: () => Promise<Round>, pace: Pace) {
    this.#round = round;
    this.#pace = pace;
  }

  /** Starts a round at once, or another one behind that which runs. Resolves when it is over. */
  kick(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    if (this.#running !== null) {
      this.#again = true;
      return this.#running;
    }
    const wait = this.#notBefore - Date.now();
    if (wait > 0) {
      this.#sleep(wait);
      return Promise.resolve();
    }
    clearTimeout(this.#timer);
    this.#running = this.#turn().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Another time between two rounds when all is well, from the next one on. */
  pullEvery(milliseconds: number): void {
    this.#pace = { ...this.#pace, every: milliseconds };
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #turn(): Promise<void> {
    let round: Round;
    do {
      this.#again = false;
      round = await this.#round();
      const failed = typeof round === 'object' && 'problem' in round;
      this.#failures = failed ? this.#failures + 1 : 0;
      if (failed) break;
    } while (this.#again && !this.#stopped);
    const wait = nextWait(round, this.#failures - 1, this.#pace, Math.random());
    const problem = typeof round === 'object' && 'problem' in round ? round.problem : null;
    const asked = problem instanceof ApiProblem ? problem.retryAfter : null;
    this.#notBefore = asked === null ? 0 : Date.now() + asked;
    this.#sleep(wait);
  }

  #sleep(wait: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => void this.kick(), wait);
  }
}
