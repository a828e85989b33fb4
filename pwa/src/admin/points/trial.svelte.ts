import { api, call } from '$lib/api';
import { sayProblem } from '$lib/session';
import type { RuleData } from './new-rule.svelte';

const ASK_MS = 500;

/** GET /points/trials/ID */
export interface Trial {
  id: string;
  since: string;
  until: string;
  state: 'waiting' | 'running' | 'ready' | 'stopped' | 'failed';
  sales: number;
  total: number;
  result: {
    sales: number;
    members: number;
    sales_gaining: number;
    members_gaining: number;
    paid: number;
    points_now: number;
    points_then: number;
    units: { business_unit: string; points_now: number; points_then: number }[];
  } | null;
}

/** What a rule would have done to last month's sales: asked for, looked at again and again until the worker is done. */
export class RuleTrial {
  #trial = $state.raw<Trial | null>(null);
  #problem = $state<string | null>(null);
  #asking = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  get trial(): Trial | null {
    return this.#trial;
  }

  get problem(): string | null {
    return this.#problem;
  }

  get busy(): boolean {
    return this.#asking || this.#trial?.state === 'waiting' || this.#trial?.state === 'running';
  }

  async ask(body: RuleData): Promise<void> {
    this.forget();
    this.#asking = true;
    await this.#take(() => call(api.POST('/api/v1/points/trials', { body })));
    this.#asking = false;
  }

  async stop(): Promise<void> {
    const id = this.#trial?.id;
    clearTimeout(this.#timer);
    if (id !== undefined) await this.#take(() => call(api.POST('/api/v1/points/trials/{trial_id}/stop', { params: { path: { trial_id: id } } })));
  }

  /** The rule is another one now, or nobody looks any more. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#trial = this.#problem = null;
  }

  async #take(ask: () => Promise<unknown>): Promise<void> {
    try {
      this.#trial = (await ask()) as Trial;
      this.#problem = null;
    } catch (problem) {
      this.#problem = sayProblem(problem);
    }
    const id = this.#trial?.id;
    if (id === undefined || !['waiting', 'running'].includes(this.#trial?.state ?? '')) return;
    const look = (): Promise<void> => this.#take(() => call(api.GET('/api/v1/points/trials/{trial_id}', { params: { path: { trial_id: id } } })));
    this.#timer = setTimeout(() => void look(), ASK_MS);
  }
}
