import { api, call } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';
import { sayField, sayProblem } from '$lib/session';
import { hasRecipient, isOf, MATTERS, type Matter, type WordingRecord } from './records';

export interface WordingFields {
  /** Which of `MATTERS`. */
  matter: number;
  recipient: string;
  text_ko: string;
  text_en: string;
  text_zh: string;
  text_ja: string;
}

const blank: WordingFields = { matter: 0, recipient: '', text_ko: '', text_en: '', text_zh: '', text_ja: '' };
const needed: readonly (keyof WordingFields)[] = ['text_ko', 'text_en'];

/** A wording as it is written, published and retired. */
export class Draft {
  fields = $state<WordingFields>({ ...blank });
  #saved = $state.raw<WordingRecord | null>(null);
  #busy = $state(false);
  #tried = $state(false);
  #problem = $state.raw<unknown>(null);

  get saved(): WordingRecord | null {
    return this.#saved;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get matter(): Matter {
    return MATTERS[this.fields.matter] ?? (MATTERS[0] as Matter);
  }

  get named(): boolean {
    return hasRecipient(this.matter);
  }

  /** True while something stands in the form that is not saved. */
  get changed(): boolean {
    const before = this.#saved === null ? blank : fieldsOf(this.#saved);
    return (Object.keys(blank) as (keyof WordingFields)[]).some((name) => this.fields[name] !== before[name]);
  }

  wrong(field: keyof WordingFields): string | undefined {
    const said = sayField(this.#problem, field);
    if (said !== undefined) return said;
    const asked = needed.includes(field) || (field === 'recipient' && this.named);
    return this.#tried && asked && String(this.fields[field]).trim() === '' ? m.required_field() : undefined;
  }

  get problem(): string | null {
    if (this.#problem === null) return null;
    const names = Object.keys(blank) as (keyof WordingFields)[];
    return names.some((field) => this.wrong(field) !== undefined) ? null : sayProblem(this.#problem);
  }

  async open(id: string): Promise<void> {
    await this.#try(async () => this.#become(await read(id)));
  }

  /** Starts a new one with the words of another. */
  async startFrom(id: string): Promise<void> {
    await this.#try(async () => {
      this.fields = fieldsOf(await read(id));
    });
  }

  /** The id of what was saved, or null when something is wrong. */
  async save(): Promise<string | null> {
    this.#tried = true;
    this.#problem = null;
    if (this.#busy || (['recipient', ...needed] as const).some((field) => this.wrong(field) !== undefined)) return null;
    const { text_ko, text_en } = this.fields;
    const [text_zh, text_ja] = [this.fields.text_zh, this.fields.text_ja].map((text) => (text.trim() === '' ? null : text));
    const recipient = this.named ? this.fields.recipient.trim() : null;
    const body = { ...this.matter, recipient, text_ko, text_en, text_zh, text_ja } as never;
    const saved = this.#saved;
    const done = await this.#try(async () => {
      const answer =
        saved === null
          ? call(api.POST('/api/v1/consent-wordings', { body }))
          : call(api.PUT('/api/v1/consent-wordings/{wording_id}', { params: { path: { wording_id: saved.id } }, body }));
      this.#become((await answer) as WordingRecord);
    });
    return done ? (this.#saved?.id ?? null) : null;
  }

  publish(): Promise<boolean> {
    return this.#move((params) => call(api.POST('/api/v1/consent-wordings/{wording_id}/publish', { params })));
  }

  retire(): Promise<boolean> {
    return this.#move((params) => call(api.POST('/api/v1/consent-wordings/{wording_id}/retire', { params })));
  }

  async #move(ask: (params: { path: { wording_id: string } }) => Promise<unknown>): Promise<boolean> {
    const id = this.#saved?.id;
    return id !== undefined && this.#try(async () => this.#become((await ask({ path: { wording_id: id } })) as WordingRecord));
  }

  #become(wording: WordingRecord): void {
    this.#saved = wording;
    this.fields = fieldsOf(wording);
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    this.#busy = true;
    this.#problem = null;
    try {
      await work();
      return true;
    } catch (problem) {
      this.#problem = problem;
      return false;
    } finally {
      this.#busy = false;
    }
  }
}

async function read(id: string): Promise<WordingRecord> {
  return (await call(api.GET('/api/v1/consent-wordings/{wording_id}', { params: { path: { wording_id: id } } }))) as WordingRecord;
}

function fieldsOf(wording: WordingRecord): WordingFields {
  const { recipient, text_ko, text_en, text_zh, text_ja } = wording;
  const matter = Math.max(0, MATTERS.findIndex((each) => isOf(each, wording)));
  return { matter, recipient: recipient ?? '', text_ko, text_en, text_zh: text_zh ?? '', text_ja: text_ja ?? '' };
}
