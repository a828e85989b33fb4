import { api, call } from '$lib/api';
import { moneyToField, parseMoney } from '$lib/i18n/money';
import { m } from '$lib/i18n/paraglide/messages';
import { sayField, sayProblem } from '$lib/session';
import type { Coupon } from './coupon';

const names = [
  'name', 'name_latin', 'kind', 'value', 'currency', 'cap', 'least_spend', 'gift', 'gift_sku', 'audience', 'grade', 'business_unit', 'store', 'category',
  'exclusion_group', 'starts_on', 'ends_on', 'valid_days', 'per_member',
] as const;
export type CouponField = (typeof names)[number];

const whole = /^\d{1,9}$/;
const money = new Set<CouponField>(['cap', 'least_spend']);
const counts = new Set<CouponField>(['valid_days', 'per_member']);

/** The form of a draft: what stands in it and what is wrong with each field. */
export class CouponForm {
  fields = $state<Record<CouponField, string>>({
    name: '', name_latin: '', kind: 'percent', value: '', currency: 'KRW', cap: '', least_spend: '', gift: '', gift_sku: '', audience: 'anyone', grade: 'gold',
    business_unit: '', store: '', category: '', exclusion_group: '', starts_on: '', ends_on: '', valid_days: '', per_member: '1',
  });
  stacks = $state(false);
  #tried = $state(false);
  #busy = $state(false);
  #problem = $state.raw<unknown>(null);
  readonly #id: string | null;

  /** @param coupon the draft to change; a new one without it. */
  constructor(today: string, coupon: Coupon | null) {
    this.#id = coupon?.id ?? null;
    this.fields.starts_on = today;
    if (coupon !== null) this.#show(coupon);
  }

  #show(coupon: Coupon): void {
    const currency = coupon.currency ?? 'KRW';
    for (const name of names) {
      const value = coupon[name];
      const amount = money.has(name) || (name === 'value' && coupon.kind === 'amount');
      this.fields[name] = value === null ? (name === 'currency' ? 'KRW' : '') : amount ? moneyToField(Number(value), currency) : String(value);
    }
    this.stacks = coupon.stacks;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** What failed apart from single fields. */
  get problem(): string | null {
    const known = names.some((field) => sayField(this.#problem, field) !== undefined);
    return this.#problem === null || known ? null : sayProblem(this.#problem);
  }

  wrong(field: CouponField): string | undefined {
    return sayField(this.#problem, field) ?? (this.#tried ? this.#slip(field, this.fields[field].trim()) : undefined);
  }

  #slip(field: CouponField, text: string): string | undefined {
    const { kind, starts_on } = this.fields;
    if ((field === 'name' || field === 'starts_on') && text === '') return m.required_field();
    if (field === 'gift' && kind === 'gift' && text === '') return m.required_field();
    if (field === 'value') return this.#slipOfValue(kind, text);
    if (money.has(field) && text !== '' && !this.#amount(text)) return m.coupon_amount_wrong();
    if (counts.has(field) && text !== '' && (!whole.test(text) || Number(text) === 0)) return m.coupon_value_wrong();
    return field === 'ends_on' && text !== '' && text < starts_on ? m.coupon_ends_wrong() : undefined;
  }

  #slipOfValue(kind: string, text: string): string | undefined {
    if (kind === 'gift') return undefined;
    if (kind === 'amount') return this.#amount(text) ? undefined : m.coupon_amount_wrong();
    const value = whole.test(text) ? Number(text) : 0;
    if (kind === 'percent') return value >= 1 && value <= 100 ? undefined : m.coupon_value_percent_wrong();
    return value > 100 && value <= 1000 ? undefined : m.coupon_value_multiplier_wrong();
  }

  #amount(text: string): number | null {
    const found = parseMoney(text, this.fields.currency);
    return found === null || found <= 0 ? null : found;
  }

  /** The coupon's id once it is saved; null while something is in the way. */
  async submit(): Promise<string | null> {
    this.#tried = true;
    this.#problem = null;
    if (this.#busy || names.some((field) => this.wrong(field) !== undefined)) return null;
    this.#busy = true;
    try {
      const body = this.#body();
      const made = this.#id === null
        ? await call(api.POST('/api/v1/coupons', { body }))
        : await call(api.PUT('/api/v1/coupons/{coupon_id}', { params: { path: { coupon_id: this.#id } }, body }));
      return (made as { id: string }).id;
    } catch (problem) {
      this.#problem = problem;
      return null;
    } finally {
      this.#busy = false;
    }
  }

  #body() {
    const text = (field: CouponField): string => this.fields[field].trim();
    const maybe = (field: CouponField): string | null => (text(field) === '' ? null : text(field));
    const number = (field: CouponField): number | null => (text(field) === '' ? null : Number(text(field)));
    const amount = (field: CouponField): number | null => (text(field) === '' ? null : this.#amount(text(field)));
    const kind = text('kind') as 'amount' | 'percent' | 'gift' | 'multiplier';
    const cap = kind === 'percent' ? amount('cap') : null;
    const least = amount('least_spend');
    const value = kind === 'gift' ? null : kind === 'amount' ? amount('value') : number('value');
    return {
      name: text('name'), name_latin: maybe('name_latin'), kind, value, cap, least_spend: least,
      currency: kind === 'amount' || cap !== null || least !== null ? text('currency') : null,
      gift: kind === 'gift' ? text('gift') : null, gift_sku: kind === 'gift' ? maybe('gift_sku') : null, audience: text('audience') as 'anyone' | 'grade' | 'person',
      grade: text('audience') === 'grade' ? text('grade') : null, business_unit: maybe('business_unit'), store: maybe('store'),
      category: maybe('category'), stacks: this.stacks, exclusion_group: maybe('exclusion_group'), starts_on: text('starts_on'),
      ends_on: maybe('ends_on'), valid_days: number('valid_days'), per_member: number('per_member'),
    };
  }
}
