import { api, call } from '$lib/api';
import { moneyToField, parseMoney } from '$lib/i18n/money';
import { m } from '$lib/i18n/paraglide/messages';
import { sayField, sayProblem } from '$lib/session';
import type { Grade } from './grades';

const MONEY = ['spend', 'keep_spend'] as const;
const COUNTS = ['visits', 'units', 'keep_visits', 'keep_units', 'gift_points', 'gift_months'] as const;
const REST = ['code', 'name', 'name_latin', 'rank', 'grace_months', 'gift_unit'] as const;
const names = [...REST, ...MONEY, ...COUNTS] as const;
export type GradeField = (typeof names)[number];

const whole = /^\d{1,9}$/;

/** The form of a grade, of a new one or one that is there: what stands in it and what is wrong with each field. */
export class GradeForm {
  fields = $state<Record<GradeField, string>>(Object.fromEntries(names.map((name) => [name, ''])) as Record<GradeField, string>);
  top = $state(false);
  invitationOnly = $state(false);
  #tried = $state(false);
  #busy = $state(false);
  #problem = $state.raw<unknown>(null);
  readonly #grade: Grade | null;
  readonly #currency: string;

  constructor(grade: Grade | null, currency: string, rank: number) {
    this.#grade = grade;
    this.#currency = currency;
    this.fields.rank = String(rank);
    this.fields.grace_months = '0';
    if (grade === null) return;
    for (const name of [...REST, ...COUNTS]) this.fields[name] = grade[name] === null ? '' : String(grade[name]);
    for (const name of MONEY) this.fields[name] = grade[name] === null ? '' : moneyToField(grade[name], currency);
    this.top = grade.top;
    this.invitationOnly = grade.invitation_only;
  }

  get isNew(): boolean {
    return this.#grade === null;
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** What failed apart from single fields. */
  get problem(): string | null {
    const known = names.some((field) => sayField(this.#problem, field) !== undefined);
    return this.#problem === null || known ? null : sayProblem(this.#problem);
  }

  wrong(field: GradeField): string | undefined {
    return sayField(this.#problem, field) ?? (this.#tried ? this.#slip(field, this.fields[field].trim()) : undefined);
  }

  #slip(field: GradeField, text: string): string | undefined {
    if (field === 'code') return /^[a-z][a-z0-9_]{0,19}$/.test(text) ? undefined : m.grade_code_wrong();
    if (field === 'name' && text === '') return m.required_field();
    if (field === 'rank') return whole.test(text) && Number(text) <= 100 ? undefined : m.grade_rank_wrong();
    if (field === 'grace_months') return whole.test(text) && Number(text) <= 24 ? undefined : m.grade_grace_wrong();
    if (field === 'gift_unit' && text === '' && this.fields.gift_points.trim() !== '') return m.required_field();
    if (text === '') return undefined;
    if (isOf(MONEY, field)) return parseMoney(text, this.#currency) ? undefined : m.rule_number_wrong();
    return isOf(COUNTS, field) && (!whole.test(text) || Number(text) === 0) ? m.rule_number_wrong() : undefined;
  }

  /** True when it was saved. */
  async submit(): Promise<boolean> {
    this.#tried = true;
    this.#problem = null;
    if (this.#busy || names.some((field) => this.wrong(field) !== undefined)) return false;
    this.#busy = true;
    try {
      const grade = this.#grade;
      await (grade === null
        ? call(api.POST('/api/v1/grades', { body: { ...this.#body(), code: this.fields.code.trim() } }))
        : call(api.PATCH('/api/v1/grades/{grade_id}', { params: { path: { grade_id: grade.id } }, body: this.#body() })));
      return true;
    } catch (problem) {
      this.#problem = problem;
      return false;
    } finally {
      this.#busy = false;
    }
  }

  #body() {
    const text = (field: GradeField): string => this.fields[field].trim();
    const number = (field: GradeField): number | null => (text(field) === '' ? null : Number(text(field)));
    const money = (field: GradeField): number | null => (text(field) === '' ? null : parseMoney(text(field), this.#currency));
    return {
      name: text('name'), name_latin: text('name_latin') === '' ? null : text('name_latin'), rank: Number(text('rank')), top: this.top,
      invitation_only: this.invitationOnly, spend: money('spend'), visits: number('visits'), units: number('units'),
      keep_spend: money('keep_spend'), keep_visits: number('keep_visits'), keep_units: number('keep_units'),
      grace_months: Number(text('grace_months')), gift_points: number('gift_points'), gift_months: number('gift_months'),
      gift_unit: text('gift_unit') === '' ? null : text('gift_unit'),
    };
  }
}

function isOf(some: readonly GradeField[], field: GradeField): boolean {
  return some.includes(field);
}
