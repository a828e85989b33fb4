import { api, ApiProblem, call } from '$lib/api';
import { isOffline, sayProblem } from '$lib/session';
import { fieldsOf, type GivenField } from './template-fields';

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

/** What is wrong with a field to fill in: the text needs it, or what stands in it cannot be taken. */
export type FieldFault = 'missing' | 'wrong';

const settled = new Set(['delivered', 'undelivered', 'failed', 'skipped', 'canceled', 'held']);
const typingPause = 300;

/** One text to one customer: which template, what it says and whether it may go, and what became of it. */
export class Texting {
  /** What was filled in, by field. */
  given = $state<Record<string, string>>({});
  /** Whether templates in other languages than the customer's are offered too. */
  everyLanguage = $state(false);
  #templates = $state.raw<TextTemplate[] | undefined>();
  #known = $state.raw<readonly GivenField[]>([]);
  #chosen = $state.raw<TextTemplate | null>(null);
  #preview = $state.raw<TextPreview | undefined>();
  #fresh = $state(false);
  #faults = $state.raw<Readonly<Record<string, FieldFault>>>({});
  #needed = $state.raw<ReadonlySet<string>>(new Set());
  #sent = $state.raw<SentText | null>(null);
  #sending = $state(false);
  #offline = $state(false);
  #problem = $state<string | null>(null);
  #turn = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;
  readonly #language: string;
  readonly #path: { customer_id: string };

  constructor(customer: { id: string; language: string | null }) {
    this.#language = customer.language ?? 'ko';
    this.#path = { customer_id: customer.id };
  }

  get templates(): TextTemplate[] | undefined {
    return this.#templates;
  }

  /** Those to choose from: in the customer's language, or in every one where there is none or staff asked for them. */
  get offered(): readonly TextTemplate[] {
    if (this.#chosen !== null) return [this.#chosen];
    const all = this.#templates ?? [];
    const suited = all.filter(({ language }) => language === this.#language);
    return this.everyLanguage || suited.length === 0 ? all : suited;
  }

  /** How many more there are in other languages. */
  get others(): number {
    return this.#chosen === null ? (this.#templates?.length ?? 0) - this.offered.length : 0;
  }

  get chosen(): TextTemplate | null {
    return this.#chosen;
  }

  /** What the chosen template lets one fill in, and whatever else the server asked for. */
  get fields(): readonly GivenField[] {
    const own = fieldsOf(this.#chosen?.body ?? '', this.#known);
    return [...own, ...this.#known.filter((field) => field.name in this.#faults && !own.includes(field))];
  }

  /** The last text that could be written; older than what stands in the fields while `fresh` is false. */
  get preview(): TextPreview | undefined {
    return this.#preview;
  }

  /** True when the preview is of exactly what would be sent. */
  get fresh(): boolean {
    return this.#fresh;
  }

  get faults(): Readonly<Record<string, FieldFault>> {
    return this.#faults;
  }

  /** Fields that the chosen template cannot do without, as far as the server has said so. */
  get needed(): ReadonlySet<string> {
    return this.#needed;
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
      const [found, fields] = await Promise.all([
        call(api.GET('/api/v1/templates', { params: { query: { limit: 100, state: 'approved' } } })),
        call(api.GET('/api/v1/templates/fields')),
      ]);
      const approved = (found as { items: TextTemplate[] }).items.filter((template) => template.approved_version !== null);
      const strange = (template: TextTemplate): number => Number(template.language !== this.#language);
      this.#templates = approved.sort((one, other) => strange(one) - strange(other));
      this.#known = (fields as { items: (GivenField & { source: string })[] }).items.filter(({ source }) => source === 'given');
    });
  }

  async choose(template: TextTemplate): Promise<void> {
    this.#chosen = template;
    this.#needed = new Set();
    this.#preview = undefined;
    this.#faults = {};
    await this.#look();
  }

  /** Writes into a field; the preview follows when the typing pauses. */
  fill(field: string, value: string): void {
    this.given[field] = value;
    this.#fresh = false;
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void this.#look(), typingPause);
  }

  get #wish(): { template: string; fields: Record<string, string> } {
    const filled = this.fields.map(({ name }) => [name, this.given[name]?.trim() ?? ''] as const).filter(([, value]) => value !== '');
    return { template: this.#chosen?.id ?? '', fields: Object.fromEntries(filled) };
  }

  async #look(): Promise<void> {
    const turn = ++this.#turn;
    this.#fresh = false;
    const preview = call(api.POST('/api/v1/customers/{customer_id}/texts/preview', { params: { path: this.#path }, body: this.#wish }));
    const done = await this.#try(async () => {
      const answer = (await preview) as TextPreview;
      // Another template or another word may have been chosen while this was on its way.
      if (turn === this.#turn) this.#preview = answer;
    }, () => turn === this.#turn);
    if (turn === this.#turn) this.#fresh = done;
  }

  async send(): Promise<void> {
    if (this.#chosen === null || this.#sending || !this.#fresh) return;
    this.#sending = true;
    await this.#try(async () => {
      this.#sent = (await call(
        api.POST('/api/v1/customers/{customer_id}/texts', { params: { path: this.#path }, body: this.#wish }),
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

  /** Back to the choice; what was filled in stays for the next one. */
  unchoose(): void {
    this.#turn += 1;
    clearTimeout(this.#typing);
    this.#chosen = null;
    this.#fresh = false;
    this.#preview = undefined;
    this.#problem = null;
    this.#faults = {};
  }

  another(): void {
    this.unchoose();
    this.#sent = null;
    this.given = {};
  }

  /** Whether it worked. What failed is said only while `current` still wants to know. */
  async #try(work: () => Promise<void>, current: () => boolean = () => true): Promise<boolean> {
    this.#problem = null;
    this.#offline = false;
    try {
      await work();
      if (current()) this.#faults = {};
      return true;
    } catch (problem) {
      if (!current()) return false;
      this.#offline = isOffline(problem);
      this.#faults = this.#faultsOf(problem);
      this.#needed = new Set([...this.#needed, ...Object.keys(this.#faults)]);
      if (Object.keys(this.#faults).length === 0) this.#problem = sayProblem(problem);
      return false;
    }
  }

  /** Faults of fields by `fields.<name>`, as the server names them. */
  #faultsOf(problem: unknown): Record<string, FieldFault> {
    if (!(problem instanceof ApiProblem)) return {};
    const names = Object.keys(problem.fields).filter((key) => key.startsWith('fields.')).map((key) => key.slice('fields.'.length));
    const known = names.filter((name) => this.#known.some((field) => field.name === name));
    // A field that nobody here can fill in is no reason to send someone looking for it.
    if (known.length < names.length) return {};
    return Object.fromEntries(known.map((name) => [name, (this.given[name] ?? '').trim() === '' ? 'missing' : 'wrong']));
  }
}
