import { api, call } from '$lib/api';
import { isOffline, sayProblem } from '$lib/session';

export interface TextTemplate {
  id: string;
  name: string;
  title: string | null;
  purpose: string;
  language: string;
  body: string;
  /** What is sent; null before the first approval. */
  approved_version: number | null;
}

export interface TextPreview {
  text: string;
  verdict: { answer: 'allowed' | 'held' | 'skipped'; reason: string | null; reason_text?: string | null; until?: string | null };
  segments: number;
  encoding: string;
}

export interface SentText {
  id: string;
  body: string;
  state: string;
  reason_text?: string | null;
  until?: string | null;
}

const settled = new Set(['delivered', 'undelivered', 'failed', 'skipped', 'canceled', 'held']);

/** One text to one customer: which template, what it says and whether it may go, and what became of it. */
export class Texting {
  #templates = $state.raw<TextTemplate[] | undefined>();
  #chosen = $state.raw<TextTemplate | null>(null);
  #preview = $state.raw<TextPreview | undefined>();
  #sent = $state.raw<SentText | null>(null);
  #sending = $state(false);
  #offline = $state(false);
  #problem = $state<string | null>(null);
  readonly #customerId: string;

  constructor(customerId: string) {
    this.#customerId = customerId;
  }

  get templates(): TextTemplate[] | undefined {
    return this.#templates;
  }

  get chosen(): TextTemplate | null {
    return this.#chosen;
  }

  get preview(): TextPreview | undefined {
    return this.#preview;
  }

  get sent(): SentText | null {
    return this.#sent;
  }

  get sending(): boolean {
    return this.#sending;
  }

  get offline(): boolean {
    return this.#offline;
  }

  /** What failed, in a sentence; null when nothing did. */
  get problem(): string | null {
    return this.#problem;
  }

  async open(): Promise<void> {
    await this.#try(async () => {
      const found = (await call(api.GET('/api/v1/templates', { params: { query: { limit: 100 } } }))) as { items: TextTemplate[] };
      this.#templates = found.items.filter((template) => template.approved_version !== null);
    });
  }

  async choose(template: TextTemplate): Promise<void> {
    this.#chosen = template;
    this.#preview = undefined;
    await this.#try(async () => {
      const preview = await call(
        api.POST('/api/v1/customers/{customer_id}/texts/preview', {
          params: { path: { customer_id: this.#customerId } }, body: { template: template.id },
        }),
      );
      // Another one may have been chosen while this was on its way.
      if (this.#chosen === template) this.#preview = preview as TextPreview;
    });
  }

  async send(): Promise<void> {
    const template = this.#chosen;
    if (template === null || this.#sending) return;
    this.#sending = true;
    await this.#try(async () => {
      this.#sent = (await call(
        api.POST('/api/v1/customers/{customer_id}/texts', {
          params: { path: { customer_id: this.#customerId } }, body: { template: template.id },
        }),
      )) as SentText;
    });
    this.#sending = false;
  }

  /** Asks again what became of the text until that is settled or the time is up. */
  async follow(signal: AbortSignal): Promise<void> {
    for (let turn = 0; turn < 20 && !signal.aborted; turn += 1) {
      const sent = this.#sent;
      if (sent === null || settled.has(sent.state)) return;
      await new Promise((resolve) => setTimeout(resolve, 1500));
      if (signal.aborted) return;
      try {
        this.#sent = (await call(
          api.GET('/api/v1/messages/{message_id}', { params: { path: { message_id: sent.id } } }),
        )) as SentText;
      } catch {
        return; // What is shown stays true: it was handed over; the list of texts tells the rest later.
      }
    }
  }

  another(): void {
    this.#sent = null;
    this.#chosen = null;
    this.#preview = undefined;
    this.#problem = null;
  }

  async #try(work: () => Promise<void>): Promise<void> {
    this.#problem = null;
    this.#offline = false;
    try {
      await work();
    } catch (problem) {
      this.#offline = isOffline(problem);
      this.#problem = sayProblem(problem);
    }
  }
}
