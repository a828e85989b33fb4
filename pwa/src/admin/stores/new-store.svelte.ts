import { api, call } from '$lib/api';
import { m } from '$lib/i18n/paraglide/messages';
import { sayField, sayProblem } from '$lib/session';

const names = ['code', 'name', 'name_latin', 'business_unit', 'time_zone', 'currency', 'phone'] as const;
export type StoreField = (typeof names)[number];

/** What the server may object to in a field, in the words of the screen. */
const objections: Record<StoreField, () => string> = {
  code: m.store_code_taken, name: m.store_name_wrong, name_latin: m.store_name_wrong, business_unit: m.store_unit_wrong,
  time_zone: m.store_time_zone_wrong, currency: m.store_currency_wrong, phone: m.store_phone_wrong,
};
const needed: readonly StoreField[] = ['code', 'name', 'business_unit', 'time_zone', 'currency'];
const codeForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/;

/** The form of a new store: what stands in it and what is wrong with each field. */
export class NewStore {
  fields = $state<Record<StoreField, string>>({
    code: '', name: '', name_latin: '', business_unit: '', time_zone: 'Asia/Seoul', currency: 'KRW', phone: '',
  });
  #tried = $state(false);
  #busy = $state(false);
  #problem = $state.raw<unknown>(null);
  /** What was sent when the server objected: a field that was changed since is no longer wrong. */
  #sent: Partial<Record<StoreField, string>> = {};

  get busy(): boolean {
    return this.#busy;
  }

  /** What failed apart from single fields. */
  get problem(): string | null {
    const known = names.some((field) => sayField(this.#problem, field) !== undefined);
    return this.#problem === null || known ? null : sayProblem(this.#problem);
  }

  wrong(field: StoreField): string | undefined {
    const text = this.fields[field].trim();
    if (sayField(this.#problem, field) !== undefined && this.#sent[field] === text) return objections[field]();
    return this.#tried ? this.#slip(field, text) : undefined;
  }

  #slip(field: StoreField, text: string): string | undefined {
    if (needed.includes(field) && text === '') return field === 'business_unit' ? m.store_unit_wrong() : m.required_field();
    return field === 'code' && !codeForm.test(text) ? m.store_code_wrong() : undefined;
  }

  /** True when the store was added. */
  async submit(): Promise<boolean> {
    this.#tried = true;
    this.#problem = null;
    if (this.#busy || names.some((field) => this.wrong(field) !== undefined)) return false;
    const text = (field: StoreField): string => this.fields[field].trim();
    const maybe = (field: StoreField): string | null => (text(field) === '' ? null : text(field));
    this.#sent = Object.fromEntries(names.map((field) => [field, text(field)]));
    this.#busy = true;
    try {
      await call(
        api.POST('/api/v1/stores', {
          body: {
            code: text('code'), name: text('name'), name_latin: maybe('name_latin'), business_unit: text('business_unit'),
            time_zone: text('time_zone'), currency: text('currency'), phone: maybe('phone'),
          },
        }),
      );
      return true;
    } catch (problem) {
      this.#problem = problem;
      return false;
    } finally {
      this.#busy = false;
    }
  }
}
