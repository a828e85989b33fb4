import { api, call } from '$lib/api';

/** How often the counts are asked for while the desk is open. */
const EVERY = 60_000;

/** How much waits for a manager: values to choose between, sales and corrections of points to look at. The navigation wears the counts. */
export class Attention {
  #conflicts = $state(0);
  #sales = $state(0);
  #corrections = $state(0);

  get conflicts(): number {
    return this.#conflicts;
  }

  get sales(): number {
    return this.#sales;
  }

  get corrections(): number {
    return this.#corrections;
  }

  /** Asks the server. Without an answer the last counts stay. */
  async read(): Promise<void> {
    try {
      const counts = (await call(api.GET('/api/v1/attention'))) as { conflicts: number; sales: number; corrections: number };
      this.#conflicts = counts.conflicts;
      this.#sales = counts.sales;
      this.#corrections = counts.corrections;
    } catch {
      // A badge is a convenience: the lists themselves say when they cannot be read.
    }
  }

  /** Reads now and again until the returned function is called. */
  watch(): () => void {
    void this.read();
    const timer = setInterval(() => void this.read(), EVERY);
    return () => clearInterval(timer);
  }
}
