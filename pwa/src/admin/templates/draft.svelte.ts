import { api, ApiProblem, call } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';
import { sayField, sayProblem } from '$lib/session';
import type { TemplateLanguage, TemplatePreview, TemplatePurpose, TemplateRecord } from './records';

export interface DraftFields {
  name: string;
  title: string;
  language: TemplateLanguage;
  purpose: TemplatePurpose;
  body: string;
}

const blank: DraftFields = { name: '', title: '', language: 'ko', purpose: 'commercial', body: '' };

/** A template being written: its fields, what of them is saved, and how the text would look. */
export class Draft {
  fields = $state<DraftFields>({ ...blank });
  #saved = $state.raw<TemplateRecord | null>(null);
  #preview = $state.raw<TemplatePreview | null>(null);
  #previewFailed = $state(false);
  #busy = $state(false);
  #tried = $state(false);
  #problem = $state.raw<unknown>(null);
  #turn = 0;

  get saved(): TemplateRecord | null {
    return this.#saved;
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
    return this.fields.body !== saved.body || this.fields.title !== (saved.title ?? '');
  }

  get approvable(): boolean {
    return this.#saved !== null && !this.changed && this.#saved.approved_version !== this.#saved.version;
  }

  wrong(field: keyof DraftFields): string | undefined {
    const said = sayField(this.#problem, field);
    if (said !== undefined) return said;
    if (field === 'name' && this.#problem instanceof ApiProblem && this.#problem.status === 409) return m.template_name_taken();
    const needed = field === 'name' || field === 'body';
    return this.#tried && needed && this.fields[field].trim() === '' ? m.required_field() : undefined;
  }

  get problem(): string | null {
    if (this.#problem === null) return null;
    const names = Object.keys(blank) as (keyof DraftFields)[];
    return names.some((field) => this.wrong(field) !== undefined) ? null : sayProblem(this.#problem);
  }

  async open(id: string): Promise<void> {
    await this.#try(async () => this.#become((await call(api.GET('/api/v1/templates/{template_id}', { params: { path: { template_id: id } } }))) as TemplateRecord));
  }

  /** The id of what was saved, or null when something is wrong. */
  async save(): Promise<string | null> {
    this.#tried = true;
    this.#problem = null;
    if (this.#busy || this.wrong('name') !== undefined || this.wrong('body') !== undefined) return null;
    const title = this.fields.title.trim() === '' ? null : this.fields.title.trim();
    const { name, language, purpose, body } = this.fields;
    const saved = this.#saved;
    const done = await this.#try(async () => {
      const answer =
        saved === null
          ? call(api.POST('/api/v1/templates', { body: { name: name.trim(), title, language, purpose, body } }))
          : call(api.PUT('/api/v1/templates/{template_id}', { params: { path: { template_id: saved.id } }, body: { title, body } }));
      this.#become((await answer) as TemplateRecord);
    });
    return done ? (this.#saved?.id ?? null) : null;
  }

  async approve(): Promise<boolean> {
    const id = this.#saved?.id;
    if (id === undefined) return false;
    return this.#try(async () =>
      this.#become((await call(api.POST('/api/v1/templates/{template_id}/approve', { params: { path: { template_id: id } } }))) as TemplateRecord),
    );
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
      const preview = await call(api.POST('/api/v1/templates/preview', { body: { body, purpose, language, customer_id: null } }));
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
    const { name, title, language, purpose, body } = template;
    this.fields = { name, title: title ?? '', language, purpose, body };
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
