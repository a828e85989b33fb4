import { api, call } from '$lib/api';
import type { components } from '$lib/api/schema';
import { m } from '$lib/i18n/paraglide/messages';
import { sayField, sayProblem } from '$lib/session';
import { rateOf } from './rule';

const names = ['name', 'kind', 'rate', 'business_unit', 'store', 'category', 'grade', 'card_issuer', 'cap', 'cap_month', 'valid_months', 'starts_on', 'ends_on'] as const;
export type RuleData = components['schemas']['EarningRuleData'];
export type RuleField = (typeof names)[number];

const whole = /^\d{1,9}$/;

/** The form of a new rule: what stands in it and what is wrong with each field. */
export class NewRule {
  fields = $state<Record<RuleField, string>>({
    name: '', kind: 'base', rate: '', business_unit: '', store: '', category: '', grade: '', card_issuer: '', cap: '', cap_month: '',
    valid_months: '24', starts_on: '', ends_on: '',
  });
  weekdays = $state<number[]>([]);
  #tried = $state(false);
  #busy = $state(false);
  #problem = $state.raw<unknown>(null);

  constructor(today: string) {
    this.fields.starts_on = today;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** What failed apart from single fields. */
  get problem(): string | null {
    const known = names.some((field) => sayField(this.#problem, field) !== undefined);
    return this.#problem === null || known ? null : sayProblem(this.#problem);
  }

  wrong(field: RuleField): string | undefined {
    return sayField(this.#problem, field) ?? (this.#tried ? this.#slip(field, this.fields[field].trim()) : undefined);
  }

  toggle(day: number): void {
    this.weekdays = this.weekdays.includes(day) ? this.weekdays.filter((each) => each !== day) : [...this.weekdays, day].sort();
  }

  #slip(field: RuleField, text: string): string | undefined {
    if ((field === 'name' || field === 'starts_on') && text === '') return m.required_field();
    if (field === 'rate' && rateOf(text) === null) return m.rule_rate_wrong();
    if ((field === 'cap' || field === 'cap_month' || field === 'valid_months') && text !== '' && (!whole.test(text) || Number(text) === 0)) return m.rule_number_wrong();
    if (field === 'valid_months' && Number(text) > 120) return m.rule_months_wrong();
    return field === 'ends_on' && text !== '' && text < this.fields.starts_on ? m.rule_ends_wrong() : undefined;
  }

  /** The rule as it stands in the form; null, and said at the fields, when something is wrong with it. */
  checked(): RuleData | null {
    this.#tried = true;
    this.#problem = null;
    if (names.some((field) => this.wrong(field) !== undefined)) return null;
    const text = (field: RuleField): string => this.fields[field].trim();
    const maybe = (field: RuleField): string | null => (text(field) === '' ? null : text(field));
    const number = (field: RuleField): number | null => (text(field) === '' ? null : Number(text(field)));
    return {
      name: text('name'), currency: 'KRW', kind: text('kind') === 'bonus' ? 'bonus' : 'base', rate: rateOf(text('rate')) ?? 0,
      business_unit: maybe('business_unit'), store: maybe('store'), category: maybe('category'), grade: maybe('grade'),
      card_issuer: maybe('card_issuer'), cap: number('cap'), cap_month: number('cap_month'), valid_months: number('valid_months'),
      weekdays: this.weekdays.length === 0 ? null : this.weekdays, starts_on: text('starts_on'), ends_on: maybe('ends_on'),
    };
  }

  /** True when the rule was added. */
  async submit(): Promise<boolean> {
    const body = this.#busy ? null : this.checked();
    if (body === null) return false;
    this.#busy = true;
    try {
      await call(api.POST('/api/v1/points/rules', { body }));
      return true;
    } catch (problem) {
      this.#problem = problem;
      return false;
    } finally {
      this.#busy = false;
    }
  }
}
