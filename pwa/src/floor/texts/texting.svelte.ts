import { api, ApiProblem, call } from '$lib/api';
import type { Book, CustomerRow, OutboxEntry, TemplateRow } from '$lib/book';
import { isOffline, sayProblem } from '$lib/session';
import { known, type Surroundings } from './known-values';
import { readingOrder, write, type Written } from './liquid';
import type { GivenField } from './template-fields';

export type TextTemplate = TemplateRow;

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
  /** Until when a text that waits for a connection still makes sense, in hours. */
  hours = $state(24);
  #templates = $state.raw<TextTemplate[] | undefined>();
  #chosen = $state.raw<TextTemplate | null>(null);
  #preview = $state.raw<TextPreview | undefined>();
  #fresh = $state(false);
  #faults = $state.raw<Readonly<Record<string, FieldFault>>>({});
  #needed = $state.raw<ReadonlySet<string>>(new Set());
  #sent = $state.raw<SentText | null>(null);
  #asked = $state.raw<{ id: string; until: Date } | null>(null);
  #sending = $state(false);
  #offline = $state(false);
  #problem = $state<string | null>(null);
  #turn = 0;
  #typing: ReturnType<typeof setTimeout> | undefined;
  readonly #book: Book;
  readonly #around: Surroundings;
  readonly #customer: CustomerRow;
  readonly #path: { customer_id: string };

  constructor(book: Book, customer: CustomerRow, around: Surroundings) {
    this.#book = book;
    this.#around = around;
    this.#customer = customer;
    this.#path = { customer_id: customer.id };
  }

  get templates(): TextTemplate[] | undefined {
    return this.#templates;
  }

  /** Those to choose from: in the customer's language, or in every one where there is none or staff asked for them. */
  get offered(): readonly TextTemplate[] {
    if (this.#chosen !== null) return [this.#chosen];
    const all = this.#templates ?? [];
    return this.everyLanguage ? all : suited(all, this.#customer.language);
  }

  /** How many more there are in other languages. */
  get others(): number {
    return this.#chosen === null ? (this.#templates?.length ?? 0) - this.offered.length : 0;
  }

  get chosen(): TextTemplate | null {
    return this.#chosen;
  }

  /** What the chosen template lets one fill in. */
  get fields(): readonly GivenField[] {
    return this.#chosen?.fields ?? [];
  }

  /** What the tablet makes of it by itself, while the server cannot be asked; null where it can. */
  get guess(): Written | null {
    if (!this.#offline || this.#chosen === null) return null;
    const filled = Object.fromEntries(this.fields.map(({ name }) => [name, this.given[name] ?? '']));
    return write(this.#chosen.body, { ...known(this.#customer, this.#chosen.language, this.#around), ...filled });
  }

  /** Fields that stop the text as the tablet sees it; only those that can be filled in here. */
  get lacking(): readonly GivenField[] {
    const { guess } = this;
    if (guess === null || guess === 'server_only' || 'text' in guess) return [];
    return this.fields.filter(({ name }) => guess.empty.includes(name));
  }

  /** What was asked for without a connection: its entry in the outbox tells what became of it. */
  get asked(): { id: string; until: Date; entry: OutboxEntry | undefined } | null {
    const asked = this.#asked;
    return asked === null ? null : { ...asked, entry: this.#book.outbox.find(({ id }) => id === asked.id) };
  }

  get until(): Date {
    return new Date(Date.now() + this.hours * 3_600_000);
  }

  /** Whether the text can be sent, or asked for, as it stands. */
  get ready(): boolean {
    if (this.#chosen === null || this.#sending) return false;
    return this.#offline ? this.lacking.length === 0 : this.#fresh;
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
    try {
      this.#templates = inOrder(await this.#book.templates(), this.#customer.language);
    } catch (problem) {
      this.#problem = sayProblem(problem);
    }
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
    if (this.#chosen === null || !this.ready) return;
    this.#sending = true;
    if (this.#offline) await this.#ask();
    else await this.#hand();
    this.#sending = false;
  }

  async #hand(): Promise<void> {
    await this.#try(async () => {
      this.#sent = (await call(
        api.POST('/api/v1/customers/{customer_id}/texts', { params: { path: this.#path }, body: this.#wish }),
      )) as SentText;
    });
  }

  /** Asks the server again whether it can be reached. */
  async retry(): Promise<void> {
    await this.#look();
  }

  /** Notes that the text is wanted; the tablet hands it over when it next reaches the server. */
  async #ask(): Promise<void> {
    const { until } = this;
    try {
      const data = { customer_id: this.#customer.id, ...this.#wish, not_after: until.toISOString() };
      const { id } = await this.#book.record('message.request', data);
      this.#asked = { id, until };
    } catch (problem) {
      this.#problem = sayProblem(problem);
    }
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
    this.#asked = null;
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
      if (!this.#offline && Object.keys(this.#faults).length === 0) this.#problem = sayProblem(problem);
      return false;
    }
  }

  /** Faults of fields by `fields.<name>`, as the server names them. */
  #faultsOf(problem: unknown): Record<string, FieldFault> {
    if (!(problem instanceof ApiProblem)) return {};
    const names = Object.keys(problem.fields).filter((key) => key.startsWith('fields.')).map((key) => key.slice('fields.'.length));
    const here = names.filter((name) => this.fields.some((field) => field.name === name));
    // A field that nobody here can fill in is no reason to send someone looking for it.
    if (here.length < names.length) return {};
    return Object.fromEntries(here.map((name) => [name, (this.given[name] ?? '').trim() === '' ? 'missing' : 'wrong']));
  }
}

/** Of each template the language that its reader would get. */
function suited(all: readonly TextTemplate[], reader: string | null): TextTemplate[] {
  const order = readingOrder(reader);
  const best = new Map<string, TextTemplate>();
  for (const template of all) {
    const other = best.get(template.name);
    if (other === undefined || order.indexOf(template.language) < order.indexOf(other.language)) best.set(template.name, template);
  }
  return [...best.values()];
}

function inOrder(all: readonly TextTemplate[], reader: string | null): TextTemplate[] {
  const order = readingOrder(reader);
  return [...all].sort((one, other) => order.indexOf(one.language) - order.indexOf(other.language) || one.name.localeCompare(other.name));
}
