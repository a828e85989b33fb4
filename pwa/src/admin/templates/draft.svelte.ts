import { api, ApiProblem, call } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';
import { sayField, sayProblem } from '$lib/session';
import type { TemplateLanguage, TemplatePreview, TemplatePurpose, TemplateRecord, TemplateVersion } from './records';

export interface DraftFields {
  name: string;
  title: string;
  language: TemplateLanguage;
  purpose: TemplatePurpose;
  oneToOne: boolean;
  body: string;
}

const blank: DraftFields = { name: '', title: '', language: 'ko', purpose: 'commercial', oneToOne: true, body: '' };
const said: Record<string, () => string> = { own_template: m.template_own, template_moved: m.template_moved };

/** A template being written: its fields, what of them is saved, and how the text would look. */
export class Draft {
  fields = $state<DraftFields>({ ...blank });
  /** On whom the preview is tried; null: on samples. */
  customer = $state.raw<{ id: string; name: string } | null>(null);
  #saved = $state.raw<TemplateRecord | null>(null);
  #versions = $state.raw<TemplateVersion[]>([]);
  #preview = $state.raw<TemplatePreview | null>(null);
  #previewFailed = $state(false);
  #busy = $state(false);
  #tried = $state(false);
  #problem = $state.raw<unknown>(null);
  #turn = 0;

  get saved(): TemplateRecord | null {
    return this.#saved;
  }

  get versions(): readonly TemplateVersion[] {
    return this.#versions;
  }

  get preview(): TemplatePreview | null {
    return this.#preview;
  }

  get previewFailed(): boolean {
    return this.#previewFailed;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** True while something stands in the form that is not saved. */
  get changed(): boolean {
    const saved = this.#saved;
    if (saved === null) return this.fields.body !== '' || this.fields.name !== '';
    const { body, title, oneToOne } = this.fields;
    return body.trim() !== saved.body || title.trim() !== (saved.title ?? '') || oneToOne !== saved.one_to_one;
  }

  /** Begins a variant of a template in another language. */
  vary(name: string, language: TemplateLanguage, purpose: TemplatePurpose): void {
    this.fields = { ...blank, name, language, purpose };
  }

  wrong(field: keyof DraftFields): string | undefined {
    const fault = sayField(this.#problem, field);
    if (fault !== undefined) return field === 'body' ? m.template_body_wrong() : fault;
    if (field === 'name' && this.#problem instanceof ApiProblem && this.#problem.code === 'conflict') return m.template_name_taken();
    const needed = field === 'name' || field === 'body';
    return this.#tried && needed && this.fields[field].trim() === '' ? m.required_field() : undefined;
  }

  get problem(): string | null {
    if (this.#problem === null) return null;
    const own = this.#problem instanceof ApiProblem ? said[this.#problem.code] : undefined;
    if (own !== undefined) return own();
    const names = Object.keys(blank) as (keyof DraftFields)[];
    return names.some((field) => this.wrong(field) !== undefined) ? null : sayProblem(this.#problem);
  }

  async open(id: string): Promise<void> {
    await this.#try(async () => {
      const found = (await call(api.GET('/api/v1/templates/{template_id}', { params: { path: { template_id: id } } }))) as TemplateRecord;
      this.#become(found);
      await this.#readVersions();
    });
  }

  /** The id of what was saved, or null when something is wrong. */
  async save(): Promise<string | null> {
    this.#tried = true;
    this.#problem = null;
    if (this.#busy || this.wrong('name') !== undefined || this.wrong('body') !== undefined) return null;
    const done = await this.#try(async () => {
      this.#saved = await this.#store();
      await this.#readVersions();
    });
    return done ? (this.#saved?.id ?? null) : null;
  }

  /** Saves by itself what can be saved; whatever is wrong is told where it stands, not here. */
  async keep(): Promise<void> {
    const { preview, saved } = this;
    if (saved === null || saved.state === 'retired' || saved.state === 'waiting' || this.#busy || !this.changed) return;
    if (preview === null || preview.faults.length > 0 || this.#previewFailed) return;
    try {
      this.#saved = await this.#store();
    } catch {
      // It stands in the form, marked as not saved; the button says what is wrong.
    }
  }

  async #store(): Promise<TemplateRecord> {
    const title = this.fields.title.trim() === '' ? null : this.fields.title.trim();
    const { name, language, purpose, body, oneToOne } = this.fields;
    const saved = this.#saved;
    return (await (saved === null
      ? call(api.POST('/api/v1/templates', { body: { name: name.trim(), title, language, purpose, one_to_one: oneToOne, body } }))
      : call(api.PUT('/api/v1/templates/{template_id}', { params: { path: { template_id: saved.id } }, body: { title, one_to_one: oneToOne, body } })))) as TemplateRecord;
  }

  ask(): Promise<boolean> {
    return this.#act((path, version) => call(api.POST('/api/v1/templates/{template_id}/ask', { params: { path }, body: { version } })));
  }

  approve(): Promise<boolean> {
    return this.#act((path, version) => call(api.POST('/api/v1/templates/{template_id}/approve', { params: { path }, body: { version } })));
  }

  sendBack(remark: string): Promise<boolean> {
    return this.#act((path, version) => call(api.POST('/api/v1/templates/{template_id}/send-back', { params: { path }, body: { version, remark } })));
  }

  retire(): Promise<boolean> {
    return this.#act((path) => call(api.POST('/api/v1/templates/{template_id}/retire', { params: { path } })));
  }

  bringBack(): Promise<boolean> {
    return this.#act((path) => call(api.POST('/api/v1/templates/{template_id}/bring-back', { params: { path } })));
  }

  restore(old: number): Promise<boolean> {
    return this.#act((path) => call(api.POST('/api/v1/templates/{template_id}/restore', { params: { path }, body: { version: old } })));
  }

  /** Draws the phone anew; an answer that comes late is not shown over a newer one. */
  async look(): Promise<void> {
    const turn = ++this.#turn;
    const { body, purpose, language } = this.fields;
    if (body.trim() === '') {
      this.#preview = null;
      return;
    }
    try {
      const preview = await call(api.POST('/api/v1/templates/preview', { body: { body, purpose, language, customer_id: this.customer?.id ?? null } }));
      if (turn !== this.#turn) return;
      this.#preview = preview as TemplatePreview;
      this.#previewFailed = false;
    } catch {
      if (turn === this.#turn) this.#previewFailed = true;
    }
  }

  replace(char: string, by: string): void {
    this.fields.body = this.fields.body.replaceAll(char, by);
  }

  #become(template: TemplateRecord): void {
    this.#saved = template;
    const { name, title, language, purpose, body, one_to_one: oneToOne } = template;
    this.fields = { name, title: title ?? '', language, purpose, oneToOne, body };
  }

  async #readVersions(): Promise<void> {
    const id = this.#saved?.id;
    if (id === undefined) return;
    const found = await call(api.GET('/api/v1/templates/{template_id}/versions', { params: { path: { template_id: id } } }));
    this.#versions = (found as { items: TemplateVersion[] }).items;
  }

  async #act(work: (path: { template_id: string }, version: number) => Promise<unknown>): Promise<boolean> {
    const saved = this.#saved;
    if (saved === null) return false;
    return this.#try(async () => {
      this.#become((await work({ template_id: saved.id }, saved.version)) as TemplateRecord);
      await this.#readVersions();
    });
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
