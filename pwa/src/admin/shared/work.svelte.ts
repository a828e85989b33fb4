import { sayProblem } from '$lib/session';

/** What a person asked the server for, one thing at a time: whether it is under way, and why it failed. */
export class Work {
  #busy = $state(false);
  #problem = $state<string | null>(null);
  readonly #say: (failure: unknown) => string;

  /** @param say puts a failure into words; where a screen has better ones than the server's. */
  constructor(say: (failure: unknown) => string = sayProblem) {
    this.#say = say;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get problem(): string | null {
    return this.#problem;
  }

  /** Does it, unless something is under way; whether it was done. A failure is said, never thrown. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.#busy) return false;
    this.#busy = true;
    this.#problem = null;
    try {
      await work();
      return true;
    } catch (failure) {
      this.#problem = this.#say(failure);
      return false;
    } finally {
      this.#busy = false;
    }
  }

  /** A form is opened anew: what went wrong before is not about it. */
  forget(): void {
    this.#problem = null;
  }
}
