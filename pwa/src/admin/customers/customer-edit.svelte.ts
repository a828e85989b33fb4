import { api, ApiProblem, call } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';
import { sayField, sayProblem } from '$lib/session';
import type { CustomerRecord } from './records';

export const EDITED = [
  'name', 'name_latin', 'name_han', 'email', 'birth_date', 'sex', 'language', 'nationality', 'district', 'home_store', 'preferred_staff', 'memo',
] as const;
export type EditedField = (typeof EDITED)[number];
type Values = Record<EditedField, string>;

/** The form of a member's details: what stood there when it was opened, what stands there now, what the server objects to. */
export class CustomerEdit {
  fields = $state<Values>(blank());
  #seen: Values;
  #busy = $state(false);
  #problem = $state.raw<unknown>(null);
  /** What the server holds of fields that somebody else changed meanwhile. */
  #held = $state.raw<Partial<Record<EditedField, string>>>({});
  readonly #id: string;

  constructor(customer: CustomerRecord) {
    this.#id = customer.id;
    this.#seen = valuesOf(customer);
    this.fields = { ...this.#seen };
  }

  get busy(): boolean {
    return this.#busy;
  }

  get changed(): EditedField[] {
    return EDITED.filter((field) => this.fields[field].trim() !== this.#seen[field]);
  }

  get problem(): string | null {
    if (this.#problem === null || EDITED.some((field) => this.#objection(field) !== undefined)) return null;
    return this.#problem instanceof ApiProblem && this.#problem.code === 'edited_meanwhile'
      ? m.customer_edited_meanwhile()
      : sayProblem(this.#problem);
  }

  wrong(field: EditedField): string | undefined {
    const held = this.#held[field];
    if (held !== undefined) return m.customer_server_holds({ value: held === '' ? m.customer_empty_value() : held });
    return this.#objection(field);
  }

  /** The member as she is now, or null when nothing was saved. */
  async save(): Promise<CustomerRecord | null> {
    const { changed } = this;
    if (this.#busy || changed.length === 0) return null;
    const plain = (text: string) => (text.trim() === '' ? null : text.trim());
    const changes = Object.fromEntries(changed.map((field) => [field, { from: plain(this.#seen[field]), to: plain(this.fields[field]) }]));
    this.#busy = true;
    this.#problem = null;
    try {
      const params = { path: { customer_id: this.#id } };
      return (await call(api.PATCH('/api/v1/customers/{customer_id}', { params, body: { changes } }))) as CustomerRecord;
    } catch (problem) {
      this.#problem = problem;
      this.#take(problem);
      return null;
    } finally {
      this.#busy = false;
    }
  }

  #objection(field: EditedField): string | undefined {
    return sayField(this.#problem, `changes.${field}`) ?? sayField(this.#problem, `changes.${field}.to`);
  }

  /** Saving once more then says that the other one's values were seen. */
  #take(problem: unknown): void {
    this.#held = {};
    if (!(problem instanceof ApiProblem) || problem.code !== 'edited_meanwhile') return;
    const found = Object.entries(problem.body.fields as Record<EditedField, { server: string | null }>);
    this.#held = Object.fromEntries(found.map(([field, { server }]) => [field, server ?? '']));
    this.#seen = { ...this.#seen, ...this.#held };
  }
}

function blank(): Values {
  return Object.fromEntries(EDITED.map((field) => [field, ''])) as Values;
}

function valuesOf(customer: CustomerRecord): Values {
  return { ...blank(), ...Object.fromEntries(EDITED.map((field) => [field, (field === 'preferred_staff' ? customer.preferred_staff?.login : customer[field]) ?? ''])) };
}
