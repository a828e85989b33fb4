import { sayProblem } from '$lib/session';
import { isBusy, readRun, tell, type ImportRun } from './imports';

const ASK_MS = 700;

/** A run, looked at again and again while the worker is at it. */
export class WatchedRun {
  #run = $state.raw<ImportRun | null>(null);
  #problem = $state<string | null>(null);
  #sending = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #left = false;
  readonly id: string;

  constructor(id: string, known: ImportRun | null = null) {
    this.id = id;
    this.#run = known;
  }

  get run(): ImportRun | null {
    return this.#run;
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

  async tell(what: 'stop' | 'resume' | 'undo'): Promise<void> {
    this.#sending = true;
    this.#problem = null;
    try {
      this.#run = await tell(this.id, what);
    } catch (problem) {
      this.#problem = sayProblem(problem);
    } finally {
      this.#sending = false;
      this.#again();
    }
  }

  async #look(): Promise<void> {
    try {
      this.#run = await readRun(this.id);
      if (!this.#sending) this.#problem = null;
    } catch (problem) {
      this.#problem = sayProblem(problem);
    }
    this.#again();
  }

  #again(): void {
    clearTimeout(this.#timer);
    // What cannot be reached now is looked at again, too: the import goes on without this page.
    if (!this.#left && (this.#run === null ? this.#problem === null : isBusy(this.#run))) {
      this.#timer = setTimeout(() => void this.#look(), ASK_MS);
    }
  }
}
