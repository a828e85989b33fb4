import { api, call } from '$lib/api';
import { sayProblem } from '$lib/session';
import { isUnderWay, type EvaluationRecord } from './grades';

const ASK_MS = 700;

/** An evaluation, looked at again and again while the worker is at it. */
export class WatchedEvaluation {
  #record = $state.raw<EvaluationRecord | null>(null);
  #problem = $state<string | null>(null);
  #sending = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #left = false;
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  get record(): EvaluationRecord | null {
    return this.#record;
  }

  get problem(): string | null {
    return this.#problem;
  }

  get sending(): boolean {
    return this.#sending;
  }

  /** For an effect: looks until it is left. */
  watch(): () => void {
    this.#left = false;
    void this.#look();
    return () => {
      this.#left = true;
      clearTimeout(this.#timer);
    };
  }

  async apply(): Promise<void> {
    await this.#tell(() => call(api.POST('/api/v1/grades/evaluations/{evaluation_id}/apply', { params: this.#params })));
  }

  /** Stops it, or drops what it found. */
  async drop(): Promise<void> {
    await this.#tell(() => call(api.POST('/api/v1/grades/evaluations/{evaluation_id}/drop', { params: this.#params })));
  }

  get #params() {
    return { path: { evaluation_id: this.id } };
  }

  async #tell(what: () => Promise<unknown>): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    this.#problem = null;
    try {
      this.#record = (await what()) as EvaluationRecord;
    } catch (problem) {
      this.#problem = sayProblem(problem);
    } finally {
      this.#sending = false;
      this.#again();
    }
  }

  async #look(): Promise<void> {
    try {
      const found = (await call(api.GET('/api/v1/grades/evaluations/{evaluation_id}', { params: this.#params }))) as EvaluationRecord;
      if (!this.#sending) [this.#record, this.#problem] = [found, null];
    } catch (problem) {
      this.#problem = sayProblem(problem);
    }
    this.#again();
  }

  #again(): void {
    clearTimeout(this.#timer);
    // What cannot be reached now is looked at again, too: the worker goes on without this page.
    if (!this.#left && (this.#record === null ? this.#problem === null : isUnderWay(this.#record))) {
      this.#timer = setTimeout(() => void this.#look(), ASK_MS);
    }
  }
}
